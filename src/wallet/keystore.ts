/** A wallet on disk: named accounts, their secrets under one passphrase. */
import { type Address, equalBytes, type Key, Mutex, OperationError, type Random } from "#base";
import {
  ARGON2_DEFAULT,
  type Argon2Params,
  addressOf,
  ed25519PublicKey,
  mnemonicToSeed,
  newMnemonic,
  openSecret,
  parseMnemonic,
  sealSecret,
} from "#crypto";
import { accountKey } from "#wallet/core";
import {
  type AccountInfo,
  decodeKeystore,
  decodeSecrets,
  encodeKeystore,
  encodeSecrets,
  type KeystoreFile,
  type KeystoreSecrets,
} from "./keystore-file.ts";
import { createPrivateFile, readPrivateFile, replacePrivateFile } from "./private-file.ts";
import { UnlockedWallet } from "./unlocked-wallet.ts";

const ACCOUNT_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,63}$/u;

export interface KeystoreOptions {
  readonly path: string;
  readonly passphrase: string;
  /** To restore a wallet; default: 24 new words. */
  readonly mnemonic?: string;
  /** Of the first account. Default `main`. */
  readonly name?: string;
  readonly argon2id?: Argon2Params;
}

/**
 * Makes a keystore with one account, and never replaces one.
 * @throws OperationError `keystore-exists`, `keystore-unwritable`, `mnemonic-malformed` or `account-name`
 */
export async function createKeystore(options: KeystoreOptions, random: Random): Promise<Keystore> {
  const { path, passphrase, name = "main", argon2id = ARGON2_DEFAULT } = options;
  const words = options.mnemonic === undefined ? newMnemonic(random) : canonicalMnemonic(options.mnemonic);
  const secrets: KeystoreSecrets = { mnemonic: words, imported: new Map() };
  assertFreeName([], name);
  const accounts = [derivedAccount(words, name, 0)];
  const sealed = await sealSecret(passphrase, encodeSecrets(secrets), argon2id, random);
  await createPrivateFile(path, encodeKeystore({ accounts, sealed }), random);
  return new Keystore(path, { accounts, sealed }, random);
}

/** @throws OperationError `keystore-missing`, `keystore-unreadable`, `keystore-damaged` or `keystore-newer` */
export async function openKeystore(path: string, random: Random): Promise<Keystore> {
  return new Keystore(path, decodeKeystore(await readPrivateFile(path)), random);
}

/**
 * Whatever takes a passphrase throws OperationError `passphrase-wrong`. What adds an account throws `account-exists` or
 * `account-name`, and is durable when it resolves; what another process added meanwhile is kept.
 */
export class Keystore {
  readonly path: string;
  readonly #random: Random;
  readonly #writing = new Mutex();
  #file: KeystoreFile;

  constructor(path: string, file: KeystoreFile, random: Random) {
    this.path = path;
    this.#file = file;
    this.#random = random;
  }

  /** In the order they were added. */
  list(): readonly AccountInfo[] {
    return this.#file.accounts;
  }

  /** @throws OperationError `account-unknown` */
  show(name: string): AccountInfo {
    const account = this.#file.accounts.find((candidate) => candidate.name === name);
    if (account === undefined) throw new OperationError("account-unknown", `there is no account ${name}`);
    return account;
  }

  async unlock(passphrase: string): Promise<UnlockedWallet> {
    const file = this.#file;
    return new UnlockedWallet(file.accounts, await openSecrets(file, passphrase));
  }

