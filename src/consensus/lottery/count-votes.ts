/** The votes of one block, each counted for its epoch (rule STAKE-10). */
import { blameSender, err, type Fault, type Result } from "#base";
import type { Vote } from "#model";
import type { LotteryData } from "./snapshot.ts";
import { createTallyCount, type TallyCount } from "./tally.ts";
import { type LotteryWorld, tablesOf } from "./world.ts";

export interface VoteCount {
  /** @returns the voter's weight */
  take(vote: Vote): Result<bigint, Fault>;
  /** With the votes taken so far. */
  data(): LotteryData;
}

/** @param data as the block's epoch begins them, or its parent leaves them */
export function createVoteCount({ tables }: LotteryWorld, data: LotteryData): VoteCount {
  const counts = new Map<number, TallyCount>();
  for (const tally of [data.previous, data.tally])
    if (tally !== null) counts.set(tally.epoch, createTallyCount(tally, tablesOf(tables, tally)));
  return {
    take(vote) {
      const { epoch } = vote.target;
      return counts.get(epoch)?.take(vote) ?? err(blameSender("vote-target", { epoch }));
    },
    data: () => ({
      ...data,
      tally: counts.get(data.tally.epoch)!.tally(),
      previous: data.previous === null ? null : counts.get(data.previous.epoch)!.tally(),
    }),
  };
}
