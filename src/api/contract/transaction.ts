/** Transactions: what is sent in, and what is shown. */
import { type Static, Type } from "typebox";
import { ErrorBody } from "./error.ts";
import { AddressText, Atoms, BytesHex, Count, HashHex, Height, KeyHex, SignatureHex, TimeMs } from "./primitives.ts";

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

/** A signed transaction in JSON: the canonical bytes are made of exactly these fields. */
export const SignedTransaction = Type.Union([SignedTransfer, SignedRecord], { title: "SignedTransaction" });
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

/** A transaction as it is shown: decoded, and where it stands. */
export const Transaction = Type.Union([TransferView, RecordView], { title: "Transaction" });
export type Transaction = Static<typeof Transaction>;

export const SubmitOutcome = Type.Union([Type.Object({ id: HashHex }), Type.Object({ error: ErrorBody })], {
  title: "SubmitOutcome",
});
export type SubmitOutcome = Static<typeof SubmitOutcome>;

/** One outcome for each transaction sent, in the order sent. An `id` means that it is kept even if the node dies now. */
export const SubmitResult = Type.Object({ results: Type.Array(SubmitOutcome) }, { title: "SubmitResult" });
export type SubmitResult = Static<typeof SubmitResult>;
