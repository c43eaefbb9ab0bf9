import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#base";
import { checkLmdbFile } from "./lmdb-file.ts";
import { type LmdbStore, openLmdbStore } from "./lmdb-store.ts";
import { put, remove, type Write } from "./port.ts";

let path: string;
let store: LmdbStore;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "agon-file-"));
  store = openLmdbStore(path);
});
afterEach(async () => {
  await store.close();
  rmSync(path, { recursive: true });
});

describe("the check of a data file", () => {
  test("finds nothing wrong in what lmdb writes, whatever is put, overwritten and removed", async () => {
    const random = seededRandom(11);
    const sizes = [0, 1, 30, 500, 1_900, 2_100, 4_072, 4_073, 20_000, 100_000];
    let pages = 0;
    for (let round = 0; round < 200; round++) {
      const writes: Write[] = Array.from({ length: random.below(60) }, () => {
        const key = Uint8Array.of(1 + random.below(3), random.below(256), random.below(4));
        const size = sizes[random.below(round % 50 < 40 ? sizes.length : 3)]!;
        return random.below(3) === 0 ? remove(key) : put(key, new Uint8Array(size));
      });
      await store.commit(writes);
      const check = checkLmdbFile(join(path, "data.mdb"), Number.POSITIVE_INFINITY);
      expect(check.problem).toBeNull();
      pages = Math.max(pages, check.pages);
      if (round % 40 !== 39) continue;
      await store.close();
      store = openLmdbStore(path);
    }
    expect(pages).toBeGreaterThan(30);
  });

  test("can be kept to the branches", async () => {
    await store.commit(
      Array.from({ length: 5_000 }, (_, n) => put(Uint8Array.of(1, n >> 8, n), new Uint8Array(200).fill(n))),
    );
    const file = join(path, "data.mdb");
    expect(checkLmdbFile(file, 100)).toEqual({ problem: null, pages: expect.toSatisfy((pages) => pages < 20) });
    expect(checkLmdbFile(file, 1_000)).toEqual({ problem: null, pages: expect.toSatisfy((pages) => pages > 250) });
  });

  test("takes a file that is missing for new", () => {
    expect(checkLmdbFile(join(path, "nothing.mdb"), 1)).toEqual({ problem: null, pages: 0 });
  });

  test("a backup is a whole store of its own", async () => {
    await store.commit([put(Uint8Array.of(1), new Uint8Array(100_000))]);
    const copy = join(path, "copy");
    await store.backup(copy);
    await store.commit([put(Uint8Array.of(2), Uint8Array.of(2))]);
    expect(checkLmdbFile(join(copy, "data.mdb"), Number.POSITIVE_INFINITY).problem).toBeNull();
    const other = openLmdbStore(copy);
    expect([other.get(Uint8Array.of(1))?.length, other.get(Uint8Array.of(2))]).toEqual([100_000, null]);
    await other.close();
  });
});
