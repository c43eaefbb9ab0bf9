/** Whom a word on the command line means: an address, a dev account, or an account of the keystore. */
import { existsSync } from "node:fs";
import type { ChainInfo } from "#api/contract";
import { type Address, OperationError } from "#base";
import { formatAddress, parseAddress } from "#crypto";
import { devValidatorOwner, devValidatorOwnerSeed } from "#spec";
import { type AccountInfo, openKeystore } from "#wallet";
import { devAccount } from "#wallet/core";
import { type KeystoreChoice, keystorePath, openChosenKeystore, readPassphrase } from "./keystores.ts";
import { faultError, usageError } from "./report-error.ts";
import type { Terminal } from "./terminal.ts";

const DEV_NAME = /^dev-(\d)$/;
/** Owners of the bonds of dev validators. */
const VALIDATOR_NAME = /^validator-([12]?\d|3[01])$/;
/** The dev accounts are funded on chains with this prefix; their keys are public. */
export const PUBLIC_PREFIX = "tagon";

export interface Signer {
  readonly name: string;
  readonly address: Address;
  /** 32 secret bytes. */
  readonly seed: Uint8Array;
}

/** @throws OperationError when the word is neither an address of this chain nor a known name */
export async function findAddress(
  terminal: Terminal,
  chain: Pick<ChainInfo, "addressPrefix">,
  word: string,
  choice: KeystoreChoice,
): Promise<Address> {
  const dev = publicAccount(chain, word);
  if (dev !== null) return dev.address;
  const parsed = parseAddress(word, chain.addressPrefix);
  if (parsed.ok) return parsed.value;
  const named = await findInKeystore(terminal, word, choice);
  if (named !== null) return named.address;
  if (parsed.error.code === "address-malformed")
    throw new OperationError(
      "address-malformed",
      `'${word}' is neither an address of this chain (${chain.addressPrefix}1…) nor the name of an account`,
    );
  throw faultError(`the address ${word}`, parsed.error);
}

/** Before a node is asked. @throws OperationError `address-malformed` when the word names nothing on any chain */
export async function assertNamesAccount(terminal: Terminal, word: string, choice: KeystoreChoice): Promise<void> {
  if (isPublicName(word) || isAddress(word) || (await findInKeystore(terminal, word, choice)) !== null) return;
  throw new OperationError("address-malformed", `'${word}' is neither an address nor the name of an account`);
}

/** Of whatever chain. */
export function isAddress(word: string): boolean {
  const parsed = parseAddress(word, PUBLIC_PREFIX);
  return parsed.ok || parsed.error.code === "address-wrong-network";
}

/** Of an account whose key everybody knows. */
export function isPublicName(word: string): boolean {
  return DEV_NAME.test(word) || VALIDATOR_NAME.test(word);
}

/** @throws when an account of this name could never be meant, since the word means something else already */
export function assertFreeName(name: string): void {
  if (isPublicName(name)) throw usageError(`${name} is one of the accounts of dev chains; choose another name`);
  if (isAddress(name)) throw usageError("an address cannot be a name; choose another");
}

/** Without a name: dev-0 where dev accounts exist, else the first account of the keystore. */
export async function findSigner(
  terminal: Terminal,
  chain: Pick<ChainInfo, "addressPrefix">,
  name: string | undefined,
  choice: KeystoreChoice,
): Promise<Signer> {
  const isPublic = chain.addressPrefix === PUBLIC_PREFIX;
  const dev = publicAccount(chain, name ?? (isPublic ? "dev-0" : ""));
  if (dev !== null) return dev;
  const keystore = await openChosenKeystore(terminal, choice);
  const account = name === undefined ? keystore.list()[0]! : keystore.show(name);
  const wallet = await keystore.unlock(await readPassphrase(terminal, choice));
  return { name: account.name, address: account.address, seed: wallet.seedOf(account.name) };
}

export function addressText(chain: Pick<ChainInfo, "addressPrefix">, address: Address): string {
  return formatAddress(address, chain.addressPrefix);
}

/** Null when the word is no name of such an account. */
function publicAccount({ addressPrefix }: Pick<ChainInfo, "addressPrefix">, word: string): Signer | null {
  const dev = DEV_NAME.exec(word);
  const validator = VALIDATOR_NAME.exec(word);
  if (dev === null && validator === null) return null;
  if (addressPrefix !== PUBLIC_PREFIX)
    throw new OperationError("dev-account", "dev accounts have public keys and exist on test and dev chains only");
  if (dev !== null) return devAccount(Number(dev[1]));
  const index = Number(validator![1]);
  return { name: word, address: devValidatorOwner(index), seed: devValidatorOwnerSeed(index) };
}

async function findInKeystore(terminal: Terminal, name: string, choice: KeystoreChoice): Promise<AccountInfo | null> {
  const path = keystorePath(choice);
  if (!existsSync(path)) return null;
  const keystore = await openKeystore(path, terminal.random);
  return keystore.list().find((account) => account.name === name) ?? null;
}
