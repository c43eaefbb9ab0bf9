/** The snapshot after a block (rules STAKE-8, STAKE-11, STAKE-17 and STAKE-23). */
import { assertInvariant, type Hash } from "#base";
import type { Outcome, Vote } from "#model";
import type { LotteryBlock } from "./claim-seal.ts";
import { createVoteCount } from "./count-votes.ts";
import { enterEpoch, keepsTable } from "./enter-epoch.ts";
import { nextMix } from "./seed.ts";
import type { LotteryData, LotterySnapshot } from "./snapshot.ts";
import { isMajority, type Tally, targetOf } from "./tally.ts";
import { type LotteryWorld, tablesOf } from "./world.ts";

/** @param block checked on the parent, and its votes too */
export function advanceSnapshot(
  world: LotteryWorld,
  parent: LotterySnapshot,
  { id, header, claim }: LotteryBlock,
  votes: readonly Vote[],
  outcomes: readonly Outcome[] | null,
): LotterySnapshot {
  const { slots, chainId, eligibility } = world;
  const slot = slots.slotAt(header.timeMs);
  const epoch = slots.epochOf(slot);
  const drawn = eligibility.drawnAt(slot, parent);
  assertInvariant(drawn !== null, "a block was not checked on its parent");
  const entered = enterEpoch(world, parent, epoch);
  const isFirst = entered !== parent.data;
  const voted = takeVotes(world, entered, votes);
  const data: LotteryData = {
    ...voted,
    mix: slots.isMixing(slot) ? nextMix(chainId, entered.mix, claim.reveal) : entered.mix,
    next: isFirst ? nextTable(world, entered, outcomes) : entered.next,
  };
  const snapshot = {
    id,
    height: header.height,
    timeMs: header.timeMs,
    weight: parent.weight + drawn.weight,
    justified: parent.justified,
    finalized: parent.finalized,
    data,
  };
  return votes.length === 0 ? snapshot : settle(world, snapshot);
}

/** @returns null while the block is not executed */
function nextTable(world: LotteryWorld, entered: LotteryData, outcomes: readonly Outcome[] | null): Hash | null {
  if (outcomes === null) return null;
  const made = outcomes.find((outcome) => outcome.kind === "epoch-table");
  const isThere = made !== undefined || keepsTable(world, entered);
  assertInvariant(isThere, "the first block of an epoch made no table");
  return made?.hash ?? entered.current;
}

function takeVotes(world: LotteryWorld, data: LotteryData, votes: readonly Vote[]): LotteryData {
  if (votes.length === 0) return data;
  const count = createVoteCount(world, data);
  for (const vote of votes) assertInvariant(count.take(vote).ok, "a vote was not checked on its branch");
  return count.data();
}

/** Justifies and finalises what the votes so far allow. */
function settle({ tables }: LotteryWorld, snapshot: LotterySnapshot): LotterySnapshot {
  const { tally, previous } = snapshot.data;
  const majorities = [previous, tally].filter((each) => each !== null && isMajority(each, tablesOf(tables, each)));
  return majorities.reduce(takeMajority, snapshot);
}

function takeMajority(snapshot: LotterySnapshot, tally: Tally | null): LotterySnapshot {
  if (tally === null) return snapshot;
  const isHigher = tally.epoch > snapshot.justified.epoch;
  const isFinal = tally.epoch === tally.source.epoch + 1 && tally.source.epoch > snapshot.finalized.epoch;
  return {
    ...snapshot,
    justified: isHigher ? targetOf(tally) : snapshot.justified,
    finalized: isFinal ? tally.source : snapshot.finalized,
    data: {
      ...snapshot.data,
      justifiedHeight: isHigher ? tally.checkpointHeight : snapshot.data.justifiedHeight,
      finalizedHeight: isFinal ? tally.sourceHeight : snapshot.data.finalizedHeight,
    },
  };
}
