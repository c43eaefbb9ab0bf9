/** Says what a failed write was: the space ran out, or the disk has another trouble. */
import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { OperationError } from "#base";

/** errno of ENOSPC, EDQUOT and EFBIG, and LMDB's MDB_MAP_FULL. */
const FULL_CODES: ReadonlySet<unknown> = new Set([28, 122, 27, -30792, "ENOSPC", "EDQUOT", "EFBIG"]);
/** The probe writes no more than this. */
const PROBE_BYTES = 4 * 2 ** 20;

/**
 * @param neededBytes how much the failed write was about
 * @returns `disk-full` or `disk-failed`, with what to do about it
 */
export function explainFailure(path: string, cause: unknown, neededBytes: number): OperationError {
  const full = FULL_CODES.has(codeOf(cause)) || !hasRoom(path, neededBytes);
  if (full)
    return new OperationError("disk-full", `no space left for ${path}: free some, then it goes on by itself`, {
      cause,
    });
  return new OperationError("disk-failed", `the disk under ${path} failed: ${textOf(cause)}`, { cause });
}

/** Writes as much again behind the end of the data, in a file of its own: free space, quota and file size limit in one. */
function hasRoom(path: string, neededBytes: number): boolean {
  const probe = join(path, "space-probe");
  try {
    const bytes = new Uint8Array(Math.min(PROBE_BYTES, Math.max(65_536, neededBytes)));
    const file = openSync(probe, "w", 0o600);
    try {
      const end = statSync(join(path, "data.mdb"), { throwIfNoEntry: false })?.size ?? 0;
      return writeSync(file, bytes, 0, bytes.length, end) === bytes.length;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return !FULL_CODES.has(codeOf(error));
  } finally {
    rmSync(probe, { force: true });
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
