/**
 * Accepted transactions on disk, so that an acknowledged one survives a kill. One value a batch, appended; a batch
 * is removed when all of it was dropped or lies deep enough in the chain that a reorganisation will not bring it back.
 */
import { OperationError } from "#base";
import { decodeParts, encodeParts, type PreparedTransaction } from "#model";
import { keys, put, remove, type Store, type Write } from "#storage";
import { type Entry, nameOf } from "./entry.ts";

/** Transactions in one value: small enough that one which has to stay does not keep many. */
const BATCH_TRANSACTIONS = 2_048;
/** What a reader takes; older data may hold more than is written now. */
const MAX_BATCH = 65_536;

export interface Journal {
  /** Nothing is guarded, and nothing is left to be removed. */
  readonly isEmpty: boolean;
  /**
   * Resolves when all of these are durable, whoever gave them first; what is on disk or on its way is not written again.
   * @throws OperationError when the disk fails; those not written yet are then as if never given
   */
  guard(entries: readonly Guarded[]): Promise<void>;
  /** This transaction needs no guarding any more. */
  release(name: string): void;
  /** Removes batches that hold nothing guarded. */
  sweep(): Promise<void>;
  /** Everything kept, oldest first, guarded from now on. For the start only. @throws OperationError `data-damaged` */
  load(prepare: (bytes: Uint8Array) => PreparedTransaction): readonly PreparedTransaction[];
}

/** A transaction by its name. */
type Guarded = Pick<Entry, "name" | "item">;

interface Batch {
  readonly no: number;
  /** How many of it are guarded. */
  live: number;
  /** Null once it is on disk. */
  writing: Promise<void> | null;
}

export function createJournal(store: Store): Journal {
  let nextNo = 0;
  const batchOf = new Map<string, Batch>();
  let empty: number[] = [];

  const write = (entries: readonly Guarded[], batch: Batch): Promise<void> =>
    store.commit([put(keys.journal(batch.no), encodeParts(entries.map(({ item }) => item.bytes)))]).then(
      () => {
        batch.writing = null;
      },
      (error: unknown) => {
        for (const { name } of entries) if (batchOf.get(name) === batch) batchOf.delete(name);
        throw error;
      },
    );

  return {
    get isEmpty() {
      return batchOf.size === 0 && empty.length === 0;
    },
    async guard(entries) {
      const waits = new Set<Promise<void>>();
      let fresh: Guarded[] = [];
      let batch: Batch = { no: nextNo, live: 0, writing: null };
      const flush = (): void => {
        if (fresh.length === 0) return;
        nextNo++;
        batch.live = fresh.length;
        batch.writing = write(fresh, batch);
        waits.add(batch.writing);
        fresh = [];
        batch = { no: nextNo, live: 0, writing: null };
      };
      for (const entry of entries) {
        const known = batchOf.get(entry.name);
        if (known === undefined) {
          batchOf.set(entry.name, batch);
          if (fresh.push(entry) === BATCH_TRANSACTIONS) flush();
        } else if (known.writing !== null) waits.add(known.writing);
      }
      flush();
      await Promise.all(waits);
    },
    release(name) {
      const batch = batchOf.get(name);
      if (batch === undefined) return;
      batchOf.delete(name);
      if (--batch.live === 0) empty.push(batch.no);
    },
    async sweep() {
      if (empty.length === 0) return;
      const taken = empty;
      empty = [];
      try {
        await store.commit(taken.map((no): Write => remove(keys.journal(no))));
      } catch (error) {
        empty.push(...taken);
        throw error;
      }
    },
    load(prepare) {
      const items: PreparedTransaction[] = [];
      for (const [key, value] of store.range(keys.journal.all)) {
        const no = keys.journal.parse(key);
        nextNo = Math.max(nextNo, no + 1);
        const batch: Batch = { no, live: 0, writing: null };
        const parts = decodeParts(value, MAX_BATCH);
        if (parts === null) throw damaged(no);
        for (const item of parts.map(prepare)) {
          const name = nameOf(item.id);
          if (batchOf.has(name)) continue;
          batchOf.set(name, batch);
          batch.live++;
          items.push(item);
        }
        if (batch.live === 0) empty.push(no);
      }
      return items;
    },
  };
}

function damaged(no: number): OperationError {
  const advice = "Run 'agon fsck'; without the journal the node forgets what was pending";
  return new OperationError(
    "data-damaged",
    `batch ${no} of the journal of pending transactions is damaged. ${advice}.`,
  );
}
