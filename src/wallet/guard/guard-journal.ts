/**
 * The guard's file: a journal of fixed size that is written in place, so that a write changes no metadata, and a file
 * that was cut is known as such. When it is full, a new one with the last record of each key takes its place.
 */
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { equalBytes, type Hash, type Key, OperationError, toHex } from "#base";
import {
  decodeGuardHeader,
  decodeGuardRecord,
  encodeGuardHeader,
  encodeGuardRecord,
  GUARD_RECORD_BYTES,
  GUARD_VERSION,
  type GuardHeader,
  type GuardRecord,
} from "./guard-record.ts";
import type { Protection } from "./protection.ts";

export const GUARD_FILE = "signing-guard";
/** 64 KiB with the header. */
const LEAST_CAPACITY = 511;
const MAX_FILE_BYTES = 64 * 1024 * 1024;

export interface KeyProtection {
  readonly key: Key;
  readonly protection: Protection;
}

export interface GuardJournal {
  readonly path: string;
  /** By the hex of their key, as the file has them. */
  readonly found: ReadonlyMap<string, KeyProtection>;
  /**
   * Durable when it resolves. Not to be called while another call is under way.
   * @param all of every key, this one included: what a new file would hold
   * @throws OperationError `guard-unwritable`; what the file holds of this is then unknown until it is opened anew
   */
  append(entry: KeyProtection, all: ReadonlyMap<string, KeyProtection>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes the file, mode 0600, where there is none. The caller holds the lock of the folder.
 * @throws OperationError `guard-damaged`, `guard-other-chain`, `guard-newer` or `guard-unwritable`
 */
export async function openGuardJournal(folder: string, chainId: Hash): Promise<GuardJournal> {
  const path = join(folder, GUARD_FILE);
  const found = new Map<string, KeyProtection>();
  const state = { sequence: 0, count: 0, capacity: 0 };
  let file = await openExisting(path);
  const replace = async (all: ReadonlyMap<string, KeyProtection>): Promise<void> => {
    const capacity = Math.max(LEAST_CAPACITY, 4 * all.size);
    const records = [...all.values()].map((entry) => ({ ...entry, sequence: ++state.sequence }));
    const next = await writeNew(folder, path, { version: GUARD_VERSION, capacity, chainId }, records);
    await file?.close();
    file = next;
    Object.assign(state, { count: records.length, capacity });
  };
  try {
    if (file === null) await replace(found);
    else Object.assign(state, await load(path, file, chainId, found));
  } catch (error) {
    await file?.close();
    throw error;
  }
  return {
    path,
    found,
    append: (entry, all) =>
      unlessUnwritable(path, async () => {
        if (state.count === state.capacity) return replace(all);
        await writeAll(file!, encodeGuardRecord({ ...entry, sequence: ++state.sequence }), ++state.count);
        await file!.datasync();
      }),
    async close() {
      await file?.close();
    },
  };
}

async function openExisting(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDWR);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return null;
    throw unwritable(path, cause);
  }
}

async function load(path: string, file: FileHandle, chainId: Hash, found: Map<string, KeyProtection>) {
  const { size } = await file.stat();
  if (size < GUARD_RECORD_BYTES || size > MAX_FILE_BYTES) throw damaged(path, `it has ${size} bytes`);
  const bytes = new Uint8Array(size);
  await file.read(bytes, 0, size, 0);
  const recordAt = (index: number): Uint8Array =>
    bytes.subarray(index * GUARD_RECORD_BYTES, (index + 1) * GUARD_RECORD_BYTES);
  const header = decodeGuardHeader(recordAt(0));
  if (header === null) throw damaged(path, "its header");
  if (header.version > GUARD_VERSION)
    throw new OperationError("guard-newer", `${path} has version ${header.version}: update this program`);
  if (!equalBytes(header.chainId, chainId))
    throw new OperationError(
      "guard-other-chain",
      `${path} is of another chain (${toHex(header.chainId).slice(0, 16)}…): use another folder for each chain`,
    );
  if (size !== (header.capacity + 1) * GUARD_RECORD_BYTES) throw damaged(path, `it has ${size} bytes`);
  const end = lastUsedIndex(bytes);
  let sequence = 0;
  for (let index = 1; index <= end; index++) {
    const record = decodeGuardRecord(recordAt(index));
    // A signature is made only after its record is on the disk: of an unfinished one there is none.
    if (record === "torn" && index === end) return { sequence, count: index - 1, capacity: header.capacity };
    if (typeof record === "string" || (index > 1 && record.sequence !== sequence + 1))
      throw damaged(path, `record ${index}`);
    sequence = record.sequence;
    found.set(toHex(record.key), { key: record.key, protection: record.protection });
  }
  return { sequence, count: end, capacity: header.capacity };
}

function lastUsedIndex(bytes: Uint8Array): number {
  let last = bytes.length - 1;
  while (bytes[last] === 0) last--;
  return Math.floor(last / GUARD_RECORD_BYTES);
}

/** A crash leaves the old file or the new one. */
function writeNew(
  folder: string,
  path: string,
  header: GuardHeader,
  records: readonly GuardRecord[],
): Promise<FileHandle> {
  return unlessUnwritable(path, async () => {
    const temporary = `${path}.new`;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rm(temporary, { force: true });
    const file = await open(temporary, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      const bytes = new Uint8Array((header.capacity + 1) * GUARD_RECORD_BYTES);
      bytes.set(encodeGuardHeader(header));
      records.forEach((record, i) => {
        bytes.set(encodeGuardRecord(record), (i + 1) * GUARD_RECORD_BYTES);
      });
      await writeAll(file, bytes, 0);
      await file.sync();
      await rename(temporary, path);
      await using parent = await open(folder, constants.O_RDONLY);
      await parent.sync();
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

async function writeAll(file: FileHandle, bytes: Uint8Array, index: number): Promise<void> {
  const { bytesWritten } = await file.write(bytes, 0, bytes.length, index * GUARD_RECORD_BYTES);
  if (bytesWritten !== bytes.length) throw new Error(`${bytesWritten} of ${bytes.length} bytes were written`);
}

async function unlessUnwritable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof OperationError ? cause : unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): OperationError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new OperationError("guard-unwritable", `${path} cannot be used, so nothing is signed: ${text}`, { cause });
}

function damaged(path: string, what: string): OperationError {
  return new OperationError(
    "guard-damaged",
    `${path} is damaged (${what}): what its keys have signed is not known, so nothing is signed. Move it away and import the latest export of it; without one, import the keys anew, which waits until nobody else is seen to use them`,
  );
}
