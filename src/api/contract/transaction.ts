/** Transactions: what is sent in, and what is shown. */
import { type Static, type TSchema, Type } from "typebox";
import { ErrorBody } from "./error.ts";
import { AddressText, Atoms, BytesHex, Count, HashHex, Height, KeyHex, SignatureHex, TimeMs } from "./primitives.ts";
import { EvidencePayload, OffenceType } from "./stake.ts";

export const Output = Type.Object({ to: AddressText, amount: Atoms }, { title: "Output", additionalProperties: false });
export type Output = Static<typeof Output>;

export const RecordMediaType = Type.Union([Type.Literal("json"), Type.Literal("octets")]);
export type RecordMediaType = Static<typeof RecordMediaType>;

const envelope = {
  version: Type.Literal(1),
  senderKey: KeyHex,
  nonce: Count,
  fee: Atoms,
  signature: SignatureHex,
};

export const SignedTransfer = Type.Object(
  {
    ...envelope,
    kind: Type.Literal("transfer"),
    payload: Type.Object(
      { outputs: Type.Array(Output, { minItems: 1, maxItems: 512 }) },
      { additionalProperties: false },
    ),
  },
  { title: "SignedTransfer", additionalProperties: false },
);
export type SignedTransfer = Static<typeof SignedTransfer>;

export const SignedRecord = Type.Object(
  {
    ...envelope,
    kind: Type.Literal("record"),
    payload: Type.Object({ mediaType: RecordMediaType, data: BytesHex }, { additionalProperties: false }),
  },
  { title: "SignedRecord", additionalProperties: false },
);
export type SignedRecord = Static<typeof SignedRecord>;

/** Of a `bond`; its amount may be 0 for who is a validator already. */
export const BondPayload = Type.Object(
  { amount: Atoms, signingKey: KeyHex, onionTip: HashHex, keyProof: SignatureHex },
  { title: "BondPayload", additionalProperties: false },
);
export type BondPayload = Static<typeof BondPayload>;
export const UnbondPayload = Type.Object({ amount: Atoms }, { title: "UnbondPayload", additionalProperties: false });
export type UnbondPayload = Static<typeof UnbondPayload>;
export const RenewPayload = Type.Object({ onionTip: HashHex }, { title: "RenewPayload", additionalProperties: false });
export type RenewPayload = Static<typeof RenewPayload>;

const signed = <K extends string, P extends TSchema>(kind: K, payload: P, title: string) =>
  Type.Object({ ...envelope, kind: Type.Literal(kind), payload }, { title, additionalProperties: false });
export const SignedBond = signed("bond", BondPayload, "SignedBond");
export type SignedBond = Static<typeof SignedBond>;
export const SignedUnbond = signed("unbond", UnbondPayload, "SignedUnbond");
export type SignedUnbond = Static<typeof SignedUnbond>;
export const SignedEvidence = signed("evidence", EvidencePayload, "SignedEvidence");
export type SignedEvidence = Static<typeof SignedEvidence>;
export const SignedRenew = signed("renew", RenewPayload, "SignedRenew");
export type SignedRenew = Static<typeof SignedRenew>;

/** A signed transaction in JSON: the canonical bytes are made of exactly these fields. */
export const SignedTransaction = Type.Union(
  [SignedTransfer, SignedRecord, SignedBond, SignedUnbond, SignedEvidence, SignedRenew],
  { title: "SignedTransaction" },
);
export type SignedTransaction = Static<typeof SignedTransaction>;

/** `unknown` is said of transactions listed with a stale block. */
export const TransactionStatus = Type.Union([
  Type.Literal("pending"),
  Type.Literal("included"),
  Type.Literal("unknown"),
]);
export type TransactionStatus = Static<typeof TransactionStatus>;

export const Inclusion = Type.Object(
  {
    height: Height,
    hash: HashHex,
    index: Count,
    timeMs: TimeMs,
    confirmations: Type.Integer({ minimum: 1, description: "1 when the block is the head" }),
  },
  { title: "Inclusion" },
);
export type Inclusion = Static<typeof Inclusion>;

const view = {
  id: HashHex,
  ...envelope,
  version: Type.Integer(),
  sender: AddressText,
  sizeBytes: Count,
  status: TransactionStatus,
  block: Type.Union([Inclusion, Type.Null()]),
};

export const TransferView = Type.Object(
  { ...view, kind: Type.Literal("transfer"), payload: Type.Object({ outputs: Type.Array(Output) }) },
  { title: "TransferView" },
);
export type TransferView = Static<typeof TransferView>;

export const RecordView = Type.Object(
  {
    ...view,
    kind: Type.Literal("record"),
    payload: Type.Object({
      mediaType: RecordMediaType,
      dataBytes: Count,
      data: BytesHex,
      text: Type.Optional(Type.String({ description: "the data as UTF-8, when it is" })),
      truncated: Type.Boolean({ description: "lists carry the first 256 bytes only" }),
    }),
  },
  { title: "RecordView" },
);
export type RecordView = Static<typeof RecordView>;

/** Those on the chain, newest first; `nextFrom` is the `from` of the page below, null at its end. */
export const RecordPage = Type.Object(
  { items: Type.Array(RecordView), nextFrom: Type.Union([Type.String(), Type.Null()]) },
  { title: "RecordPage" },
);
export type RecordPage = Static<typeof RecordPage>;

const shown = <K extends string, P extends TSchema>(kind: K, payload: P, title: string) =>
  Type.Object({ ...view, kind: Type.Literal(kind), payload }, { title });
export const BondView = shown("bond", BondPayload, "BondView");
export type BondView = Static<typeof BondView>;
export const UnbondView = shown("unbond", UnbondPayload, "UnbondView");
export type UnbondView = Static<typeof UnbondView>;
export const EvidenceView = shown(
  "evidence",
  Type.Object({
    type: OffenceType,
    signingKey: KeyHex,
    epoch: Type.Union([Count, Type.Null()], { description: "of the target; null for blocks" }),
    timeMs: Type.Union([TimeMs, Type.Null()], { description: "of the slot; null for votes" }),
    what: Type.String({ description: "the offence in a sentence" }),
    first: BytesHex,
    second: BytesHex,
  }),
  "EvidenceView",
);
export type EvidenceView = Static<typeof EvidenceView>;
export const RenewView = shown("renew", RenewPayload, "RenewView");
export type RenewView = Static<typeof RenewView>;

/** A transaction as it is shown: decoded, and where it stands. */
export const Transaction = Type.Union([TransferView, RecordView, BondView, UnbondView, EvidenceView, RenewView], {
  title: "Transaction",
});
export type Transaction = Static<typeof Transaction>;

export const SubmitOutcome = Type.Union([Type.Object({ id: HashHex }), Type.Object({ error: ErrorBody })], {
  title: "SubmitOutcome",
});
export type SubmitOutcome = Static<typeof SubmitOutcome>;

/** One outcome for each transaction sent, in the order sent. An `id` means that it is kept even if the node dies now. */
export const SubmitResult = Type.Object({ results: Type.Array(SubmitOutcome) }, { title: "SubmitResult" });
export type SubmitResult = Static<typeof SubmitResult>;
