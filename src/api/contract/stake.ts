/** Validators, epochs and what is final: chains whose blocks are drawn. On others these routes answer 404 `not-on-this-chain`. */
import { type Static, Type } from "typebox";
import { AddressText, Atoms, BlockReference, BytesHex, Count, HashHex, Height, KeyHex, TimeMs } from "./primitives.ts";

const Ppm = Type.Integer({ minimum: 0, maximum: 1_000_000, description: "parts per million" });
const Epoch = Type.Integer({ minimum: 0, description: "epoch e has the slots from e * epochSlots on" });
const Slot = Type.Integer({ minimum: 0, description: "slot s begins at genesis + s * slotMs" });
const Sum = Type.String({ pattern: "^[0-9]+$", description: "atoms as a decimal string" });

/** The numbers of the chain's specification that somebody who bonds has to know. */
export const StakeRules = Type.Object(
  {
    slotMs: Count,
    epochSlots: Count,
    epochMs: Count,
    minBond: Atoms,
    unbondEpochs: Type.Integer({ minimum: 0, description: "epochs an unbonding waits, and can still be slashed" }),
    jailEpochs: Count,
    leakEpochs: Type.Integer({ minimum: 0, description: "epochs without finality until those who do not vote leave" }),
    slashPpm: Ppm,
    reportPpm: Ppm,
    maxValidators: Count,
  },
  { title: "StakeRules" },
);
export type StakeRules = Static<typeof StakeRules>;

export const ValidatorState = Type.Union(
  [
    Type.Literal("active"),
    Type.Literal("waiting"),
    Type.Literal("leaving"),
    Type.Literal("jailed"),
    Type.Literal("leaked"),
    Type.Literal("gone"),
  ],
  {
    description:
      "`active`: in the table of this epoch; `waiting`: bonded, but not in it yet; `leaving`: unbonding, all of it; `jailed`: slashed and shut out for a time; `leaked`: did not vote while nothing became final; `gone`: nothing left",
  },
);
export type ValidatorState = Static<typeof ValidatorState>;

export const UnbondingPart = Type.Object(
  {
    amount: Atoms,
    paidAtEpoch: Type.Union([Epoch, Type.Null()], { description: "null until the request is final" }),
    paidAtMs: Type.Union([TimeMs, Type.Null()], { description: "start of that epoch" }),
  },
  { title: "UnbondingPart" },
);
export type UnbondingPart = Static<typeof UnbondingPart>;

/** What this node saw happen in the last epochs, at most 64 of them. */
export const ValidatorPerformance = Type.Object(
  {
    fromEpoch: Epoch,
    epochs: Type.Integer({ minimum: 0, description: "epochs looked at, the present one included" }),
    slots: Type.Integer({ minimum: 0, description: "slots it was drawn in, that are over" }),
    proposed: Count,
    missed: Count,
    votable: Type.Integer({ minimum: 0, description: "epochs in whose table it stood and whose votes are in" }),
    voted: Count,
    recent: Type.Array(Type.Object({ slot: Slot, epoch: Epoch, block: Type.Union([BlockReference, Type.Null()]) }), {
      description: "its last slots that are over, oldest first; at most 32",
    }),
    recentVotes: Type.Array(Type.Object({ epoch: Epoch, voted: Type.Boolean() }), {
      description: "oldest first; at most 16",
    }),
    rewards: Type.Object(
      { blocks: Sum, votes: Sum, reports: Sum, total: Sum },
      { description: "credited in these epochs; `blocks` with the fees, as far as they went to the owner" },
    ),
  },
  { title: "ValidatorPerformance" },
);
export type ValidatorPerformance = Static<typeof ValidatorPerformance>;

export const Validator = Type.Object(
  {
    address: AddressText,
    signingKey: KeyHex,
    onionTip: Type.String({
      pattern: "^[0-9a-f]{64}$",
      description: "of its onion as the state has it, or of the one that waits to take its place",
    }),
    state: ValidatorState,
    why: Type.String({ description: "the state in a sentence" }),
    bonded: Type.String({ pattern: "^[0-9]+$", description: "not on its way out, final or not; atoms" }),
    active: Type.String({ pattern: "^[0-9]+$", description: "what counts in the next table; atoms" }),
    weight: Type.String({ pattern: "^[0-9]+$", description: "in the table of this epoch; 0 outside it" }),
    sharePpm: Type.Integer({ minimum: 0, maximum: 1_000_000, description: "of the table of this epoch" }),
    unbonding: Type.Array(UnbondingPart),
    jailedUntilEpoch: Type.Union([Epoch, Type.Null()]),
    lastVoteEpoch: Type.Union([Epoch, Type.Null()]),
    blocks: Type.Integer({ minimum: 0, description: "made since it first bonded" }),
    votes: Type.Integer({ minimum: 0, description: "counted since it first bonded" }),
    slashed: Sum,
    performance: ValidatorPerformance,
  },
  { title: "Validator" },
);
export type Validator = Static<typeof Validator>;

export const Validators = Type.Object(
  {
    block: BlockReference,
    slot: Slot,
    epoch: Epoch,
    /** Of the table in force. */
    total: Type.String({ pattern: "^[0-9]+$", description: "weight of the table of this epoch; atoms" }),
    bonded: Type.String({ pattern: "^[0-9]+$", description: "of all validators; atoms" }),
    voterPool: Type.String({ pattern: "^[0-9]+$", description: "waits for those who vote in this epoch; atoms" }),
    rules: StakeRules,
    items: Type.Array(Validator, { description: "heaviest first" }),
  },
  { title: "Validators" },
);
export type Validators = Static<typeof Validators>;

