import type { Hash } from "#base";
import { pathOf } from "./leaf-hashes.ts";
import { TABLES, type TableName } from "./tables.ts";

/** Where a key lies in the state tree (rule STATE-3). */
export function statePath(table: TableName, key: Uint8Array): Hash {
  return pathOf(TABLES[table], key);
}
