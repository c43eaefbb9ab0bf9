/** The votes counted on one branch for the checkpoint of one epoch (rules STAKE-9 to STAKE-11). */
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

export function hasVoted(tally: Tally, index: number): boolean {
  return index >= 0 && ((tally.voted[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

/** Two thirds of both tables. */
export function isMajority(tally: Tally, { current, before }: TallyTables): boolean {
  return 3n * tally.sum >= 2n * current.total && 3n * tally.sumBefore >= 2n * before.total;
}

/** Counts votes one after the other; the tally it begins with stays as it is. */
export interface TallyCount {
  /** @param vote of the tally's epoch. @returns the voter's weight in the table in force */
  take(vote: Vote): Result<bigint, Fault>;
  tally(): Tally;
}

export function createTallyCount(start: Tally, { current, before }: TallyTables): TallyCount {
  const bits = new Uint8Array((current.entries.length + 7) >>> 3);
  bits.set(start.voted);
  let { sum, sumBefore } = start;
  const isCounted = (index: number): boolean => (bits[index >>> 3]! & (1 << (index & 7))) !== 0;
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
      const index = current.indexOf(vote.key);
      if (index < 0) return err(blameSender("vote-stranger", { epoch }));
      if (isCounted(index)) return err(blameSender("vote-repeated", { epoch }));
      const { weight } = current.entries[index]!;
      bits[index >>> 3]! |= 1 << (index & 7);
      sum += weight;
      sumBefore += weightBefore(vote.key, weight);
      return ok(weight);
    },
    tally: () => (sum === start.sum ? start : { ...start, sum, sumBefore, voted: withoutTrailingZeros(bits) }),
  };
}

function withoutTrailingZeros(bytes: Uint8Array): Uint8Array {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length--;
  return bytes.slice(0, length);
}
