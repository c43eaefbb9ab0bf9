import { describe, expect, it } from "vitest";
import { createSlots } from "./slots.ts";

const slots = createSlots({ genesisMs: 1_000_000, slotMs: 2_000, epochSlots: 15 });

describe("slots", () => {
  it("begin with genesis, and end where the next begins", () => {
    expect([999_999, 1_000_000, 1_001_999, 1_002_000].map(slots.slotAt)).toEqual([-1, 0, 0, 1]);
    expect([999_999, 1_000_000, 1_001_999, 1_002_000].map(slots.isStart)).toEqual([false, true, false, true]);
    expect(slots.startMs(slots.slotAt(1_234_000))).toBe(1_234_000);
  });

  it("are exact up to the largest time", () => {
    const lastMs = Number.MAX_SAFE_INTEGER;
    const odd = createSlots({ genesisMs: 1, slotMs: 100, epochSlots: 3 });
    const last = odd.slotAt(lastMs);
    expect(BigInt(last)).toBe((BigInt(lastMs) - 1n) / 100n);
    expect(odd.slotAt(odd.startMs(last) - 1)).toBe(last - 1);
    expect(odd.epochOf(last)).toBe(Number((BigInt(last) - (BigInt(last) % 3n)) / 3n));
  });

  it("make epochs of which the first two thirds, rounded up, go into the next seed", () => {
    expect([0, 14, 15, 29, 30].map(slots.epochOf)).toEqual([0, 0, 1, 1, 2]);
    expect([0, 9, 10, 14, 15, 24, 25].map(slots.isMixing)).toEqual([true, true, false, false, true, true, false]);
    for (const [epochSlots, mixing] of [
      [3, 2],
      [4, 3],
      [5, 4],
      [6, 4],
      [7, 5],
      [65_536, 43_691],
    ] as const) {
      const { isMixing } = createSlots({ genesisMs: 0, slotMs: 1, epochSlots });
      expect([mixing - 1, mixing].map(isMixing)).toEqual([true, false]);
    }
  });

  it("have a moment for votes a third into the epoch", () => {
    expect([1, 2].map(slots.voteSlot)).toEqual([20, 35]);
    expect(createSlots({ genesisMs: 0, slotMs: 1, epochSlots: 4 }).voteSlot(1)).toBe(5);
  });
});
