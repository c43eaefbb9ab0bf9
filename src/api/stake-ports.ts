/** What the API needs of a chain whose blocks are drawn: validators, epochs, finality, offences. */
import type { Address, BlockId, Hash, Key, Signature } from "#base";
import type { Checkpoint } from "#model";
import type { Awaitable, BlockPoint, BlockRecord } from "./block-record.ts";

/** Numbers of the specification. */
export interface BondRules {
  readonly slotMs: number;
  readonly epochSlots: number;
  readonly minBondAtoms: bigint;
  readonly unbondEpochs: number;
  readonly jailEpochs: number;
  readonly leakEpochs: number;
  readonly slashPpm: number;
  readonly reportPpm: number;
  readonly maxValidators: number;
}

/** The clock, in slots. */
export interface SlotTime {
  readonly nowMs: number;
  readonly slot: number;
  readonly epoch: number;
}

/** What was seen of one validator in the epochs that are kept, up to the head. */
export interface TrackRecord {
  readonly fromEpoch: number;
  readonly epochs: number;
  readonly slots: number;
  readonly proposed: number;
  readonly votable: number;
  readonly voted: number;
  /** Oldest first. */
  readonly recent: readonly { readonly slot: number; readonly epoch: number; readonly block: BlockPoint | null }[];
  readonly recentVotes: readonly { readonly epoch: number; readonly voted: boolean }[];
  readonly blockRewardAtoms: bigint;
  readonly voteRewardAtoms: bigint;
  readonly reportRewardAtoms: bigint;
}

export interface ValidatorFacts {
  readonly owner: Address;
  readonly signingKey: Key;
  readonly onionTip: Hash;
  readonly nextOnion: { readonly tip: Hash } | null;
  readonly bondedAtoms: bigint;
  readonly activeAtoms: bigint;
  /** In the table of the head's epoch; 0 outside it. */
  readonly weightAtoms: bigint;
  readonly unbonding: readonly { readonly amountAtoms: bigint; readonly paidAtEpoch: number | null }[];
  readonly jailedUntilEpoch: number;
  readonly leaked: boolean;
  readonly lastVoteEpoch: number;
  readonly votes: number;
  readonly blocks: number;
  readonly slashedAtoms: bigint;
  readonly record: TrackRecord;
}

export interface StakeFacts {
  readonly at: BlockPoint;
  readonly headEpoch: number;
  /** Of the table of the head's epoch. */
  readonly totalAtoms: bigint;
  readonly voterPoolAtoms: bigint;
  readonly validators: readonly ValidatorFacts[];
}

export interface DutyFacts {
  readonly signingKey: Key;
  readonly knownToSlot: number;
  readonly slots: readonly number[];
  /** Null when its key is in no table of the present epoch. */
  readonly vote: { readonly epoch: number; readonly fromSlot: number; readonly done: boolean } | null;
}

export interface SlotFacts {
  readonly slot: number;
  readonly state: "made" | "missed" | "now" | "ahead";
  readonly leader: Address | null;
  readonly block: BlockPoint | null;
}

export interface EpochFacts {
  readonly epoch: number;
  readonly checkpoint: BlockPoint | null;
  readonly state: "open" | "justified" | "finalized";
  readonly votedAtoms: bigint;
  readonly totalAtoms: bigint;
  readonly slots: readonly SlotFacts[];
}

export interface FinalityFacts {
  readonly head: BlockPoint;
  readonly justified: BlockPoint & { readonly epoch: number };
  readonly finalized: BlockPoint & { readonly epoch: number };
  /** Of the head's epoch. */
  readonly votes: VoteCount;
  /** Of the epoch before it; null when it is not kept. */
  readonly votesBefore: VoteCount | null;
}

export interface VoteCount {
  readonly epoch: number;
  readonly votedAtoms: bigint;
  readonly totalAtoms: bigint;
}

export interface OffenceFacts {
  readonly type: "blocks" | "votes";
  readonly signingKey: Key;
  readonly validator: Address | null;
  readonly epoch: number;
  /** Of two blocks. */
  readonly slot: number | null;
  /** Canonical bytes of two headers or two votes. */
  readonly first: Uint8Array;
  readonly second: Uint8Array;
}

export interface DrawFacts {
  readonly slot: number;
  readonly epoch: number;
  readonly isFirstOfEpoch: boolean;
  readonly leaderKey: Key;
  readonly leader: Address | null;
}

export interface VoteFacts {
  readonly voter: Address | null;
  readonly key: Key;
  readonly signature: Signature;
  readonly source: Checkpoint;
  readonly target: Checkpoint;
}

export interface StakeReads {
  readonly rules: BondRules;
  now(): SlotTime;
  slotStartMs(slot: number): number;
  validators(): Awaitable<StakeFacts>;
  /** @param count how many slots at most. @returns null when the owner has no validator */
  duties(owner: Address, count: number): DutyFacts | null;
  /** Newest first from that epoch down, as far as epochs are kept. */
  epochs(from: number, limit: number): Awaitable<readonly EpochFacts[]>;
  finality(): Awaitable<FinalityFacts>;
  /** Found and not reported on the chain yet. */
  offences(): readonly OffenceFacts[];
  /** Null of genesis. */
  draw(block: BlockRecord): DrawFacts | null;
  votes(id: BlockId): readonly VoteFacts[];
}
