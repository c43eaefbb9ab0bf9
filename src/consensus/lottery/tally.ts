/** The votes counted on one branch for the checkpoint of one epoch (rules STAKE-9 to STAKE-11). */
import { type BlockId, blameSender, equalBytes, err, type Fault, type Hash, ok, type Result } from "#base";
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

/** Whether a vote counts in this tally, which is of its target's epoch. @returns the voter's place in the table in force */
export function checkVote(vote: Vote, tally: Tally, tables: TallyTables): Result<number, Fault> {
  // Epoch 0 has genesis for its source and its target.
  const isTarget = isSameCheckpoint(vote.target, targetOf(tally)) && vote.target.epoch > tally.source.epoch;
  if (!isTarget) return err(blameSender("vote-target", { epoch: vote.target.epoch }));
  if (!isSameCheckpoint(vote.source, tally.source))
    return err(blameSender("vote-source", { epoch: vote.source.epoch, expected: tally.source.epoch }));
  const index = tables.current.indexOf(vote.key);
  if (index < 0) return err(blameSender("vote-stranger", { epoch: vote.target.epoch }));
  if (hasVoted(tally, index)) return err(blameSender("vote-repeated", { epoch: vote.target.epoch }));
  return ok(index);
}

/** @param index what `checkVote` gave */
export function countVote(tally: Tally, index: number, { current, before }: TallyTables): Tally {
  const { key, weight } = current.entries[index]!;
  const at = before.indexOf(key);
  const voted = new Uint8Array(Math.max(tally.voted.length, (index >>> 3) + 1));
  voted.set(tally.voted);
  voted[index >>> 3]! |= 1 << (index & 7);
  return {
    ...tally,
    sum: tally.sum + weight,
    sumBefore: tally.sumBefore + (at < 0 ? 0n : before.entries[at]!.weight),
    voted,
  };
}

/** Two thirds of both tables. */
export function isMajority(tally: Tally, { current, before }: TallyTables): boolean {
  return 3n * tally.sum >= 2n * current.total && 3n * tally.sumBefore >= 2n * before.total;
}
