/** The seal of a block that is signed instead of searched: who signed, and the signature over the seal hash (rule STAKE-6). */
import { asKey, asSignature, concatBytes, type Key, type Signature } from "#base";

export interface SignedSeal {
  readonly key: Key;
  readonly signature: Signature;
}

const SEAL_BYTES = 96;

export function encodeSignedSeal({ key, signature }: SignedSeal): Uint8Array {
  return concatBytes(key, signature);
}

/** The parts share memory with `bytes`. @returns null on another length */
export function decodeSignedSeal(bytes: Uint8Array): SignedSeal | null {
  if (bytes.length !== SEAL_BYTES) return null;
  return { key: asKey(bytes.subarray(0, 32)), signature: asSignature(bytes.subarray(32)) };
}
