/** The accounts that the test and dev chains begin with. Their keys are public: never for money (rule SPEC-6). */
import { type Address, type Hash, utf8 } from "#base";
import { addressOf, ed25519PublicKey, taggedHash } from "#crypto";

export const DEV_ACCOUNT_COUNT = 10;

/** `dev-0` … `dev-9` */
export function devAccountName(index: number): string {
  if (!Number.isInteger(index) || index < 0 || index >= DEV_ACCOUNT_COUNT) throw new RangeError(`dev account ${index}`);
  return `dev-${index}`;
}

/** SHA-256('agon/dev-account/v1' ‖ name), the account's Ed25519 seed. */
export function devAccountSeed(index: number): Hash {
  return taggedHash("agon/dev-account/v1", utf8(devAccountName(index)));
}

export function devAccountAddress(index: number): Address {
  return addressOf(ed25519PublicKey(devAccountSeed(index)));
}
