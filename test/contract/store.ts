/** What any store must do; run over each backend. */

import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { compareBytes, OperationError } from "#base";
import { put, remove, type Store, type Write } from "#storage";

/** A place that outlives the stores opened on it. */
export interface StorePlace {
  open(): Promise<Store>;
  /** Ends the open store and removes the place. */
  dispose(): Promise<void>;
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const everything = { gte: bytes(0), lt: bytes(255, 255, 255, 255) };

/** Few different bytes, so that keys meet and are prefixes of each other. */
const anyKey = fc
  .array(fc.constantFrom(0, 1, 2, 127, 128, 254), { minLength: 1, maxLength: 5 })
  .map((k) => bytes(...k));
const anyValue = fc.oneof(
  { weight: 12, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  // Around a page of 4 KiB and around the 32 KiB where lmdb reads in another way.
  { weight: 1, arbitrary: fc.constantFrom(1_900, 4_096, 33_000).map((length) => new Uint8Array(length).fill(length)) },
);
const anyWrite: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(anyKey, anyValue).map(([key, value]) => put(key, value)) },
  { weight: 1, arbitrary: anyKey.map(remove) },
);
const anyBatch = fc.array(anyWrite, { maxLength: 12 });

/** The same, done in the plainest way. */
class Model {
  readonly #entries = new Map<string, readonly [Uint8Array, Uint8Array]>();

  apply(batch: readonly Write[]): void {
    for (const { key, value } of batch) {
      if (value === null) this.#entries.delete(key.join());
      else this.#entries.set(key.join(), [key, value]);
    }
  }

