import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyIndex } from "./key-index.ts";
import { createKeySlot, setKey } from "./key-slot.ts";
import { TABLES } from "./tables.ts";

function slotOf(n: number) {
  const address = new Uint8Array(20);
  new DataView(address.buffer).setUint32(8, n);
  return setKey(createKeySlot(TABLES.account), address);
}

describe("the index of keys", () => {
  test("finds what was added and not removed", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(60))), fc.integer(), (steps, seed) => {
        const index = new KeyIndex(seed, 64);
        const held = new Set<number>();
        for (const [isAdd, n] of steps) {
          if (isAdd === held.has(n)) continue;
          if (isAdd) index.add(n, slotOf(n));
          else index.remove(n);
          if (isAdd) held.add(n);
          else held.delete(n);
        }
        for (let n = 0; n <= 60; n++) expect(index.find(slotOf(n))).toBe(held.has(n) ? n : -1);
        expect(index.count).toBe(held.size);
      }),
    );
  });

  test("stands ten times its capacity in inserts and removes when it is full", () => {
    const index = new KeyIndex(5, 64);
    for (let n = 0; n < 64; n++) index.add(n, slotOf(n));
    for (let n = 64; n < 1_280; n++) {
      index.remove(n % 64);
      index.add(n % 64, slotOf(n));
    }
    expect(index.find(slotOf(1_279))).toBe(1_279 % 64);
    expect(index.find(slotOf(1_215))).toBe(-1);
    expect(index.count).toBe(64);
  });

  test("keeps its keys when it grows", () => {
    const index = new KeyIndex(5, 64);
    for (let n = 0; n < 64; n++) index.add(n, slotOf(n));
    index.grow(128);
    for (let n = 0; n < 64; n++) expect(index.find(slotOf(n))).toBe(n);
    expect(index.keyOf(7)).toEqual(slotOf(7).bytes);
    expect(index.tagOf(7)).toBe(1);
  });

  test("refuses to remove what is not there", () => {
    expect(() => new KeyIndex(5, 64).remove(3)).toThrow("not in the index");
  });
});
