/** The store of simulations and tests: deterministic, with faults on demand. */
import { OperationError } from "#base";
import { assertBatch, type RangeQuery, type Store, type Write, type WriteBatch } from "./port.ts";

export type DiskFault = "disk-full" | "disk-failed";

export interface MemoryStore extends Store {
  /** The next commit fails with this code, and those waiting behind it; then all is well again. */
  failNext(code: DiskFault): void;
  /** Every commit fails with this code, until `null` is given. */
  failAll(code: DiskFault | null): void;
  /** Ends this store as kill -9 would: what was not committed yet is lost, waiting commits never settle. Gives what a restart finds. */
  crash(): MemoryStore;
  /** After `close()`: the same data in a new store. */
  reopen(): MemoryStore;
}

/** Keys as one-byte-per-character strings, whose order is byte order. */
interface Contents {
  readonly values: Map<string, Uint8Array>;
  readonly sortedKeys: string[];
  sizeBytes: number;
}

interface Waiting {
  readonly batch: WriteBatch;
  readonly resolve: () => void;
  readonly reject: (error: OperationError) => void;
}

export function createMemoryStore(): MemoryStore {
  return storeOver({ values: new Map(), sortedKeys: [], sizeBytes: 0 });
}

function storeOver(contents: Contents): MemoryStore {
  let state: "open" | "closed" | "crashed" = "open";
  let waiting: Waiting[] = [];
  let failOnce: DiskFault | null = null;
  let failAlways: DiskFault | null = null;

  const assertOpen = (): void => {
    if (state !== "open") throw new OperationError("store-closed", "the store was closed");
  };

  // Not at once but in a microtask, so that a caller who reads before the promise settles sees here what it sees on disk.
  const drain = (): void => {
    if (state === "crashed") return;
    const group = waiting;
    waiting = [];
    for (const [at, { batch, resolve }] of group.entries()) {
      const code = batch.length > 0 ? (failAlways ?? failOnce) : null;
      if (code !== null) {
        failOnce = null;
        for (const { reject } of group.slice(at))
          reject(new OperationError(code, `the disk was told to fail: ${code}`));
        return;
      }
      for (const write of batch) apply(contents, write);
      resolve();
    }
  };

  return {
    get(key) {
      assertOpen();
      return contents.values.get(toText(key)) ?? null;
    },
    has(key) {
      assertOpen();
      return contents.values.has(toText(key));
    },
    range(query) {
      assertOpen();
      return entries(contents, query);
    },
    commit(batch) {
      if (state !== "open") return Promise.reject(new OperationError("store-closed", "the store was closed"));
      assertBatch(batch);
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) queueMicrotask(drain);
        waiting.push({ batch, resolve, reject });
      });
    },
    sizeBytes: () => contents.sizeBytes,
    async close() {
      if (state !== "open") return;
      drain();
      state = "closed";
    },
    failNext(code) {
      failOnce = code;
    },
    failAll(code) {
      failAlways = code;
    },
    crash() {
      state = "crashed";
      return storeOver(contents);
    },
    reopen: () => storeOver(contents),
  };
}

function* entries(
  { values, sortedKeys }: Contents,
  { gte, lt, reverse = false, limit = Number.POSITIVE_INFINITY }: RangeQuery,
): IterableIterator<readonly [Uint8Array, Uint8Array]> {
  const low = firstNotBelow(sortedKeys, toText(gte));
  const high = firstNotBelow(sortedKeys, toText(lt));
  const count = Math.min(Math.max(0, high - low), limit);
  const picked = reverse ? sortedKeys.slice(high - count, high).reverse() : sortedKeys.slice(low, low + count);
  for (const text of picked) {
    const value = values.get(text);
    if (value !== undefined) yield [Uint8Array.from(Buffer.from(text, "latin1")), value];
  }
}

function apply(contents: Contents, { key, value }: Write): void {
  const text = toText(key);
  const old = contents.values.get(text);
  if (old !== undefined) contents.sizeBytes -= key.length + old.length;
  if (value === null) {
    if (contents.values.delete(text)) contents.sortedKeys.splice(firstNotBelow(contents.sortedKeys, text), 1);
    return;
  }
  if (old === undefined) contents.sortedKeys.splice(firstNotBelow(contents.sortedKeys, text), 0, text);
  contents.values.set(text, Uint8Array.from(value));
  contents.sizeBytes += key.length + value.length;
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Index of the first key that is not less than `text`. */
function firstNotBelow(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