  range(gte: Uint8Array, lt: Uint8Array): (readonly [Uint8Array, Uint8Array])[] {
    return [...this.#entries.values()]
      .filter(([key]) => compareBytes(key, gte) >= 0 && compareBytes(key, lt) < 0)
      .sort(([a], [b]) => compareBytes(a, b));
  }
}

export function describeStore(name: string, createPlace: () => StorePlace): void {
  describe(`store contract: ${name}`, () => {
    const places: StorePlace[] = [];
    const newPlace = (): StorePlace => {
      const place = createPlace();
      places.push(place);
      return place;
    };
    afterEach(async () => {
      for (const place of places.splice(0)) await place.dispose();
    });

    test("what was committed is read back, and nothing else", async () => {
      const store = await newPlace().open();
      expect(store.get(bytes(1))).toBeNull();
      await store.commit([
        put(bytes(1), bytes(7, 8)),
        put(bytes(1, 0), bytes()),
        put(bytes(2), new Uint8Array(300_000)),
      ]);
      expect(store.get(bytes(1))).toEqual(bytes(7, 8));
      expect(store.get(bytes(1, 0))).toEqual(bytes());
      expect(store.get(bytes(2))?.length).toBe(300_000);
      expect([store.has(bytes(1, 0)), store.has(bytes(1, 1)), store.has(bytes(0))]).toEqual([true, false, false]);
      await store.commit([remove(bytes(1)), remove(bytes(9))]);
      expect([store.get(bytes(1)), store.get(bytes(1, 0))]).toEqual([null, bytes()]);
      expect(store.sizeBytes()).toBeGreaterThan(300_000);
    });

    test("a value that is held stays as it was", async () => {
      const store = await newPlace().open();
      const sizes = [0, 10, 40_000, 200_000];
      const filled = (byte: number) => sizes.map((size, i) => put(bytes(i), new Uint8Array(size).fill(byte)));
      await store.commit(filled(1));
      const held = sizes.map((_, i) => store.get(bytes(i)));
      const ranged = [...store.range(everything)].map(([, value]) => value);
      await store.commit(filled(2));
      for (let i = 0; i < sizes.length; i++) store.get(bytes(i));
      for (const [i, size] of sizes.entries()) {
        expect(held[i]).toEqual(new Uint8Array(size).fill(1));
        expect(ranged[i]).toEqual(new Uint8Array(size).fill(1));
      }
    });

    test("of two writes to a key in one batch the last counts; an empty batch waits for the ones before", async () => {
      const store = await newPlace().open();
      await store.commit([put(bytes(1), bytes(1)), put(bytes(1), bytes(2)), put(bytes(2), bytes(1)), remove(bytes(2))]);
      expect([store.get(bytes(1)), store.get(bytes(2))]).toEqual([bytes(2), null]);
      const before = store.commit([put(bytes(3), bytes(3))]);
      await store.commit([]);
      expect(store.get(bytes(3))).toEqual(bytes(3));
      await before;
    });

    test("batches given together take effect in their order, and each is whole whenever it is looked at", async () => {
      const store = await newPlace().open();
      const done: number[] = [];
      const commits = Array.from({ length: 200 }, (_, i) =>
        store.commit([put(bytes(1), bytes(i)), put(bytes(2), bytes(i)), put(bytes(3, i), bytes(i))]).then(() => {
          done.push(i);
          expect(store.get(bytes(1))).toEqual(store.get(bytes(2)));
          expect(store.get(bytes(1))![0]).toBeGreaterThanOrEqual(i);
        }),
      );
      await Promise.all(commits);
      expect(done).toEqual(Array.from({ length: 200 }, (_, i) => i));
      expect(store.get(bytes(1))).toEqual(bytes(199));
    });

    test("any batches, any ranges: as a sorted map has it, also after opening anew", async () => {
      const place = newPlace();
      let store = await place.open();
      const model = new Model();
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyBatch, { maxLength: 4 }),
          fc.tuple(anyKey, anyKey, fc.boolean(), fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined })),
          async (batches, [gte, lt, reverse, limit]) => {
            for (const batch of batches) model.apply(batch);
            await Promise.all(batches.map((batch) => store.commit(batch)));
            const expected = model.range(gte, lt);
            if (reverse) expected.reverse();
            const query = { gte, lt, ...(reverse ? { reverse } : {}), ...(limit === undefined ? {} : { limit }) };
            expect([...store.range(query)]).toEqual(expected.slice(0, limit));
          },
        ),
        { numRuns: 150 },
      );
      const expected = model.range(everything.gte, everything.lt);
      await store.close();
      store = await place.open();
      expect([...store.range(everything)]).toEqual(expected);
      for (const [key, value] of expected) expect(store.get(key)).toEqual(value);
    });

    test("a range may be left half-way", async () => {
      const store = await newPlace().open();
      await store.commit(Array.from({ length: 100 }, (_, i) => put(bytes(1, i), bytes(i))));
      for (let round = 0; round < 200; round++) for (const [key] of store.range(everything)) if (key[1] === 5) break;
      await store.commit([put(bytes(1, 5), bytes(99))]);
      expect(store.get(bytes(1, 5))).toEqual(bytes(99));
    });

    test("a wrong key is refused before it can spoil other batches", async () => {
      const store = await newPlace().open();
      const good = store.commit([put(bytes(1), bytes(1))]);
      expect(() => store.commit([put(bytes(2), bytes(2)), put(new Uint8Array(256), bytes(2))])).toThrow("a key of 256");
      expect(() => store.commit([remove(bytes())])).toThrow("a key of 0");
      await good;
      expect([store.get(bytes(1)), store.get(bytes(2))]).toEqual([bytes(1), null]);
    });

    test("closing waits for what is under way; afterwards everything is refused", async () => {
      const place = newPlace();
      const store = await place.open();
      const commits = Array.from({ length: 20 }, (_, i) => store.commit([put(bytes(i), new Uint8Array(50_000))]));
      await Promise.all([...commits, store.close(), store.close()]);
      const closed = { name: OperationError.name, code: "store-closed" };
      expect(() => store.get(bytes(1))).toThrow(expect.objectContaining(closed));
      expect(() => store.has(bytes(1))).toThrow(expect.objectContaining(closed));
      expect(() => [...store.range(everything)]).toThrow(expect.objectContaining(closed));
      await expect(store.commit([])).rejects.toMatchObject(closed);
      const again = await place.open();
      expect([...again.range(everything)].length).toBe(20);
    });
  });
}
