/** Commits numbered batches without end, several in flight, and prints the number of each when it is durable. */
import { flushCompileCache } from "node:module";
import { encodeSeq, keys, openLmdbStore, put, type Write } from "#storage";

/** Writes of a batch besides the head. */
export const PARTS = 4;
export const headKey = keys.meta("head");

/** What batch `no` writes: parts of very different sizes, last the number itself. */
export function batchOf(no: number): Write[] {
  const sizes = [10, 500, 5_000, (no % 7) * 20_000];
  return [
    ...sizes.map((size, part) => put(keys.journal(no * PARTS + part), new Uint8Array(size).fill(no & 0xff))),
    put(headKey, encodeSeq(no)),
  ];
}

if (process.argv[1] === import.meta.filename) {
  // Otherwise it is written at an end that never comes.
  flushCompileCache();
  const [, , path, first] = process.argv as [string, string, string, string];
  const store = openLmdbStore(path);
  for (let no = Number(first); ; no += 3)
    await Promise.all(
      [no, no + 1, no + 2].map(async (each) => {
        await store.commit(batchOf(each));
        process.stdout.write(`${each}\n`);
      }),
    );
}
