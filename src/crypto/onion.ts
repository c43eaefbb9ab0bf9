/**
 * Onions: chains of hashes whose outermost value is published, and which are peeled one layer at a time; each layer
 * shown proves that whoever shows it made the onion, and could not choose it when the tip was fixed (rule STAKE-7).
 */
import type { Hash } from "#base";
import { taggedHash } from "./hash.ts";

/** The innermost value: H('agon/onion-seed/v1' ‖ secret ‖ number u32), little-endian. A signer's onions are numbered from 0. */
export function onionSeed(secret: Uint8Array, number: number): Hash {
  const le = new Uint8Array(4);
  new DataView(le.buffer).setUint32(0, number, true);
  return taggedHash("agon/onion-seed/v1", secret, le);
}

/** One layer further out: H('agon/onion/v1' ‖ value). What continues a tip is the value whose layer is the tip. */
export function onionLayer(value: Uint8Array): Hash {
  return taggedHash("agon/onion/v1", value);
}

/** @param depth layers over the seed; about 1.5 million a second */
export function onionTip(secret: Uint8Array, number: number, depth: number): Hash {
  let value = onionSeed(secret, number);
  for (let layer = 0; layer < depth; layer++) value = onionLayer(value);
  return value;
}