export const Duties = Type.Object(
  {
    address: AddressText,
    signingKey: KeyHex,
    nowMs: TimeMs,
    slot: Slot,
    epoch: Epoch,
    knownToSlot: Type.Integer({ minimum: 0, description: "later draws are not fixed yet" }),
    slots: Type.Array(Type.Object({ slot: Slot, epoch: Epoch, timeMs: TimeMs }), {
      description: "where it is drawn, the present slot included, soonest first",
    }),
    vote: Type.Union(
      [
        Type.Object({
          epoch: Epoch,
          fromMs: Type.Integer({ minimum: 0, description: "when the vote is due" }),
          untilMs: Type.Integer({ minimum: 0, description: "end of the last epoch whose blocks may hold it" }),
          done: Type.Boolean({ description: "a block holds it already" }),
        }),
        Type.Null(),
      ],
      { description: "null when it is in no table" },
    ),
  },
  { title: "Duties" },
);
export type Duties = Static<typeof Duties>;

export const EpochSlot = Type.Object(
  {
    slot: Slot,
    timeMs: TimeMs,
    state: Type.Union([Type.Literal("made"), Type.Literal("missed"), Type.Literal("now"), Type.Literal("ahead")]),
    leader: Type.Union([AddressText, Type.Null()], { description: "owner of the key drawn; null while not known" }),
    block: Type.Union([BlockReference, Type.Null()]),
  },
  { title: "EpochSlot" },
);
export type EpochSlot = Static<typeof EpochSlot>;

export const EpochState = Type.Union([Type.Literal("open"), Type.Literal("justified"), Type.Literal("finalized")]);
export type EpochState = Static<typeof EpochState>;

export const EpochInfo = Type.Object(
  {
    epoch: Epoch,
    firstSlot: Slot,
    startMs: TimeMs,
    endMs: TimeMs,
    isPresent: Type.Boolean(),
    checkpoint: Type.Union([BlockReference, Type.Null()], {
      description: "the last block before the epoch, which its votes are for; null for an epoch to come",
    }),
    state: EpochState,
    voted: Type.String({ pattern: "^[0-9]+$", description: "weight of those whose votes are in blocks; atoms" }),
    total: Type.String({ pattern: "^[0-9]+$", description: "weight of its table; atoms" }),
    participationPpm: Ppm,
    blocks: Count,
    missedSlots: Type.Integer({ minimum: 0, description: "of the slots that are over" }),
    slots: Type.Array(EpochSlot),
  },
  { title: "EpochInfo" },
);
export type EpochInfo = Static<typeof EpochInfo>;

/** Newest first; `nextFrom` is the `from` of the page below, null at the end of what is kept. */
export const EpochPage = Type.Object(
  { items: Type.Array(EpochInfo), nextFrom: Type.Union([Epoch, Type.Null()]) },
  { title: "EpochPage" },
);
export type EpochPage = Static<typeof EpochPage>;

export const EpochPoint = Type.Object({ epoch: Epoch, height: Height, hash: HashHex }, { title: "EpochPoint" });
export type EpochPoint = Static<typeof EpochPoint>;

export const Finality = Type.Object(
  {
    slot: Slot,
    epoch: Epoch,
    head: BlockReference,
    justified: EpochPoint,
    finalized: EpochPoint,
    epochsBehind: Type.Integer({ minimum: 0, description: "from the final checkpoint to the present epoch" }),
    votes: Type.Object(
      { epoch: Epoch, voted: Sum, total: Sum, participationPpm: Ppm },
      { description: "how those of the head's epoch stand; 2/3 make its checkpoint justified" },
    ),
    state: Type.Union([Type.Literal("beginning"), Type.Literal("moving"), Type.Literal("stalled")]),
    why: Type.String({ description: "what is final, and why no more than that" }),
    checkpoint: Type.String({
      pattern: "^[0-9]+:[0-9a-f]{64}@[0-9a-f]{16}$",
      description: "<height>:<block id>@<first 16 digits of the chain id>: what a late joiner gives as --checkpoint",
    }),
  },
  { title: "Finality" },
);
export type Finality = Static<typeof Finality>;

export const OffenceType = Type.Union([Type.Literal("blocks"), Type.Literal("votes")], {
  description: "`blocks`: two in one slot; `votes`: two for one epoch, or one around the other",
});
export type OffenceType = Static<typeof OffenceType>;

/** The payload of an `evidence` transaction as JSON. */
export const EvidencePayload = Type.Object(
  { type: OffenceType, first: BytesHex, second: BytesHex },
  {
    title: "EvidencePayload",
    description: "two headers, or two votes, as their canonical bytes",
    additionalProperties: false,
  },
);
export type EvidencePayload = Static<typeof EvidencePayload>;

export const FoundOffence = Type.Object(
  {
    signingKey: KeyHex,
    validator: Type.Union([AddressText, Type.Null()]),
    epoch: Epoch,
    slot: Type.Union([Slot, Type.Null()], { description: "of two blocks" }),
    what: Type.String({ description: "the offence in a sentence" }),
    evidence: EvidencePayload,
  },
  { title: "FoundOffence" },
);
export type FoundOffence = Static<typeof FoundOffence>;

/** Found by this node and not yet reported: whoever sends one as a transaction is paid the reporter's share. */
export const Evidence = Type.Object({ items: Type.Array(FoundOffence) }, { title: "Evidence" });
export type Evidence = Static<typeof Evidence>;
