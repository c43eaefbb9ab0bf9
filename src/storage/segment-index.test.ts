import { describe, expect, test } from "vitest";
import { concatBytes, type Random, seededRandom } from "#base";
import { keys } from "./keys.ts";
import { createMemoryStore } from "./memory-store.ts";
import { put, type Write } from "./port.ts";
import type { PackedKeys } from "./recent-entries.ts";
import { CHUNK_ENTRIES } from "./segment.ts";
import type { Candidate } from "./segment-entry.ts";
import { openSegmentIndex, type SegmentIndex } from "./segment-index.ts";

const pack = (list: readonly Uint8Array[], positions?: readonly number[]): PackedKeys => ({
  bytes: concatBytes(...list),
  keyBytes: list[0]?.length ?? 8,
  ...(positions === undefined ? {} : { positions }),
});

/** Keys of 20 bytes from a small world, so that they come again, and differ in the last of the first 8 bytes only. */
const worldKey = (random: Random, size: number): Uint8Array => {
  const key = new Uint8Array(20).fill(0xfe);
  const n = random.below(size);
  key.set([n >> 12, 0, 0, 0, 0, 0, (n >> 8) & 0x0f, n & 0xff]);
  return key;
};

/** The plainest index: every key's places in a Map. */
class Oracle {
  readonly places = new Map<string, Candidate[]>();

  add(seq: number, list: readonly Uint8Array[], positions: readonly number[]): void {
    for (const [i, key] of list.entries()) {
      const place = { seq, position: positions[i]! };
      const found = this.places.get(key.subarray(0, 8).join());
      if (found === undefined) this.places.set(key.subarray(0, 8).join(), [place]);
      else if (found.at(-1)!.seq !== seq || found.at(-1)!.position !== place.position) found.push(place);
    }
  }

  find(key: Uint8Array, before: Candidate, limit: number): Candidate[] {
    return (this.places.get(key.subarray(0, 8).join()) ?? [])
      .filter(({ seq, position }) => seq < before.seq || (seq === before.seq && position < before.position))
      .toReversed()
      .slice(0, limit);
  }
}

interface Block {
  readonly list: readonly Uint8Array[];
  readonly positions: readonly number[];
}

function randomBlock(random: Random, world: number): Block {
  const list = Array.from({ length: random.below(12) }, () => worldKey(random, world));
  let position = 0;
  return { list, positions: list.map(() => (position += random.below(3))) };
}

