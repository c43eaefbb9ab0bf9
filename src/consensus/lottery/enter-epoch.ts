/** What changes with the first block of an epoch (rules STAKE-4, STAKE-8, STAKE-11 and STAKE-23). */
import { equalBytes, type Hash } from "#base";
import type { LotteryData, LotterySnapshot } from "./snapshot.ts";
import { knownTable, type LotteryWorld } from "./world.ts";

/**
 * The parent's data as a block of that epoch finds them, before its own votes and reveal.
 * @param epoch the parent's, or a later one whose table is known
 */
export function enterEpoch(world: LotteryWorld, parent: LotterySnapshot, epoch: number): LotteryData {
  const { data } = parent;
  if (epoch === data.tally.epoch) return data;
  const table = knownTable(world.tables, data.next);
  const before = tableBefore(parent, table.hash, table.table.leaked);
  const currentSince = equalBytes(table.hash, data.current) ? data.currentSince : data.tally.epoch + 1;
  const takesFormer = !equalBytes(before, table.hash) && epoch - currentSince < world.rules.formerEpochs;
  return {
    mix: data.mix,
    seed: world.eligibility.seedOf(epoch, parent),
    before,
    current: table.hash,
    next: null,
    currentSince,
    justifiedHeight: data.justifiedHeight,
    finalizedHeight: data.finalizedHeight,
    tally: {
      epoch,
      checkpoint: parent.id,
      checkpointHeight: parent.height,
      source: parent.justified,
      sourceHeight: data.justifiedHeight,
      current: table.hash,
      before,
      sum: 0n,
      sumBefore: 0n,
      voted: new Uint8Array(0),
      takesFormer,
      votedFormer: new Uint8Array(0),
    },
    previous: epoch === data.tally.epoch + 1 ? data.tally : null,
  };
}

/** Whether the table of a block's epoch must stay that of the next: the one before it still has a say (rule STAKE-23). */
export function keepsTable({ rules }: LotteryWorld, { before, current }: LotteryData): boolean {
  return rules.formerEpochs > 0 && !equalBytes(before, current);
}

/**
 * The table that must agree besides the one coming into force: the one before its last change, until something became
 * final with both. Two branches that differ by one change then share a table, and those who make both final can be named.
 */
function tableBefore({ data, finalized }: LotterySnapshot, next: Hash, leaked: boolean): Hash {
  if (!equalBytes(next, data.current)) return leaked ? next : data.current;
  return finalized.epoch >= data.currentSince ? data.current : data.before;
}
