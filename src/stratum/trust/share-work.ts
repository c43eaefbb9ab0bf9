/** Whether a share is the work that it claims to be (rule RECEIPT-4). */
import { equalBytes, readUint } from "#base";
import { compactToTarget, encodeCoinbase, workOf } from "#consensus";
import { sha256d } from "#crypto";
import type { ShareRecord } from "./share-record.ts";

export type WorkFault = "work-too-low" | "coinbase-differs" | "bits-malformed";

const COINBASE_HASH_AT = 36;
const BITS_AT = 72;

/** @returns what is wrong with it, or null */
export function checkShareWork(record: ShareRecord): WorkFault | null {
  const { header, height, sealHash, extranonce, work } = record;
  if (blockWorkOf(header) === null) return "bits-malformed";
  // Without this, any header of another chain would pass for work done here.
  const isTied =
    height < 2 ** 32 &&
    equalBytes(header.subarray(COINBASE_HASH_AT, 68), sha256d(encodeCoinbase(height, sealHash, extranonce)));
  if (!isTied) return "coinbase-differs";
  return workOf(readUint(sha256d(header), 0, 32)) >= work ? null : "work-too-low";
}

/** Expected hashes of a block under the target that a header of 80 bytes names. @returns null for no canonical target */
export function blockWorkOf(header: Uint8Array): bigint | null {
  const target = compactToTarget(new DataView(header.buffer, header.byteOffset).getUint32(BITS_AT, true));
  return target === null ? null : workOf(target);
}
