/**
 * Accepted transactions on disk, so that an acknowledged one survives a kill. One value a batch, appended; a batch
 * is removed when all of it was dropped or lies deep enough in the chain that a reorganisation will not bring it back.
 */
import { decodeParts, encodeParts, type PreparedTransaction } from "#model";
import { keys, put, remove, type Store, type Write } from "#storage";
import { nameOf } from "./entry.ts";

const MAX_BATCH = 65_536;

export interface Journal {
  /** Resolves when they are durable. @throws OperationError when the disk fails */
  append(items: readonly PreparedTransaction[]): Promise<void>;
  /** This transaction needs no guarding any more. */
  release(name: string): void;
  /** Removes batches that hold nothing guarded. */
  sweep(): Promise<void>;
  /** Everything kept, oldest first, as bytes. For the start only. */
  load(): readonly Uint8Array[];
}

export function createJournal(store: Store): Journal {
  let nextNo = 0;
  const batchOf = new Map<string, number>();
  const live = new Map<number, number>();
  const empty: number[] = [];

  return {
    async append(items) {
      if (items.length === 0) return;
      const no = nextNo++;
      let added = 0;
      for (const item of items) {
        const name = nameOf(item.id);
        if (batchOf.has(name)) continue;
        batchOf.set(name, no);
        added++;
      }
      live.set(no, added);
      await store.commit([put(keys.journal(no), encodeParts(items.map((item) => item.bytes)))]);
    },
    release(name) {
      const no = batchOf.get(name);
      if (no === undefined) return;
      batchOf.delete(name);
      const left = (live.get(no) ?? 1) - 1;
      live.set(no, left);
      if (left > 0) return;
      live.delete(no);
      empty.push(no);
    },
    async sweep() {
      if (empty.length === 0) return;
      const taken = empty.splice(0);
      await store.commit(taken.map((no): Write => remove(keys.journal(no))));
    },
    load() {
      const transactions: Uint8Array[] = [];
      for (const [key, value] of store.range(keys.journal.all)) {
        const no = keys.journal.parse(key);
        nextNo = Math.max(nextNo, no + 1);
        empty.push(no);
        for (const bytes of decodeParts(value, MAX_BATCH) ?? []) transactions.push(bytes);
      }
      return transactions;
    },
  };
}
