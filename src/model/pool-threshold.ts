/** A miner's signed word from what sum on its pool shall pay it, and its canonical bytes (rules THRESHOLD-1 and THRESHOLD-2). */
import {
  type Address,
  asAddress,
  asKey,
  asSignature,
  blameSender,
  concatBytes,
  equalBytes,
  err,
  type Fault,
  type Hash,
  type Key,
  ok,
  type Result,
  readUint,
  type Signature,
  writeUint,
} from "#base";
import { addressOf, taggedHash, verifySignature } from "#crypto";

/** Signature and body. */
export const THRESHOLD_ORDER_BYTES = 164;
const BODY_BYTES = 100;
const SIGNATURE_BYTES = 64;

export interface ThresholdOrder {
  /** Whose order it is: the key by which the pool signs receipts. */
  readonly poolKey: Key;
  readonly address: Address;
  /** The address' own. */
  readonly key: Key;
  /** From 1 to 2^64 − 1; null: whatever the pool has for everybody. */
  readonly thresholdAtoms: bigint | null;
  /** When it was signed, and its number: of two the later one counts. */
  readonly timeMs: number;
}

export interface SignedThresholdOrder extends ThresholdOrder {
  readonly signature: Signature;
}

/** pool key ‖ address ‖ key ‖ threshold u64, 0 for none ‖ time u64 */
function encodeBody({ poolKey, address, key, thresholdAtoms, timeMs }: ThresholdOrder): Uint8Array {
  const bytes = new Uint8Array(BODY_BYTES);
  bytes.set(poolKey);
  bytes.set(address, 32);
  bytes.set(key, 52);
  writeUint(bytes, 84, 8, thresholdAtoms ?? 0n);
  writeUint(bytes, 92, 8, BigInt(timeMs));
  return bytes;
}

/** signature ‖ body */
export function encodeThresholdOrder(order: SignedThresholdOrder): Uint8Array {
  return concatBytes(order.signature, encodeBody(order));
}

/** The form only. @returns null for another length, or a time of 2^53 or more */
export function decodeThresholdOrder(bytes: Uint8Array): SignedThresholdOrder | null {
  if (bytes.length !== THRESHOLD_ORDER_BYTES) return null;
  const body = bytes.subarray(SIGNATURE_BYTES);
  const timeMs = Number(readUint(body, 92, 8));
  if (!Number.isSafeInteger(timeMs)) return null;
  const thresholdAtoms = readUint(body, 84, 8);
  return {
    signature: asSignature(bytes.slice(0, SIGNATURE_BYTES)),
    poolKey: asKey(body.slice(0, 32)),
    address: asAddress(body.slice(32, 52)),
    key: asKey(body.slice(52, 84)),
    thresholdAtoms: thresholdAtoms === 0n ? null : thresholdAtoms,
    timeMs,
  };
}

/** H('agon/pool/threshold/v1' ‖ chain id ‖ body): what the miner signs. */
export function thresholdMessage(chainId: Hash, order: ThresholdOrder): Hash {
  return taggedHash("agon/pool/threshold/v1", chainId, encodeBody(order));
}

/** H('agon/pool/threshold-taken/v1' ‖ chain id ‖ signature ‖ body): what the pool signs when it has taken the order. */
export function thresholdTakenMessage(chainId: Hash, order: SignedThresholdOrder): Hash {
  return taggedHash("agon/pool/threshold-taken/v1", chainId, encodeThresholdOrder(order));
}

/** Whether the key is the address' and signed this, for this chain and pool. */
export function checkThresholdOrder(chainId: Hash, order: SignedThresholdOrder): Result<void, Fault> {
  if (!equalBytes(addressOf(order.key), order.address)) return err(blameSender("threshold-key"));
  if (!verifySignature(order.signature, thresholdMessage(chainId, order), order.key))
    return err(blameSender("threshold-signature"));
  return ok(undefined);
}
