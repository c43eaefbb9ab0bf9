/** The keys of a wallet: all from one seed, one for each account (rule KEY-4). */
import type { Address, Key } from "#base";
import { addressOf, deriveKey, ed25519PublicKey } from "#crypto";

/** The purpose of BIP-44, and Agon's coin number, which is its port. */
const PURPOSE = 44;
const COIN = 8730;

export interface AccountKey {
  /** Which one of the wallet's accounts. */
  readonly index: number;
  /** 32 bytes that sign for the account: a secret. */
  readonly seed: Uint8Array;
  readonly key: Key;
  readonly address: Address;
}

/** `m/44'/8730'/<index>'`; every step is hardened, since ed25519 has no others. */
export function accountPath(index: number): string {
  return `m/${PURPOSE}'/${COIN}'/${index}'`;
}

/**
 * @param masterSeed as `mnemonicToSeed` gives it
 * @param index 0 … 2^31 − 1
 */
export function accountKey(masterSeed: Uint8Array, index: number): AccountKey {
  const { seed } = deriveKey(masterSeed, [PURPOSE, COIN, index]);
  const key = ed25519PublicKey(seed);
  return { index, seed, key, address: addressOf(key) };
}
