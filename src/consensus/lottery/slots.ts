/** Time in slots, and slots in epochs (rule STAKE-5). All are counted from genesis, which is slot 0 of epoch 0. */

export interface SlotOptions {
  readonly genesisMs: number;
  readonly slotMs: number;
  readonly epochSlots: number;
}

export interface Slots {
  readonly epochSlots: number;
  /** The slot that has begun last, which is negative before genesis. */
  slotAt(timeMs: number): number;
  /** Whether a slot begins at just this time. */
  isStart(timeMs: number): boolean;
  startMs(slot: number): number;
  epochOf(slot: number): number;
  firstSlot(epoch: number): number;
  /** Whether a reveal in this slot still goes into the seed of the next epoch: the first ⌈2E/3⌉ of each epoch do. */
  isMixing(slot: number): boolean;
  /** When voters of an epoch speak: ⌊E/3⌋ slots into it (rule STAKE-22). */
  voteSlot(epoch: number): number;
}

export function createSlots({ genesisMs, slotMs, epochSlots }: SlotOptions): Slots {
  const mixingSlots = floorDiv(2 * epochSlots + 2, 3);
  const voteOffset = floorDiv(epochSlots, 3);
  const firstSlot = (epoch: number): number => epoch * epochSlots;
  return {
    epochSlots,
    slotAt: (timeMs) => floorDiv(timeMs - genesisMs, slotMs),
    isStart: (timeMs) => remainder(timeMs - genesisMs, slotMs) === 0,
    startMs: (slot) => genesisMs + slot * slotMs,
    epochOf: (slot) => floorDiv(slot, epochSlots),
    firstSlot,
    isMixing: (slot) => remainder(slot, epochSlots) < mixingSlots,
    voteSlot: (epoch) => firstSlot(epoch) + voteOffset,
  };
}

/** Exact for all safe integers: what is divided is a multiple. */
function floorDiv(value: number, by: number): number {
  return (value - remainder(value, by)) / by;
}

/** From 0 to by − 1, for negative values too. */
function remainder(value: number, by: number): number {
  return ((value % by) + by) % by;
}