  /** Adds the next account of the wallet's words. */
  addAccount(passphrase: string, name: string): Promise<AccountInfo> {
    return this.#add(name, async (file) => {
      const { mnemonic } = await openSecrets(file, passphrase);
      const index = Math.max(-1, ...file.accounts.map((account) => account.index ?? -1)) + 1;
      return { account: derivedAccount(mnemonic, name, index), sealed: file.sealed };
    });
  }

  /** Adds an account whose seed comes from elsewhere; the wallet's words do not restore it. @param seed 32 bytes */
  importSeed(passphrase: string, name: string, seed: Uint8Array): Promise<AccountInfo> {
    const key = ed25519PublicKey(seed);
    return this.#add(name, async (file) => {
      const secrets = await openSecrets(file, passphrase);
      const imported = new Map(secrets.imported).set(name, seed);
      return {
        account: { name, kind: "imported", address: addressOf(key), key, index: null },
        sealed: await this.#seal(passphrase, { ...secrets, imported }, file),
      };
    });
  }

  /** Adds an account to be looked at only. */
  addWatchOnly(name: string, address: Address, key: Key | null = null): Promise<AccountInfo> {
    if (key !== null && !equalBytes(addressOf(key), address)) throw new RangeError("the address is not the key's");
    return this.#add(name, async ({ sealed }) => ({
      account: { name, kind: "watch-only", address, key, index: null },
      sealed,
    }));
  }

  /** Old copies of the file still open under the old passphrase. */
  async changePassphrase(passphrase: string, next: string): Promise<void> {
    await this.#update(async (file) => {
      const secrets = await openSecrets(file, passphrase);
      return { ...file, sealed: await this.#seal(next, secrets, file) };
    });
  }

  async #add(
    name: string,
    make: (file: KeystoreFile) => Promise<{ account: AccountInfo; sealed: KeystoreFile["sealed"] }>,
  ): Promise<AccountInfo> {
    const { accounts } = await this.#update(async (file) => {
      assertFreeName(file.accounts, name);
      const { account, sealed } = await make(file);
      return { accounts: [...file.accounts, account], sealed };
    });
    return accounts.at(-1)!;
  }

  /** Starts from what is on disk now, and writes only if that is still there. */
  #update(change: (file: KeystoreFile) => Promise<KeystoreFile>): Promise<KeystoreFile> {
    return this.#writing.run(async () => {
      const before = await readPrivateFile(this.path);
      const changed = await change(decodeKeystore(before));
      if ((await readPrivateFile(this.path)) !== before)
        throw new OperationError("keystore-busy", `another process has just changed ${this.path}; try again`);
      await replacePrivateFile(this.path, encodeKeystore(changed), this.#random);
      this.#file = changed;
      return changed;
    });
  }

  #seal(passphrase: string, secrets: KeystoreSecrets, { sealed }: KeystoreFile): Promise<KeystoreFile["sealed"]> {
    return sealSecret(passphrase, encodeSecrets(secrets), sealed.argon2id, this.#random);
  }
}

/** Checks too that the open part of the file names the accounts that the secrets make, so that nobody puts in his own. */
async function openSecrets(file: KeystoreFile, passphrase: string): Promise<KeystoreSecrets> {
  const opened = await openSecret(passphrase, file.sealed);
  if (!opened.ok) {
    if (opened.error.code === "passphrase-wrong")
      throw new OperationError("passphrase-wrong", "the passphrase is wrong, or the keystore has been changed");
    throw new OperationError("keystore-damaged", "the keystore is damaged: its sealed part");
  }
  const secrets = decodeSecrets(opened.value);
  opened.value.fill(0);
  const masterSeed = mnemonicToSeed(secrets.mnemonic);
  for (const { name, kind, key, index } of file.accounts) {
    if (kind === "watch-only") continue;
    const seed = index === null ? secrets.imported.get(name) : accountKey(masterSeed, index).seed;
    if (seed === undefined || key === null || !equalBytes(ed25519PublicKey(seed), key))
      throw new OperationError("keystore-damaged", `the keystore is damaged: account ${name} is not its own`);
  }
  masterSeed.fill(0);
  return secrets;
}

function derivedAccount(mnemonic: string, name: string, index: number): AccountInfo {
  const { key, address } = accountKey(mnemonicToSeed(mnemonic), index);
  return { name, kind: "derived", address, key, index };
}

function canonicalMnemonic(text: string): string {
  const parsed = parseMnemonic(text);
  if (!parsed.ok) throw new OperationError("mnemonic-malformed", "these are not the words of a wallet");
  return parsed.value;
}

function assertFreeName(accounts: readonly AccountInfo[], name: string): void {
  if (!ACCOUNT_NAME.test(name))
    throw new OperationError("account-name", "a name has 1 to 64 letters, digits, spaces, points or dashes");
  if (accounts.some((account) => account.name === name))
    throw new OperationError("account-exists", `there is an account ${name} already`);
}
