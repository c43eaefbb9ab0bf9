import { assertInvariant } from "#base";
import { KEY_SLOT_BYTES, type Table } from "./tables.ts";

/** A key with its tag, zero-padded, seen as bytes and as 32-bit words. */
export interface KeySlot {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

export function createKeySlot(): KeySlot {
  const bytes = new Uint8Array(KEY_SLOT_BYTES);
  return { bytes, words: new Int32Array(bytes.buffer) };
}

/**
 * @param key without its tag: `keyBytes` of the table from `at` on
 * @throws InvariantError when there are not as many, or, from 0 on, more
 */
export function setKey(slot: KeySlot, table: Table, key: Uint8Array, at = 0): KeySlot {
  const { keyBytes } = table;
  assertInvariant(at > 0 || key.length === keyBytes, `a key of table ${table.name} has ${key.length} bytes`);
  const { bytes } = slot;
  bytes[0] = table.tag;
  for (let i = 0; i < keyBytes; i++) bytes[i + 1] = key[at + i]!;
  for (let i = keyBytes + 1; i < KEY_SLOT_BYTES; i++) bytes[i] = 0;
  return slot;
}