describe("segment index", () => {
  test.for([1, 2, 3, 4])(
    "10 times what memory holds, through flushes, merges, failed commits and crashes (seed %i)",
    async (seed) => {
      const random = seededRandom(seed);
      const options = { index: 3, flushEntries: 100, flushBlocks: 60, maxSegmentEntries: 3_000 };
      const world = seed % 2 === 0 ? 40 : 5_000;
      const oracle = new Oracle();
      const blocks: Block[] = [];
      let store = createMemoryStore();
      let index: SegmentIndex = openSegmentIndex(store, options);
      const stored = function* (first: number) {
        for (let seq = first; seq < blocks.length; seq++)
          yield { seq, keys: pack(blocks[seq]!.list, blocks[seq]!.positions) };
      };
      while (blocks.length < 2_000) {
        const seq = blocks.length;
        const block = randomBlock(random, world);
        index.add(seq, pack(block.list, block.positions));
        const batch: Write[] = [put(keys.block(seq), Uint8Array.of(1))];
        index.flushInto(batch, random.below(200) === 0);
        if (random.below(20) === 0) store.failNext("disk-full");
        const committed = await store.commit(batch).then(
          () => true,
          () => false,
        );
        if (committed) {
          blocks.push(block);
          oracle.add(seq, block.list, block.positions);
        }
        if (random.below(30) === 0) {
          const merging = index.compact().catch(() => false);
          if (random.below(4) === 0) store.failNext("disk-failed");
          if (random.below(2) === 0) await merging;
        }
        if (random.below(100) === 0) {
          store = store.crash();
          index = openSegmentIndex(store, options);
          expect(index.nextSeq).toBeLessThanOrEqual(blocks.length);
          expect(index.nextSeq).toBeGreaterThan(blocks.length - 200);
          await index.recover(stored);
        }
        const key = worldKey(random, world);
        const before = { seq: random.below(blocks.length + 2), position: random.below(20) };
        const limit = 1 + random.below(10);
        if (!committed) continue;
        expect(index.find(key, { before, limit })).toEqual(oracle.find(key, before, limit));
        expect(index.find(key)).toEqual(oracle.find(key, { seq: 2 ** 32, position: 0 }, Number.POSITIVE_INFINITY));
      }
      while (await index.compact());
      const { recentEntries, segments, segmentEntries } = index.stats();
      expect(recentEntries).toBeLessThan(400);
      expect(segmentEntries).toBeGreaterThan(8_000);
      expect(segments).toBeLessThan(25);
      // Nothing is left over of what was merged away or broken off.
      const chunks = [...store.range(keys.segmentChunk.all)];
      expect(chunks.reduce((sum, [, value]) => sum + value.length / 16, 0)).toBe(segmentEntries);
      expect([...store.range(keys.segment.all)].length).toBe(segments);
    },
  );

  test("a run of one key over many chunks is paged through, each place once", async () => {
    const store = createMemoryStore();
    const index = openSegmentIndex(store, { index: 0, flushEntries: 3 * CHUNK_ENTRIES });
    const busy = new Uint8Array(20).fill(5);
    const quiet = new Uint8Array(20).fill(4);
    for (let seq = 0; seq < 100; seq++) {
      index.add(seq, pack([...Array.from({ length: 200 }, () => busy), quiet]));
      const batch: Write[] = [];
      index.flushInto(batch);
      await store.commit(batch);
    }
    let seen = 0;
    for (let before: Candidate | undefined; ; ) {
      const page = index.find(busy, { limit: 77, ...(before === undefined ? {} : { before }) });
      for (const { seq, position } of page) {
        expect(seq * 200 + position).toBe(100 * 200 - 1 - seen);
        seen++;
      }
      if (page.length === 0) break;
      before = page.at(-1)!;
    }
    expect(seen).toBe(20_000);
    expect(index.find(quiet).length).toBe(100);
    expect(index.find(new Uint8Array(20))).toEqual([]);
  });

  test("several indexes of one store do not meet", async () => {
    const store = createMemoryStore();
    const [a, b] = [openSegmentIndex(store, { index: 1 }), openSegmentIndex(store, { index: 2 })];
    const key = new Uint8Array(32).fill(9);
    a.add(0, pack([key]));
    b.add(0, pack([new Uint8Array(32), key]));
    const batch: Write[] = [];
    a.flushInto(batch, true);
    b.flushInto(batch, true);
    await store.commit(batch);
    const again = [1, 2].map((index) => openSegmentIndex(store, { index }));
    expect(again.map((index) => index.find(key))).toEqual([[{ seq: 0, position: 0 }], [{ seq: 0, position: 1 }]]);
    expect(again.map((index) => index.nextSeq)).toEqual([1, 1]);
    expect(() => again[0]!.add(0, pack([key]))).toThrow("has flushed up to 0");
  });

  test("empty blocks are flushed too, so that recovery need not read them again", async () => {
    const store = createMemoryStore();
    const index = openSegmentIndex(store, { index: 0, flushBlocks: 100 });
    for (let seq = 0; seq < 1_000; seq++) {
      index.add(seq, { bytes: new Uint8Array(0), keyBytes: 32 });
      const batch: Write[] = [];
      index.flushInto(batch);
      await store.commit(batch);
    }
    while (await index.compact());
    expect(openSegmentIndex(store, { index: 0 }).nextSeq).toBeGreaterThan(900);
    expect(index.stats()).toEqual({ recentEntries: 0, segments: 2, segmentEntries: 0 });
  });

  test("wrong use is found", () => {
    const index = openSegmentIndex(createMemoryStore(), { index: 0 });
    expect(() => index.add(0, { bytes: new Uint8Array(33), keyBytes: 32 })).toThrow("not packed");
    expect(() => index.add(0, { bytes: new Uint8Array(64), keyBytes: 32, positions: [1, 0] })).toThrow("do not ascend");
  });
});
