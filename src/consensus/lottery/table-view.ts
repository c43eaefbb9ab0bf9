/** Epoch tables made ready for draws and votes, each once (rule STAKE-4). */
import { BoundedMap, compareBytes, type Hash, type Key, toHex } from "#base";
import { type EpochTable, epochTableHash, type TableEntry } from "#model";
import type { TableSource } from "../engine.ts";
import { findDrawn, prefixSums } from "./draw.ts";

/** Those of two branches over a few epochs: one of ten thousand entries takes some megabytes. */
const MAX_CACHED = 12;

/** Entries in the order of their keys, and what follows from them. */
export interface Drawable {
  readonly entries: readonly TableEntry[];
  readonly total: bigint;
  /** @param drawn from 0 to the total − 1 */
  keyAt(drawn: bigint): Key;
  /** @returns −1 when the key is not there */
  indexOf(key: Key): number;
}

export interface TableView {
  readonly hash: Hash;
  readonly table: EpochTable;
  /** Who is drawn and votes. */
  readonly main: Drawable;
  /** Whom a fallback is drawn from; null where there is none. */
  readonly bonds: Drawable | null;
}

export interface Tables {
  /** @returns null when no executed block has made such a table */
  load(hash: Hash): TableView | null;
}

/**
 * @param genesis table of the first two epochs, which no block makes
 * @param minEntries tables with fewer are replaced by their bonds (rule STAKE-19); 0 = never
 */
export function createTables(source: TableSource, genesis: EpochTable, minEntries: number): Tables {
  const cached = new BoundedMap<string, TableView>(MAX_CACHED);
  const first = viewOf(epochTableHash(genesis), genesis, minEntries);
  const firstName = toHex(first.hash);
  return {
    load(hash) {
      const name = toHex(hash);
      if (name === firstName) return first;
      const known = cached.get(name);
      if (known !== undefined) return known;
      const table = source.load(hash);
      if (table === null) return null;
      const view = viewOf(hash, table, minEntries);
      cached.set(name, view);
      return view;
    },
  };
}

function viewOf(hash: Hash, table: EpochTable, minEntries: number): TableView {
  const bonds = table.bondEntries.length === 0 ? null : createDrawable(table.bondEntries, table.bondTotal);
  const replaced = bonds !== null && table.entries.length < minEntries;
  return { hash, table, main: replaced ? bonds : createDrawable(table.entries, table.total), bonds };
}

/** @param entries in ascending order of their keys */
export function createDrawable(entries: readonly TableEntry[], total: bigint): Drawable {
  const ends = prefixSums(entries);
  return {
    entries,
    total,
    keyAt: (drawn) => entries[findDrawn(ends, drawn)]!.key,
    indexOf(key) {
      let low = 0;
      let high = entries.length - 1;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const order = compareBytes(entries[middle]!.key, key);
        if (order === 0) return middle;
        if (order < 0) low = middle + 1;
        else high = middle - 1;
      }
      return -1;
    },
  };
}
