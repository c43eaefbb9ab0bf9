/**
 * A transaction and its canonical bytes (rules TX-1 to TX-4): the SSZ container
 * {version u8, kind u8, sender Bytes32, nonce u64, fee u64, payload ByteList, signature Bytes64}.
 * Written by hand because every transaction of the network passes here; a test holds it against the SSZ library.
 */

import type { Hash } from "#base";
import {
  type Address,
  asHash,
  asKey,
  asSignature,
  blameSender,
  concatBytes,
  err,
  type Fault,
  type Key,
  ok,
  type Result,
  readU32,
  readU64,
  type Signature,
  type TransactionId,
  utf8,
} from "#base";
import { sha256 } from "#crypto";
import { MAX_PAYLOAD_BYTES, TRANSACTION_FIXED_BYTES } from "./limits.ts";

export const TRANSACTION_VERSION = 1;
/** Numbers of the kinds, as they stand in the bytes. */
export const KIND_TRANSFER = 1;
export const KIND_RECORD = 2;
/** Of chains with bonds only. */
export const KIND_BOND = 3;
export const KIND_UNBOND = 4;
export const KIND_EVIDENCE = 5;
export const KIND_RENEW = 6;

const NONCE_AT = 34;
const FEE_AT = 42;
const OFFSET_AT = 50;
const SIGNATURE_AT = 54;
const UNSIGNED_FIXED_BYTES = 54;
const ID_TAG = utf8("agon/tx/v1");
const SIGNING_TAG = utf8("agon/tx-sign/v1");

export interface Transaction {
  readonly version: number;
  readonly kind: number;
  readonly sender: Key;
  readonly nonce: number;
  readonly feeAtoms: bigint;
  readonly payload: Uint8Array;
  readonly signature: Signature;
}

/** A transaction with what its bytes imply, made once by whoever checked its signature. */
export interface PreparedTransaction {
  readonly bytes: Uint8Array;
  readonly id: TransactionId;
  /** Address of the sender. */
  readonly from: Address;
  readonly transaction: Transaction;
}

/** @throws RangeError when a field does not fit its bounds: that is our own mistake */
export function encodeTransaction(tx: Transaction): Uint8Array {
  if (tx.payload.length > MAX_PAYLOAD_BYTES) throw new RangeError(`a payload of ${tx.payload.length} bytes`);
  if (!Number.isSafeInteger(tx.nonce) || tx.nonce < 0) throw new RangeError(`nonce ${tx.nonce}`);
  if (tx.feeAtoms < 0n || tx.feeAtoms >> 64n !== 0n) throw new RangeError(`fee ${tx.feeAtoms}`);
  const bytes = new Uint8Array(TRANSACTION_FIXED_BYTES + tx.payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = tx.version;
  bytes[1] = tx.kind;
  bytes.set(tx.sender, 2);
  view.setBigUint64(NONCE_AT, BigInt(tx.nonce), true);
  view.setBigUint64(FEE_AT, tx.feeAtoms, true);
  view.setUint32(OFFSET_AT, TRANSACTION_FIXED_BYTES, true);
  bytes.set(tx.signature, SIGNATURE_AT);
  bytes.set(tx.payload, TRANSACTION_FIXED_BYTES);
  return bytes;
}

/** Only the canonical form; the payload is not looked into. Parts of the result share memory with `bytes`. */
export function decodeTransaction(bytes: Uint8Array): Result<Transaction, Fault> {
  if (bytes.length < TRANSACTION_FIXED_BYTES) return err(blameSender("tx-truncated", { sizeBytes: bytes.length }));
  if (bytes.length > TRANSACTION_FIXED_BYTES + MAX_PAYLOAD_BYTES)
    return err(blameSender("tx-too-large", { sizeBytes: bytes.length }));
  if (bytes[0] !== TRANSACTION_VERSION) return err(blameSender("tx-version", { version: bytes[0]! }));
  if (readU32(bytes, OFFSET_AT) !== TRANSACTION_FIXED_BYTES) return err(blameSender("tx-malformed"));
  const nonceHigh = readU32(bytes, NONCE_AT + 4);
  if (nonceHigh >= 2 ** 21) return err(blameSender("tx-malformed", { field: "nonce" }));
  return ok({
    version: TRANSACTION_VERSION,
    kind: bytes[1]!,
    sender: asKey(bytes.subarray(2, NONCE_AT)),
    nonce: nonceHigh * 2 ** 32 + readU32(bytes, NONCE_AT),
    feeAtoms: readU64(bytes, FEE_AT),
    payload: bytes.subarray(TRANSACTION_FIXED_BYTES),
    signature: asSignature(bytes.subarray(SIGNATURE_AT, TRANSACTION_FIXED_BYTES)),
  });
}

/** SHA-256('agon/tx/v1' ‖ chain id ‖ bytes): covers the signature (rule TX-3). */
export function transactionId(chainId: Hash, bytes: Uint8Array): TransactionId {
  return sha256(concatBytes(ID_TAG, chainId, bytes));
}

/** The 32 bytes that the sender signs: a hash over all fields but the signature (rule TX-4). */
export function signingHash(chainId: Hash, bytes: Uint8Array): Hash {
  const unsigned = new Uint8Array(bytes.length - 64);
  unsigned.set(bytes.subarray(0, OFFSET_AT));
  new DataView(unsigned.buffer).setUint32(OFFSET_AT, UNSIGNED_FIXED_BYTES, true);
  unsigned.set(bytes.subarray(TRANSACTION_FIXED_BYTES), UNSIGNED_FIXED_BYTES);
  return asHash(sha256(concatBytes(SIGNING_TAG, chainId, unsigned)));
}
