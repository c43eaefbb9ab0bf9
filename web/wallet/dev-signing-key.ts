/** The signing keys of a devnet, which everybody knows: whose is free, and what continues the onion of one in use. */
import { asHash, equalBytes, fromHex, type Hash, toHex } from "#base";
import { ed25519PublicKey, onionLayer, onionSeed } from "#crypto";
import { DEV_ONION_DEPTH, DEV_VALIDATOR_COUNT, devValidatorSeed } from "#spec";

/** Onions looked through; one lasts as many blocks as it has layers. */
const MAX_ONIONS = 16;

export interface DevSigningKey {
  /** As a node is told: `dev:7`. */
  readonly name: string;
  readonly seed: Hash;
}

/**
 * @param own the key that the owner's validator has, null when there is none
 * @param taken keys that others have
 * @returns null when the own one is none of these, or all are taken
 */
export function findDevSigningKey(own: string | null, taken: ReadonlySet<string>): DevSigningKey | null {
  for (let index = 0; index < DEV_VALIDATOR_COUNT; index++) {
    const seed = devValidatorSeed(index);
    const key = toHex(ed25519PublicKey(seed));
    if (own === null ? !taken.has(key) : key === own) return { name: `dev:${index}`, seed };
  }
  return null;
}

/**
 * The tip to bond with: a layer that a block may show before the bond is in one would be known to everybody, so a
 * validator that has begun an onion gets the next one.
 * @param present as the state has it, null for a new validator
 */
export function nextOnionTip(seed: Hash, present: string | null, depth: number = DEV_ONION_DEPTH): Hash {
  const standing = present === null ? null : asHash(fromHex(present)!);
  for (let number = 0; standing !== null && number < MAX_ONIONS; number++) {
    const left = layersUnder(seed, number, standing, depth);
    if (left === depth) return standing;
    if (left !== null) return tipOf(seed, number + 1, depth);
  }
  return tipOf(seed, 0, depth);
}

/** @returns null when the value is no layer of this onion */
function layersUnder(seed: Hash, number: number, value: Hash, depth: number): number | null {
  let layer = onionSeed(seed, number);
  for (let at = 0; at <= depth; at++) {
    if (equalBytes(layer, value)) return at;
    layer = onionLayer(layer);
  }
  return null;
}

function tipOf(seed: Hash, number: number, depth: number): Hash {
  let layer = onionSeed(seed, number);
  for (let at = 0; at < depth; at++) layer = onionLayer(layer);
  return layer;
}
