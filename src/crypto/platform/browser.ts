/** The same as node.ts in plain JavaScript. */
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { sha256 as digest } from "@noble/hashes/sha2.js";
import { asHash, type Hash } from "#base";
import type { Argon2Params } from "./argon2-params.ts";
import { nobleEd25519 } from "./ed25519-noble.ts";

const ed25519 = nobleEd25519();

export function sha256(bytes: Uint8Array): Hash {
  return asHash(digest(bytes));
}

/**
 * SHA-256 of each 64 bytes of `input`.
 * @param input n × 64 bytes
 * @param output n × 32 bytes, may be the start of `input`
 */
export function hashPairs(input: Uint8Array, output: Uint8Array): void {
  if (input.length % 64 !== 0 || output.length * 2 !== input.length)
    throw new RangeError(`${input.length} bytes cannot be hashed into ${output.length}`);
  for (let at = 0; at < input.length; at += 64) output.set(digest(input.subarray(at, at + 64)), at / 2);
}

export const ed25519Verify = ed25519.verify;
export const ed25519Sign = ed25519.sign;
export const ed25519PublicKey = ed25519.publicKey;

/** Argon2id (RFC 9106) with one lane, yielding to the page now and then. @returns 32 bytes */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array, params: Argon2Params): Promise<Uint8Array> {
  return argon2idAsync(passphrase, salt, { m: params.memoryKiB, t: params.passes, p: 1, dkLen: 32 });
}
