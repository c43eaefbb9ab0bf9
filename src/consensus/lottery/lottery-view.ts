/** Slots, draws, tables and votes for whoever looks on; never a rule. */
import type { LotteryView } from "../engine.ts";
import type { LotteryData } from "./snapshot.ts";
import { hasVoted, targetOf, voterOf } from "./tally.ts";
import { knownTable, type LotteryWorld, tablesOf } from "./world.ts";

export function createLotteryView({ slots, tables, eligibility }: LotteryWorld): LotteryView<LotteryData> {
  return {
    epochSlots: slots.epochSlots,
    slotAt: slots.slotAt,
    slotStartMs: slots.startMs,
    epochOf: slots.epochOf,
    leaderOf(slot, parent) {
      return slot <= slots.slotAt(parent.timeMs) ? null : (eligibility.drawnAt(slot, parent)?.key ?? null);
    },
    tables: ({ data }) => ({
      current: knownTable(tables, data.current).table,
      next: data.next === null ? null : (tables.load(data.next)?.table ?? null),
    }),
    progress({ data }) {
      const voters = tablesOf(tables, data.tally);
      return {
        epoch: data.tally.epoch,
        target: targetOf(data.tally),
        votedAtoms: data.tally.sum,
        totalAtoms: voters.current.total,
        finalizedHeight: data.finalizedHeight,
        justifiedHeight: data.justifiedHeight,
        hasVoted(key) {
          const voter = voterOf(data.tally, voters, key);
          return voter !== null && hasVoted(data.tally, voter);
        },
      };
    },
  };
}
