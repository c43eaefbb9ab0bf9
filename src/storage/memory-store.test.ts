import { describe, expect, test } from "vitest";
import { createMemoryStore } from "./memory-store.ts";
import { put } from "./port.ts";

const key = (n: number) => Uint8Array.of(1, n);
const full = { status: "rejected", reason: expect.objectContaining({ code: "disk-full" }) };
const done = { status: "fulfilled", value: undefined };

describe("faults of the memory store", () => {
  test("a failure takes the batches waiting behind it along, and nothing of them is seen", async () => {
    const store = createMemoryStore();
    await store.commit([put(key(0), key(0))]);
    store.failNext("disk-full");
    const together = [1, 2, 3].map((n) => store.commit([put(key(n), key(n))]));
    expect(await Promise.allSettled(together)).toEqual([full, full, full]);
    expect([0, 1, 2, 3].map((n) => store.has(key(n)))).toEqual([true, false, false, false]);
    await store.commit([put(key(4), key(4))]);
    expect(store.has(key(4))).toBe(true);
  });

  test("a lasting fault lasts until it is taken away; an empty batch does not touch the disk", async () => {
    const store = createMemoryStore();
    store.failAll("disk-full");
    for (let n = 0; n < 3; n++) expect(await Promise.allSettled([store.commit([put(key(n), key(n))])])).toEqual([full]);
    expect(await Promise.allSettled([store.commit([])])).toEqual([done]);
    store.failAll(null);
    expect(await Promise.allSettled([store.commit([put(key(1), key(1))])])).toEqual([done]);
  });

  test("a crash loses what was not committed, and keeps what was", async () => {
    const store = createMemoryStore();
    await store.commit([put(key(1), key(1))]);
    void store.commit([put(key(2), key(2))]);
    expect(store.has(key(2))).toBe(false);
    const after = store.crash();
    expect([after.has(key(1)), after.has(key(2))]).toEqual([true, false]);
    expect(() => store.get(key(1))).toThrow("closed");
    expect(after.sizeBytes()).toBe(4);
  });
});
