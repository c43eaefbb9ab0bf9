/** Validators whose keys everybody knows, for test and dev chains: never for money (rule SPEC-8). */
import { type Address, type Hash, toHex, utf8 } from "#base";
import { addressOf, ed25519PublicKey, formatAddress, onionTip, taggedHash } from "#crypto";
import type { GenesisValidator } from "./chain-spec.ts";

export const DEV_VALIDATOR_COUNT = 32;
/** Layers of a dev validator's onion; as many blocks until it must be renewed. */
export const DEV_ONION_DEPTH = 65_536;

/** `validator-0` … `validator-31` */
export function devValidatorName(index: number): string {
  if (!Number.isInteger(index) || index < 0 || index >= DEV_VALIDATOR_COUNT)
    throw new RangeError(`dev validator ${index}`);
  return `validator-${index}`;
}

/** SHA-256('agon/dev-account/v1' ‖ name): Ed25519 seed of the account that owns the bond. */
export function devValidatorOwnerSeed(index: number): Hash {
  return taggedHash("agon/dev-account/v1", utf8(devValidatorName(index)));
}

/** SHA-256('agon/dev-validator/v1' ‖ name): Ed25519 seed of the signing key, and secret of the onion. */
export function devValidatorSeed(index: number): Hash {
  return taggedHash("agon/dev-validator/v1", utf8(devValidatorName(index)));
}

export function devValidatorOwner(index: number): Address {
  return addressOf(ed25519PublicKey(devValidatorOwnerSeed(index)));
}

/** An entry of a specification; peels the whole onion, so about 50 ms. */
export function devGenesisValidator(index: number, prefix: string, bondAtoms: bigint): GenesisValidator {
  const seed = devValidatorSeed(index);
  return {
    owner: formatAddress(devValidatorOwner(index), prefix),
    signingKey: toHex(ed25519PublicKey(seed)),
    onionTip: toHex(onionTip(seed, 0, DEV_ONION_DEPTH)),
    bondAtoms,
  };
}
