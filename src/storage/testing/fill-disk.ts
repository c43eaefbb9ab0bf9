/**
 * Commits until the disk is full, says so, waits for a message that space was made (or makes it, by removing its oldest
 * values), goes on, and says what is there after opening anew. For tests: on a small disk or under a file size limit.
 */
import { equalBytes, OperationError } from "#base";
import { decodeSeq, encodeSeq, keys } from "../keys.ts";
import { openLmdbStore } from "../lmdb-store.ts";
import { put, remove, type Store, type WriteBatch } from "../port.ts";

const [, , path, how] = process.argv as [string, string, string, "wait" | "remove"];
const head = keys.meta("head");
const contentOf = (no: number): Uint8Array => new Uint8Array(30_000).fill(no);
const batchOf = (no: number): WriteBatch => [put(keys.block(no), contentOf(no)), put(head, encodeSeq(no))];

/** Whether the store holds the values from `first` to its head, and nothing behind it. */
function isWhole(store: Store, first: number): boolean {
  const last = decodeSeq(store.get(head)!);
  for (let no = first; no <= last; no++) {
    const value = store.get(keys.block(no));
    if (value === null || !equalBytes(value, contentOf(no))) return false;
  }
  return [...store.range({ gte: keys.block(last + 1), lt: keys.block.all.lt })].length === 0;
}

const codeOf = (error: unknown): string => (error instanceof OperationError ? error.code : String(error));
const commit = (store: Store, batch: WriteBatch): Promise<string> => store.commit(batch).then(() => "ok", codeOf);

const store = openLmdbStore(path);
let next = 0;
let outcome = "ok";
for (; outcome === "ok"; next++) outcome = await commit(store, batchOf(next));
next--;
const together = await Promise.all([0, 1, 2].map((ahead) => commit(store, batchOf(next + ahead))));
process.send?.({ codes: [outcome, ...together], committed: next, whole: isWhole(store, 0) });

let first = 0;
if (how === "wait") await new Promise((resolve) => process.once("message", resolve));
else {
  first = next - 10;
  // The pages come free one commit later.
  const removals = Array.from({ length: first }, (_, no) => remove(keys.block(no)));
  for (const batch of [removals, [put(keys.meta("x"), encodeSeq(1))]])
    for (let tries = 0; tries < 20 && (await commit(store, batch)) !== "ok"; tries++);
}
const later: string[] = [];
for (let no = next; no < next + 10; no++) later.push(await commit(store, batchOf(no)));
await store.close();
const again = openLmdbStore(path);
process.send?.({ codes: later, committed: decodeSeq(again.get(head)!) + 1 - next, whole: isWhole(again, first) });
await again.close();
process.disconnect();
