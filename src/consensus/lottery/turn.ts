/** When a producer may make a block on a parent (rules STAKE-5 and STAKE-18). */
import { equalBytes } from "#base";
import type { Me, Turn } from "../engine.ts";
import type { LotteryClaim } from "./claim-seal.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import type { TableView } from "./table-view.ts";
import { notInTables } from "./voting.ts";
import type { LotteryWorld } from "./world.ts";

/** Slots looked ahead at once: about a millisecond. */
const MAX_SCAN_SLOTS = 512;

export function turnOn(world: LotteryWorld, parent: LotterySnapshot, me: Me, nowMs: number): Turn<LotteryClaim> {
  const { slots, eligibility } = world;
  const now = slots.slotAt(nowMs);
  const parentSlot = slots.slotAt(parent.timeMs);
  const epoch = Math.max(slots.epochOf(now), parent.data.tally.epoch);
  const views = [eligibility.tableOf(epoch, parent), eligibility.tableOf(epoch + 1, parent)];
  const isInTable = views.some((view) => view !== null && hasKey(view, me));
  if (!isInTable && views[1] !== null) return { kind: "never", why: notInTables(me.key) };
  if (now > parentSlot && isOurs(world, now, parent, me)) {
    const reveal = me.reveal(slots.epochOf(now));
    if (reveal === null) return { kind: "never", why: "this slot is ours, but the onion cannot be continued" };
    const startMs = slots.startMs(now);
    const claim = { reveal, signer: me.key };
    return { kind: "now", claim, minTimeMs: startMs, maxTimeMs: startMs, expiresMs: slots.startMs(now + 1) };
  }
  const from = Math.max(now, parentSlot) + 1;
  const knownEpochs = views[1] === null ? 1 : 2;
  const end = Math.min(slots.firstSlot(epoch + knownEpochs), from + MAX_SCAN_SLOTS);
  let slot = from;
  while (slot < end && !isOurs(world, slot, parent, me)) slot++;
  return { kind: "later", atMs: slots.startMs(slot) };
}

function isOurs({ eligibility }: LotteryWorld, slot: number, parent: LotterySnapshot, { key }: Me): boolean {
  const drawn = eligibility.drawnAt(slot, parent);
  return drawn !== null && equalBytes(drawn.key, key);
}

/** Among those drawn usually, or those who stand in for them. */
function hasKey({ main, bonds }: TableView, { key }: Me): boolean {
  return main.indexOf(key) >= 0 || (bonds !== null && bonds.indexOf(key) >= 0);
}
