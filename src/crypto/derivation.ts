/** Key derivation after SLIP-0010 for ed25519: hardened steps only, since there are no others on this curve. */
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "#base";

const HARDENED = 0x80000000;

export interface ExtendedKey {
  /** 32 bytes, an Ed25519 seed. */
  readonly seed: Uint8Array;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
}

/**
 * @param masterSeed 16 to 64 bytes, e.g. from `mnemonicToSeed`
 * @param path the indexes of the hardened steps: [44, 8730, 0] is m/44'/8730'/0'
 */
export function deriveKey(masterSeed: Uint8Array, path: readonly number[]): ExtendedKey {
  if (masterSeed.length < 16 || masterSeed.length > 64) throw new RangeError(`a seed of ${masterSeed.length} bytes`);
  return path.reduce(childKey, split(hmac(sha512, utf8("ed25519 seed"), masterSeed)));
}

function childKey(parent: ExtendedKey, index: number): ExtendedKey {
  if (!Number.isInteger(index) || index < 0 || index >= HARDENED) throw new RangeError(`derivation index ${index}`);
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, index + HARDENED);
  return split(hmac(sha512, parent.chainCode, concatBytes(Uint8Array.of(0), parent.seed, number)));
}

function split(digest: Uint8Array): ExtendedKey {
  return { seed: digest.slice(0, 32), chainCode: digest.slice(32) };
}
