/**
 * The store on disk, over LMDB: one environment, one database, one ordered map.
 *
 * What lmdb 3.5 guarantees, and what is chosen from it:
 * - `overlappingSync` (its default) makes a commit visible before it is flushed, and a failed flush cannot be taken back.
 *   It is off: a transaction then writes its pages, fdatasyncs, and only then writes the meta page through an O_DSYNC
 *   descriptor. The promise of a write resolves after that; a failure before it leaves nothing behind.
 * - Writes of one `batch()` are one transaction. The library's own thread runs it; the main thread hands over pointers
 *   (0.2 µs a write), so values must not change meanwhile. `transactionSync` would block the main thread for the flush.
 * - Pages are written with pwrite, never through the map (no `useWritemap`): a full disk is an error of a system call and
 *   not a SIGBUS. Reads go through a map of fixed size, which costs address space only and never has to be moved.
 * - LMDB reports a write that a full disk cut short as EIO; `explainFailure` looks what it was.
 * - When the meta page itself cannot be written LMDB refuses everything from then on (MDB_PANIC) and its writer thread
 *   would hang; so each failure is followed by an empty probe, and a poisoned environment is opened anew.
 */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";
import { OperationError } from "#base";
import { explainFailure } from "./disk-failure.ts";
import { assertBatch, type Store, type WriteBatch } from "./port.ts";

/** Address space for the map, the most the store can ever grow to; beyond it commits fail with `disk-full`. */
const MAP_BYTES = 2 ** 40;
/** A group of batches stops growing here, so that the first of them is not kept waiting for the last. */
const GROUP_WRITES = 20_000;
const GROUP_BYTES = 16 * 2 ** 20;

export interface LmdbStoreOptions {
  /** Nothing is written, the folder may belong to a running node; commits fail. */
  readonly readOnly?: boolean;
}

export interface LmdbStore extends Store {
  /** Writes a compact copy of one moment to a new folder, while the store goes on. */
  backup(path: string): Promise<void>;
}

interface Waiting {
  readonly batch: WriteBatch;
  readonly resolve: () => void;
  readonly reject: (error: OperationError) => void;
}

type Database = RootDatabase<Uint8Array, Uint8Array>;

/**
 * @param path an existing folder; the files `data.mdb` and `lock.mdb` are made in it
 * @throws whatever lmdb says when it cannot open or create them
 */
export function openLmdbStore(path: string, { readOnly = false }: LmdbStoreOptions = {}): LmdbStore {
  let database = openDatabase(path, readOnly);
  let closed: Promise<void> | null = null;
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  const live = (): Database => {
    if (closed !== null) throw new OperationError("store-closed", "the store was closed");
    return database;
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = takeGroup(waiting);
      try {
        await writeGroup(database, group);
      } catch (cause) {
        const error = explainFailure(path, cause, groupBytes(group));
        database = await renewIfPoisoned(database, path);
        const behind = waiting;
        waiting = [];
        for (const { reject } of [...group, ...behind]) reject(error);
        continue;
      }
      for (const { resolve } of group) resolve();
    }
    running = null;
  };

  return {
    get(key) {
      const value = reading(() => live().getBinary(key));
      return value === undefined ? null : plain(value);
    },
    has: (key) => reading(() => live().doesExist(key)),
    *range({ gte, lt, reverse = false, limit }) {
      const found = live().getRange({
        ...(reverse
          ? { start: lt, exclusiveStart: true, end: gte, inclusiveEnd: true, reverse }
          : { start: gte, end: lt }),
        ...(limit === undefined ? {} : { limit }),
      });
      for (const { key, value } of found) yield [plain(key), plain(value)] as const;
    },
    commit(batch) {
      if (closed !== null) return Promise.reject(new OperationError("store-closed", "the store was closed"));
      if (readOnly) return Promise.reject(new OperationError("disk-failed", "the store was opened for reading only"));
      assertBatch(batch);
      return new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject });
        // In a microtask, so that batches given in one turn share a flush.
        running ??= Promise.resolve().then(drain);
      });
    },
    sizeBytes: () => statSync(join(path, "data.mdb")).size,
    async backup(target) {
      try {
        mkdirSync(target, { recursive: true, mode: 0o700 });
        await live().backup(target, true);
      } catch (cause) {
        throw cause instanceof OperationError ? cause : explainFailure(target, cause, 0);
      }
    },
    close() {
      closed ??= (running ?? Promise.resolve()).then(() => database.close());
      return closed;
    },
  };
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof OperationError) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new OperationError("data-damaged", `the data on disk cannot be read (${text}): run agon fsck`, { cause });
  }
}

function openDatabase(path: string, readOnly: boolean): Database {
  return open<Uint8Array, Uint8Array>({
    path,
    encoding: "binary",
    keyEncoding: "binary",
    mapSize: MAP_BYTES,
    noSubdir: false,
    maxDbs: 1,
    overlappingSync: false,
    eventTurnBatching: false,
    readOnly,
  });
}

function takeGroup(waiting: Waiting[]): Waiting[] {
  let writes = 0;
  let sizeBytes = 0;
  let count = 0;
  while (count < waiting.length && writes < GROUP_WRITES && sizeBytes < GROUP_BYTES) {
    const { batch } = waiting[count++]!;
    writes += batch.length;
    sizeBytes += batchBytes(batch);
  }
  return waiting.splice(0, count);
}

async function writeGroup(database: Database, group: readonly Waiting[]): Promise<void> {
  if (group.every(({ batch }) => batch.length === 0)) return;
  try {
    await database.batch(() => {
      for (const { batch } of group)
        for (const { key, value } of batch) {
          if (value === null) database.remove(key);
          else database.put(key, value);
        }
    });
  } catch (error) {
    // The library hides the cause in a second promise, which is rejected a little later.
    const { commitError } = error as { commitError?: Promise<never> };
    throw commitError === undefined ? error : await commitError.catch((cause: unknown) => cause);
  }
}

async function renewIfPoisoned(database: Database, path: string): Promise<Database> {
  try {
    database.transactionSync(() => {});
    return database;
  } catch {
    try {
      await database.close();
      return openDatabase(path, false);
    } catch {
      // The next group fails on this one as the last did, and comes here again.
      return database;
    }
  }
}

function groupBytes(group: readonly Waiting[]): number {
  return group.reduce((sum, { batch }) => sum + batchBytes(batch), 0);
}

function batchBytes(batch: WriteBatch): number {
  return batch.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
}

/** The library's buffers are Buffers, some with a `length` of their own; callers get what they would from memory. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
