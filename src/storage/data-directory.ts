/** The folder a node keeps everything in: made, locked, checked, and opened for one chain only. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type BlockId, equalBytes, type Hash, OperationError, toHex } from "#base";
import { type DirectoryLock, lockDirectory } from "./directory-lock.ts";
import { decodeSeq, encodeSeq, keys } from "./keys.ts";
import { checkLmdbFile } from "./lmdb-file.ts";
import { type LmdbStore, openLmdbStore } from "./lmdb-store.ts";
import { put, type Store } from "./port.ts";

/** Up to so many leaf pages (64 MiB, 30 ms) are looked at on each start; `agon fsck` looks at all. */
const CHECKED_LEAF_PAGES = 16_384;
/** Of a file that a running node writes to. */
const CHECK_TRIES = 100;
/** In the folder of the store, once it is that of a chain: a data file that is gone or empty afterwards is a loss. */
const MARK = "chain";
/** Not less than LMDB wants for its table of 126 readers. */
const READERS_BYTES = 16_384;

export interface DataDirectoryOptions {
  readonly chainId: Hash;
  readonly genesisId: BlockId;
  /** Of what the caller writes; counts up when old data cannot be read any more. */
  readonly schemaVersion: number;
  /** Takes no lock and writes nothing: for looking into a folder, also that of a running node. */
  readonly readOnly?: boolean;
  /** Makes nothing: refuses a folder in which no node has been. */
  readonly mustExist?: boolean;
  /** Looks at every page of the file, however large. */
  readonly checkAll?: boolean;
}

export interface DataDirectory {
  readonly path: string;
  readonly store: LmdbStore;
  /** True when nothing was there before. */
  readonly fresh: boolean;
  /** Pages of the file that were looked at. */
  readonly checkedPages: number;
  /** Closes the store, then gives up the lock. */
  close(): Promise<void>;
}

/**
 * @throws OperationError `data-locked`, `data-other-chain`, `data-newer-schema`, `data-older-schema`, `data-damaged`,
 *   `data-missing` (read-only or `mustExist`, nothing there) or `data-unwritable`; each says what to do
 */
export async function openDataDirectory(path: string, options: DataDirectoryOptions): Promise<DataDirectory> {
  const { readOnly = false, checkAll = false, mustExist = readOnly } = options;
  const folder = join(path, "store");
  if (mustExist) assertPresent(path, folder);
  else makeFolder(path, folder);
  const lock = readOnly ? null : lockDirectory(path);
  let store: LmdbStore | null = null;
  try {
    assertKept(path, folder);
    const maxLeafPages = checkAll ? Number.POSITIVE_INFINITY : CHECKED_LEAF_PAGES;
    const checkedPages = checkFile(path, folder, maxLeafPages, readOnly ? CHECK_TRIES : 1);
    if (!readOnly) reserveReaders(path, join(folder, "lock.mdb"));
    store = openStore(path, folder, readOnly);
    const fresh = await claim(path, store, options);
    if (!readOnly) mark(path, folder, options, fresh);
    return directory(path, store, lock, fresh, checkedPages);
  } catch (error) {
    await store?.close();
    lock?.release();
    throw error;
  }
}

function directory(
  path: string,
  store: LmdbStore,
  lock: DirectoryLock | null,
  fresh: boolean,
  checkedPages: number,
): DataDirectory {
  return {
    path,
    store,
    fresh,
    checkedPages,
    async close() {
      await store.close();
      lock?.release();
    },
  };
}

function assertPresent(path: string, folder: string): void {
  if (!existsSync(join(folder, "data.mdb")) && !existsSync(join(folder, MARK)))
    throw new OperationError("data-missing", `${path} holds no data of a node: give the folder of one with --data`);
}

