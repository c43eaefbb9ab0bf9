/** A share's record is kept without the head that its row says anyway. */
import type { Key } from "#base";
import { RECORD_HEAD_BYTES } from "../trust/share-record.ts";
import { toBlob } from "./database.ts";
import type { SharesTable } from "./tables.ts";

export function recordBytesOf(poolKey: Key, row: Pick<SharesTable, "round" | "leaf" | "body">): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEAD_BYTES + row.body.length);
  bytes.set(poolKey);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(32, BigInt(row.round), true);
  view.setBigUint64(40, BigInt(row.leaf), true);
  bytes.set(row.body, RECORD_HEAD_BYTES);
  return bytes;
}

export function recordBody(record: Uint8Array): Uint8Array {
  return toBlob(record.subarray(RECORD_HEAD_BYTES));
}
