/** For whom a miner at a pool mines, where the word is a name: pools know addresses only. */
import { ApiError, createClient } from "#api/contract";
import { OperationError } from "#base";
import { addressText, assertNamesAccount, findAddress, isAddress, isPublicName, PUBLIC_PREFIX } from "../accounts.ts";
import type { KeystoreChoice } from "../keystores.ts";
import type { Terminal } from "../terminal.ts";

/**
 * @param apiUrl of the pool, asked only for what an account of the keystore is called on its chain
 * @throws OperationError `address-malformed`, `chain-unknown`
 */
export async function userOf(
  terminal: Terminal,
  word: string,
  choice: KeystoreChoice,
  apiUrl: () => Promise<string>,
): Promise<string> {
  if (isAddress(word)) return word;
  await assertNamesAccount(terminal, word, choice);
  // A pool on a chain without these accounts says so itself.
  const chain = isPublicName(word) ? { addressPrefix: PUBLIC_PREFIX } : await chainOf(terminal, word, await apiUrl());
  return addressText(chain, await findAddress(terminal, chain, word, choice));
}

async function chainOf(terminal: Terminal, word: string, baseUrl: string): Promise<{ readonly addressPrefix: string }> {
  try {
    return (await createClient({ baseUrl, fetch: terminal.fetch }).pool.status()).chain;
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    throw new OperationError(
      "chain-unknown",
      `the address of '${word}' depends on the chain, and no API of the pool at ${baseUrl} says which it is: give that with --pool-api, or the address itself`,
      { cause },
    );
  }
}
