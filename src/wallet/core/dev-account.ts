import type { Address, Key } from "#base";
import { addressOf, ed25519PublicKey } from "#crypto";
import { devAccountName, devAccountSeed } from "#spec";

export interface DevAccount {
  readonly name: string;
  /** 32 bytes that sign for the account; known to everybody. */
  readonly seed: Uint8Array;
  readonly key: Key;
  readonly address: Address;
}

/** @param index 0 … 9 */
export function devAccount(index: number): DevAccount {
  const seed = devAccountSeed(index);
  const key = ed25519PublicKey(seed);
  return { name: devAccountName(index), seed, key, address: addressOf(key) };
}
