/** The votes counted on one branch for the checkpoint of one epoch (rules STAKE-9 to STAKE-11, STAKE-23). */
import { type BlockId, blameSender, equalBytes, err, type Fault, type Hash, type Key, ok, type Result } from "#base";
import type { Checkpoint, Vote } from "#model";
import type { Drawable } from "./table-view.ts";

export interface Tally {
  readonly epoch: number;
  /** The last block before the epoch: what votes of this epoch have as their target. */
  readonly checkpoint: BlockId;
  readonly checkpointHeight: number;
  /** What was justified on the branch when the epoch's first block came: where these votes lead from. */
  readonly source: Checkpoint;
  readonly sourceHeight: number;
  /** Hashes of the table in force in the epoch, and of the one that must agree besides. */
  readonly current: Hash;
  readonly before: Hash;
  readonly sum: bigint;
  readonly sumBefore: bigint;
  /** Bit i: the entry i of the table in force has voted. Trailing zero bytes are left out. */
  readonly voted: Uint8Array;
  /** Whether those who stand in the table before alone may vote, too (rule STAKE-23). */
  readonly takesFormer: boolean;
  /** Likewise of the table before, for those who do not stand in the one in force. */
  readonly votedFormer: Uint8Array;
}

/** The tables that a tally counts in. */
export interface TallyTables {
  readonly current: Drawable;
  readonly before: Drawable;
}

export function targetOf(tally: Tally): Checkpoint {
  return { epoch: tally.epoch, id: tally.checkpoint };
}

export function isSameCheckpoint(a: Checkpoint, b: Checkpoint): boolean {
  return a.epoch === b.epoch && equalBytes(a.id, b.id);
}

/** Where a key votes: its place in the table in force, or else in the one before it. */
export interface Voter {
  readonly isFormer: boolean;
  readonly index: number;
}

/** @returns null when the key may not vote in the tally */
export function voterOf({ takesFormer }: Tally, { current, before }: TallyTables, key: Key): Voter | null {
  const index = current.indexOf(key);
  if (index >= 0) return { isFormer: false, index };
  const former = takesFormer ? before.indexOf(key) : -1;
  return former < 0 ? null : { isFormer: true, index: former };
}

export function hasVoted({ voted, votedFormer }: Tally, { isFormer, index }: Voter): boolean {
  return isSet(isFormer ? votedFormer : voted, index);
}

function isSet(bits: Uint8Array, index: number): boolean {
  return ((bits[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/** Two thirds of both tables. */
export function isMajority(tally: Tally, { current, before }: TallyTables): boolean {
  return 3n * tally.sum >= 2n * current.total && 3n * tally.sumBefore >= 2n * before.total;
}

/** Counts votes one after the other; the tally it begins with stays as it is. */
export interface TallyCount {
  /** @param vote of the tally's epoch. @returns the voter's weight in the table in force, or else in the one before */
  take(vote: Vote): Result<bigint, Fault>;
  tally(): Tally;
}

export function createTallyCount(start: Tally, tables: TallyTables): TallyCount {
  const { current, before } = tables;
  const bits = bitsOf(current, start.voted);
  const formerBits = bitsOf(before, start.votedFormer);
  let { sum, sumBefore } = start;
  const weightBefore = (key: Key, weight: bigint): bigint => {
    if (before === current) return weight;
    const index = before.indexOf(key);
    return index < 0 ? 0n : before.entries[index]!.weight;
  };
  return {
    take(vote) {
      const { epoch } = vote.target;
      // Epoch 0 has genesis for its source and its target.
      const isTarget = isSameCheckpoint(vote.target, targetOf(start)) && epoch > start.source.epoch;
      if (!isTarget) return err(blameSender("vote-target", { epoch }));
      if (!isSameCheckpoint(vote.source, start.source))
        return err(blameSender("vote-source", { epoch: vote.source.epoch, expected: start.source.epoch }));
      const voter = voterOf(start, tables, vote.key);
      if (voter === null) return err(blameSender("vote-stranger", { epoch }));
      const { isFormer, index } = voter;
      const counted = isFormer ? formerBits : bits;
      if (isSet(counted, index)) return err(blameSender("vote-repeated", { epoch }));
      counted[index >>> 3]! |= 1 << (index & 7);
      const { weight } = (isFormer ? before : current).entries[index]!;
      if (!isFormer) sum += weight;
      sumBefore += isFormer ? weight : weightBefore(vote.key, weight);
      return ok(weight);
    },
    tally() {
      if (sum === start.sum && sumBefore === start.sumBefore) return start;
      const votedFormer = withoutTrailingZeros(formerBits);
      return { ...start, sum, sumBefore, voted: withoutTrailingZeros(bits), votedFormer };
    },
  };
}

function bitsOf({ entries }: Drawable, set: Uint8Array): Uint8Array {
  const bits = new Uint8Array((entries.length + 7) >>> 3);
  bits.set(set);
  return bits;
}

function withoutTrailingZeros(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.slice(0, length);
}
