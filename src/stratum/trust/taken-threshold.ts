/** The pool's signature under a miner's order about its threshold: that it has taken it (rule THRESHOLD-4). */
import { asSignature, concatBytes, type Hash, type Key, type Signature } from "#base";
import { ed25519Sign, verifySignature } from "#crypto";
import { decodeThresholdOrder, encodeThresholdOrder, type SignedThresholdOrder, thresholdTakenMessage } from "#model";

const SIGNATURE_BYTES = 64;

export interface TakenThreshold {
  readonly order: SignedThresholdOrder;
  /** By the pool's key for receipts. */
  readonly taken: Signature;
}

/** Deterministic, so it may be made again at any time. @param seed of the key that the order names */
export function takeThreshold(chainId: Hash, order: SignedThresholdOrder, seed: Uint8Array): TakenThreshold {
  return { order, taken: asSignature(ed25519Sign(thresholdTakenMessage(chainId, order), seed)) };
}

export function isThresholdTaken(chainId: Hash, { order, taken }: TakenThreshold, poolKey: Key): boolean {
  return verifySignature(taken, thresholdTakenMessage(chainId, order), poolKey);
}

/** taken ‖ order (THRESHOLD-1) */
export function encodeTakenThreshold({ order, taken }: TakenThreshold): Uint8Array {
  return concatBytes(taken, encodeThresholdOrder(order));
}

/** The form only. @returns null when the bytes are none */
export function decodeTakenThreshold(bytes: Uint8Array): TakenThreshold | null {
  if (bytes.length < SIGNATURE_BYTES) return null;
  const order = decodeThresholdOrder(bytes.subarray(SIGNATURE_BYTES));
  return order === null ? null : { order, taken: asSignature(bytes.slice(0, SIGNATURE_BYTES)) };
}
