/**
 * Leaves in the pages in which they are kept on disk, 64 to a page by dense id. Each is `tag u8 ‖ key ‖ value`, an
 * unused id is one zero byte. Not a rule of the protocol.
 */
import { OperationError } from "#base";
import { type Table, tableByTag } from "./tables.ts";

export const PAGE_LEAVES = 64;

/** One page; `no` counts from 0. */
export interface StatePage {
  readonly no: number;
  readonly bytes: Uint8Array;
}

/**
 * @param onLeaf gets the dense id, the table, and where in the page's bytes the key lies, the value behind it
 * @throws OperationError `state-page-damaged`
 */
export function readPage(
  { no, bytes }: StatePage,
  onLeaf: (id: number, table: Table, bytes: Uint8Array, at: number) => void,
): void {
  let at = 0;
  for (let i = 0; i < PAGE_LEAVES; i++) {
    const tag = bytes[at++];
    if (tag === 0) continue;
    const table = tag === undefined ? null : tableByTag(tag);
    if (table === null || at + table.keyBytes + table.valueBytes > bytes.length)
      throw pageError(no, "is cut or damaged");
    onLeaf(no * PAGE_LEAVES + i, table, bytes, at);
    at += table.keyBytes + table.valueBytes;
  }
  if (at !== bytes.length) throw pageError(no, "is too long");
}

/** @param leafAt the key slot (tag first) and the value slot of a leaf, or null when the id is unused */
export function writePage(
  no: number,
  leafAt: (id: number) => { readonly key: Uint8Array; readonly value: Uint8Array } | null,
): StatePage {
  const bytes = new Uint8Array(PAGE_LEAVES * 64);
  let at = 0;
  for (let i = 0; i < PAGE_LEAVES; i++) {
    const leaf = leafAt(no * PAGE_LEAVES + i);
    if (leaf === null) {
      bytes[at++] = 0;
      continue;
    }
    const { keyBytes, valueBytes } = tableByTag(leaf.key[0]!)!;
    bytes.set(leaf.key.subarray(0, 1 + keyBytes), at);
    at += 1 + keyBytes;
    bytes.set(leaf.value.subarray(0, valueBytes), at);
    at += valueBytes;
  }
  return { no, bytes: bytes.slice(0, at) };
}

export function pageError(no: number, what: string): OperationError {
  return new OperationError("state-page-damaged", `page ${no} of the state ${what}`);
}
