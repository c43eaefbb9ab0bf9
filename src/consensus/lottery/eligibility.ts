/** Who may make the block of a slot on a parent: the one answer under `turn`, `checkOnParent`, `orders` and the views. */
import type { Hash, Key } from "#base";
import { drawNumber } from "./draw.ts";
import type { LotteryRules } from "./rules.ts";
import { epochSeed } from "./seed.ts";
import type { Slots } from "./slots.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import type { Tables, TableView } from "./table-view.ts";

export interface Drawn {
  readonly key: Key;
  /** What the block adds to its branch: 16, or 1 where bonds stood in (rule STAKE-17). */
  readonly weight: bigint;
}

export interface Eligibility {
  /** @param slot after the parent's. @returns null when the table of its epoch is not known yet */
  drawnAt(slot: number, parent: LotterySnapshot): Drawn | null;
  /** The table of an epoch from that of `parent` on, should no block come in between; null while it is not known. */
  tableOf(epoch: number, parent: LotterySnapshot): TableView | null;
  /** The seed of such an epoch. */
  seedOf(epoch: number, parent: LotterySnapshot): Hash;
}

const DRAWN_WEIGHT = 16n;
const FALLBACK_WEIGHT = 1n;

export function createEligibility(
  { fallback }: Pick<LotteryRules, "fallback">,
  { chainId, slots, tables }: { readonly chainId: Hash; readonly slots: Slots; readonly tables: Tables },
): Eligibility {
  const tableOf = (epoch: number, { data }: LotterySnapshot): TableView | null => {
    const hash = epoch === data.tally.epoch ? data.current : data.next;
    return hash === null ? null : tables.load(hash);
  };
  const seedOf = (epoch: number, { data }: LotterySnapshot): Hash =>
    epoch === data.tally.epoch ? data.seed : epochSeed(chainId, data.mix, epoch);
  /** Each step of an import asks for the same draw. */
  const latest = new WeakMap<LotterySnapshot, { readonly slot: number; readonly drawn: Drawn }>();
  const draw = (slot: number, parent: LotterySnapshot): Drawn | null => {
    const epoch = slots.epochOf(slot);
    const table = tableOf(epoch, parent);
    if (table === null) return null;
    const silentSlots = slot - slots.slotAt(parent.timeMs);
    const stoodIn =
      fallback !== null && silentSlots >= fallback.afterSlots && table.main !== table.bonds ? table.bonds : null;
    const drawable = stoodIn ?? table.main;
    const key = drawable.keyAt(drawNumber(chainId, seedOf(epoch, parent), slot, drawable.total));
    return { key, weight: stoodIn === null ? DRAWN_WEIGHT : FALLBACK_WEIGHT };
  };
  return {
    tableOf,
    seedOf,
    drawnAt(slot, parent) {
      const known = latest.get(parent);
      if (known?.slot === slot) return known.drawn;
      const drawn = draw(slot, parent);
      if (drawn !== null) latest.set(parent, { slot, drawn });
      return drawn;
    },
  };
}
