import type { Address } from "#base";
import { type AccountKey, accountKey } from "./account-key.ts";

/** Unused accounts in a row after which the search ends. */
export const GAP_LIMIT = 20;

/**
 * Finds the accounts of a restored wallet that the chain knows.
 * @param isUsed asked for neighbouring accounts at the same time, at most `gapLimit` of them
 * @returns the used ones, by index; unused ones between them are left out
 */
export async function findAccounts(
  masterSeed: Uint8Array,
  isUsed: (address: Address) => Promise<boolean>,
  gapLimit: number = GAP_LIMIT,
): Promise<AccountKey[]> {
  const found: AccountKey[] = [];
  for (let next = 0, end = gapLimit; next < end; ) {
    const accounts = Array.from({ length: end - next }, (_, i) => accountKey(masterSeed, next + i));
    const used = await Promise.all(accounts.map(({ address }) => isUsed(address)));
    found.push(...accounts.filter((_, i) => used[i]));
    next = end;
    end = (found.at(-1)?.index ?? -1) + 1 + gapLimit;
  }
  return found;
}
