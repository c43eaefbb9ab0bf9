import type { Key, Signature } from "#base";

/**
 * One implementation of Ed25519. `verify` applies the cofactorless equation and is only relied on after
 * `checkEncoding` has passed; on what that refuses, implementations may differ.
 */
export interface Ed25519 {
  verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
  /** @param seed 32 bytes, the RFC 8032 private key */
  sign(message: Uint8Array, seed: Uint8Array): Signature;
  /** @param seed 32 bytes */
  publicKey(seed: Uint8Array): Key;
}

/** @throws RangeError unless the seed has 32 bytes */
export function assertSeed(seed: Uint8Array): void {
  if (seed.length !== 32) throw new RangeError(`an Ed25519 seed has 32 bytes, not ${seed.length}`);
}
