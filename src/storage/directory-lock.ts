/**
 * One process per data directory. Node has no flock, but it has SQLite, whose exclusive transaction is a lock of the
 * kernel on the file: of two takers at the same instant one gets it, and it ends with the process, however that ends.
 * Nothing is ever written to the lock file. The pid stands in a file of its own, for the message only.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OperationError } from "#base";

/** Primary result codes of SQLite: SQLITE_BUSY and SQLITE_NOTADB. */
const BUSY = 5;
const NOT_A_DATABASE = 26;

export interface DirectoryLock {
  release(): void;
}

/** @throws OperationError `data-locked`, `data-damaged` or `data-unwritable` */
export function lockDirectory(path: string): DirectoryLock {
  const lockFile = join(path, "lock");
  const pidFile = join(path, "pid");
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(lockFile, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    throw explain(path, cause);
  }
  const held = database;
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch {
    // On a full disk the lock still holds; only its message will lack the pid.
  }
  return {
    release() {
      if (!held.isOpen) return;
      rmSync(pidFile, { force: true });
      held.close();
    },
  };
}

function explain(path: string, cause: unknown): OperationError {
  const code = typeof cause === "object" && cause !== null && "errcode" in cause ? cause.errcode : undefined;
  if (code === BUSY)
    return new OperationError(
      "data-locked",
      `${path} is in use by another process${ownerOf(path)}: stop that one, or give another --data`,
      { cause },
    );
  if (code === NOT_A_DATABASE)
    return new OperationError("data-damaged", `${join(path, "lock")} is not a lock file: delete it`, { cause });
  const text = cause instanceof Error ? cause.message : String(cause);
  return new OperationError(
    "data-unwritable",
    `${path} cannot be locked (${text}): the folder must be writable for this user, on a disk with space left`,
    { cause },
  );
}

function ownerOf(path: string): string {
  try {
    const pid = readFileSync(join(path, "pid"), "utf8").trim();
    return /^\d+$/.test(pid) ? ` (pid ${pid})` : "";
  } catch {
    return "";
  }
}
