/** A header against the chain up to its parent (rules STAKE-5 and STAKE-18). */
import { blameSender, equalBytes, type Fault } from "#base";
import type { Verdict } from "../engine.ts";
import type { LotteryBlock } from "./claim-seal.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import type { LotteryWorld } from "./world.ts";

export function checkBlockOnParent(
  { rules, slots, eligibility }: LotteryWorld,
  { header, seal }: LotteryBlock,
  parent: LotterySnapshot,
  nowMs: number,
): Verdict {
  if (!equalBytes(header.parent, parent.id)) return fault("header-parent");
  if (header.height !== parent.height + 1) return fault("header-height", { height: header.height });
  const { timeMs } = header;
  if (!slots.isStart(timeMs)) return fault("slot-misaligned", { timeMs });
  const slot = slots.slotAt(timeMs);
  const parentSlot = slots.slotAt(parent.timeMs);
  if (slot <= parentSlot) return fault("slot-not-later", { slot, parentSlot });
  const drawn = eligibility.drawnAt(slot, parent);
  if (drawn !== null && !equalBytes(drawn.key, seal.key)) return fault("leader-wrong", { slot });
  const untilMs = timeMs - rules.maxAheadMs;
  if (untilMs > nowMs) return { kind: "wait", why: "too-early", untilMs };
  return drawn === null ? { kind: "wait", why: "needs-state" } : { kind: "ok" };
}

function fault(code: string, detail?: Fault["detail"]): Verdict {
  return { kind: "fault", fault: blameSender(code, detail) };
}
