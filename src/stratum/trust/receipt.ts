/** The pool's signature under a share: a promise that it stands in the log (rules RECEIPT-2 and RECEIPT-3). */
import { asSignature, concatBytes, type Hash, type Key, type Signature } from "#base";
import { ed25519Sign, taggedHash, verifySignature } from "#crypto";
import { decodeShareRecord, type ShareRecord } from "./share-record.ts";

const SIGNATURE_BYTES = 64;

export interface Receipt {
  readonly signature: Signature;
  /** The record's canonical bytes: what is signed, and what the log's leaf is made of. */
  readonly recordBytes: Uint8Array;
  readonly record: ShareRecord;
}

/**
 * Signing is deterministic (RFC 8032), so a receipt may be made again at any time and is the same.
 * @param recordBytes canonical
 * @param seed of the key that the record names
 * @returns signature ‖ record
 */
export function signReceipt(chainId: Hash, recordBytes: Uint8Array, seed: Uint8Array): Uint8Array {
  return concatBytes(ed25519Sign(receiptHash(chainId, recordBytes), seed), recordBytes);
}

/** The form only; who signed is asked by `isReceiptSigned`. @returns null when the bytes are no receipt */
export function decodeReceipt(bytes: Uint8Array): Receipt | null {
  if (bytes.length < SIGNATURE_BYTES) return null;
  const recordBytes = bytes.subarray(SIGNATURE_BYTES);
  const record = decodeShareRecord(recordBytes);
  if (record === null) return null;
  return { signature: asSignature(bytes.subarray(0, SIGNATURE_BYTES)), recordBytes, record };
}

/** Whether the pool with this key signed it, for this chain. */
export function isReceiptSigned(chainId: Hash, receipt: Receipt, poolKey: Key): boolean {
  return verifySignature(receipt.signature, receiptHash(chainId, receipt.recordBytes), poolKey);
}

function receiptHash(chainId: Hash, recordBytes: Uint8Array): Hash {
  return taggedHash("agon/pool/receipt/v1", chainId, recordBytes);
}