function makeFolder(path: string, folder: string): void {
  try {
    for (const wanted of [path, folder]) {
      // The recursive one says ENOENT for each trouble, so the last step is for the words only.
      if (!existsSync(dirname(wanted))) mkdirSync(dirname(wanted), { recursive: true, mode: 0o700 });
      if (!existsSync(wanted)) mkdirSync(wanted, { mode: 0o700 });
      accessSync(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** An empty data file is that of a start that was cut off in its first moment, but only where no chain was before. */
function assertKept(path: string, folder: string): void {
  if (!existsSync(join(folder, MARK))) return;
  const found = statSync(join(folder, "data.mdb"), { throwIfNoEntry: false });
  if (found === undefined) throw damaged(path, "it is gone, and a chain was in it");
  if (found.size === 0) throw damaged(path, "it is empty, and a chain was in it");
}

function checkFile(path: string, folder: string, maxLeafPages: number, tries: number): number {
  for (let tried = 1; ; tried++) {
    const { problem, pages, isOvertaken = false } = checkLmdbFile(join(folder, "data.mdb"), maxLeafPages);
    if (problem === null) return pages;
    // The second time in any case: what is read while it is written may be of both.
    if (tried === tries || (tried > 1 && !isOvertaken)) throw damaged(path, problem);
  }
}

/** What is beside the store stays: a validator must not lose the record of what it has signed. */
function damaged(path: string, problem: string): OperationError {
  const folder = join(path, "store");
  return new OperationError(
    "data-damaged",
    `${join(folder, "data.mdb")} is damaged (${problem}): put back a copy of ${path}, or move ${folder} away and let the node sync again`,
  );
}

/** Written after the claim, so that it never stands beside a store that was nobody's. */
function mark(path: string, folder: string, { chainId, genesisId }: DataDirectoryOptions, fresh: boolean): void {
  const file = join(folder, MARK);
  if (existsSync(file)) return;
  try {
    const descriptor = openSync(file, "wx", 0o600);
    try {
      writeSync(descriptor, `${toHex(chainId)} ${toHex(genesisId)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    // A store that was used before must open on a full disk too; the next start tries again.
    if (fresh) throw unwritable(path, cause);
  }
}

/** LMDB writes to this file through a map, where a full disk is a SIGBUS; so its blocks are taken before. */
function reserveReaders(path: string, file: string): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || found.blocks * 512 < READERS_BYTES)
      writeFileSync(file, new Uint8Array(READERS_BYTES), { mode: 0o600 });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function openStore(path: string, folder: string, readOnly: boolean): LmdbStore {
  try {
    return openLmdbStore(folder, { readOnly });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** A new folder becomes that of this chain; another must be of it already. */
async function claim(path: string, store: Store, options: DataDirectoryOptions): Promise<boolean> {
  const { chainId, genesisId, schemaVersion } = options;
  const schemaBytes = store.get(keys.meta("schema"));
  if (schemaBytes === null) {
    if (existsSync(join(path, "store", MARK))) throw damaged(path, "it holds nothing, and a chain was in it");
    if (options.readOnly) throw new OperationError("data-missing", `${path} was made but never used by a node`);
    await store.commit([
      put(keys.meta("schema"), encodeSeq(schemaVersion)),
      put(keys.meta("chain"), chainId),
      put(keys.meta("genesis"), genesisId),
    ]);
    return true;
  }
  const found = decodeSeq(schemaBytes);
  if (found > schemaVersion)
    throw new OperationError(
      "data-newer-schema",
      `${path} was written by a newer version (data format ${found}, this program knows ${schemaVersion}): update it, or give another --data`,
    );
  if (found < schemaVersion)
    throw new OperationError(
      "data-older-schema",
      `${path} was written by an older version (data format ${found}, this program needs ${schemaVersion}): move it away and let the node sync again`,
    );
  assertSame(path, "chain", store.get(keys.meta("chain")), chainId);
  assertSame(path, "genesis", store.get(keys.meta("genesis")), genesisId);
  return false;
}

function assertSame(path: string, what: string, found: Uint8Array | null, wanted: Uint8Array): void {
  if (found !== null && equalBytes(found, wanted)) return;
  throw new OperationError(
    "data-other-chain",
    `${path} belongs to another chain (its ${what} is ${found === null ? "missing" : toHex(found)}, not ${toHex(wanted)}): give the chain it was made for with --spec, or another --data`,
  );
}

function unwritable(path: string, cause: unknown): OperationError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new OperationError(
    "data-unwritable",
    `${path} cannot be used (${text}): the folder must be writable for this user, on a disk with space left`,
    { cause },
  );
}
