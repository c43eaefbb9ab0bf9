import { assertInvariant } from "#base";
import { KEY_SLOT_BYTES, type Table } from "./tables.ts";

/** A key of one table with its tag, zero-padded, seen as bytes and as 32-bit words; written anew for each key. */
export interface KeySlot {
  readonly table: Table;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function createKeySlot(table: Table): KeySlot {
  const bytes = new Uint8Array(KEY_SLOT_BYTES);
  bytes[0] = table.tag;
  return { table, bytes, words: new Int32Array(bytes.buffer) };
}

/** @param key of the table's length, without the tag */
export function setKey(slot: KeySlot, key: Uint8Array): KeySlot {
  const { name, keyBytes } = slot.table;
  assertInvariant(key.length === keyBytes, `a key of table ${name} has ${key.length} bytes`);
  return setKeyAt(slot, key, 0);
}

/** @param at where in `bytes` the key lies, which is known to be within them */
export function setKeyAt(slot: KeySlot, bytes: Uint8Array, at: number): KeySlot {
  const { keyBytes } = slot.table;
  for (let i = 0; i < keyBytes; i++) slot.bytes[i + 1] = bytes[at + i]!;
  return slot;
}
