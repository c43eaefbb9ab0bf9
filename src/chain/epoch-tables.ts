/** The tables that executed blocks have made: written once under their hash, read whenever an engine asks. */
import { BoundedMap, toHex } from "#base";
import type { TableSource } from "#consensus";
import { decodeEpochTable, type EpochTable, encodeEpochTable, type Outcome } from "#model";
import { keys, put, type Store, type Write } from "#storage";

/** Some hundred kilobytes each on a chain of ten thousand validators. */
const RECENT_TABLES = 64;

export interface EpochTables extends TableSource {
  /** Readable from now on. @returns what must be written with the block that made it */
  add(outcome: Outcome): readonly Write[];
}

export function createEpochTables(store: Store): EpochTables {
  const recent = new BoundedMap<string, EpochTable>(RECENT_TABLES);
  return {
    load(hash) {
      const name = toHex(hash);
      const known = recent.get(name);
      if (known !== undefined) return known;
      const bytes = store.get(keys.epochTable(hash));
      const table = bytes === null ? null : decodeEpochTable(bytes);
      if (table !== null) recent.set(name, table);
      return table;
    },
    add({ hash, table }) {
      recent.set(toHex(hash), table);
      // Not `has(recent)`: the block that first made it may never have been committed.
      return store.has(keys.epochTable(hash)) ? [] : [put(keys.epochTable(hash), encodeEpochTable(table))];
    },
  };
}
