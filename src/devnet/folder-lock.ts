/** One devnet per folder: a lock of the kernel, through SQLite, that ends with the process however that ends. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { OperationError } from "#base";

export const LOCK_FILE = "lock";
const BUSY = 5;

export interface FolderLock {
  release(): void;
}

/** @throws OperationError `data-locked` or `data-unwritable` */
export function lockFolder(path: string): FolderLock {
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database?.close();
    if (cause instanceof Error && "errcode" in cause && cause.errcode === BUSY)
      throw new OperationError(
        "data-locked",
        `a devnet already runs in ${path}: stop that one, or give another folder with --data`,
      );
    throw new OperationError(
      "data-unwritable",
      `${path} cannot be locked (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
  const held = database;
  return {
    release() {
      if (held.isOpen) held.close();
    },
  };
}
