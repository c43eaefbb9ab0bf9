/** What a block asks of the ledger besides its transactions and rewards (rule STAKE-12). */
import { asHash, assertInvariant } from "#base";
import type { BlockOrders } from "#model";
import type { Draft } from "../engine.ts";
import { enterEpoch, keepsTable } from "./enter-epoch.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import type { LotteryWorld } from "./world.ts";

/** @param draft of a slot after the parent's whose table is known */
export function ordersFor(
  world: LotteryWorld,
  draft: Pick<Draft, "timeMs" | "claim">,
  parent: LotterySnapshot,
): BlockOrders {
  const { slots, eligibility } = world;
  const slot = slots.slotAt(draft.timeMs);
  const epoch = slots.epochOf(slot);
  const drawn = eligibility.drawnAt(slot, parent);
  assertInvariant(drawn !== null, "a draft has no table to be drawn from");
  const parentEpoch = parent.data.tally.epoch;
  const entered = enterEpoch(world, parent, epoch);
  const step = {
    epoch,
    parentEpoch,
    finalizedHeight: parent.data.finalizedHeight,
    finalizedEpoch: parent.finalized.epoch,
    keepsTable: keepsTable(world, entered),
  };
  return {
    epoch,
    slot,
    leader: drawn.key,
    reveal: asHash(draft.claim),
    step: epoch === parentEpoch ? null : step,
  };
}
