/** The secrets of an opened keystore, in memory until `lock`. Nothing of them shows when it is printed or serialised. */
import { OperationError } from "#base";
import { mnemonicToSeed } from "#crypto";
import { accountKey } from "#wallet/core";
import type { AccountInfo, KeystoreSecrets } from "./keystore-file.ts";

export class UnlockedWallet {
  readonly #mnemonic: string;
  /** Null for watch-only accounts. */
  readonly #seeds: ReadonlyMap<string, Uint8Array | null>;
  #locked = false;

  constructor(accounts: readonly AccountInfo[], secrets: KeystoreSecrets) {
    const masterSeed = mnemonicToSeed(secrets.mnemonic);
    const seedOf = ({ name, index }: AccountInfo): Uint8Array | null =>
      index === null ? (secrets.imported.get(name) ?? null) : accountKey(masterSeed, index).seed;
    this.#mnemonic = secrets.mnemonic;
    this.#seeds = new Map(accounts.map((account) => [account.name, seedOf(account)]));
    masterSeed.fill(0);
  }

  /** The words that restore all derived accounts. */
  get mnemonic(): string {
    this.#assertOpen();
    return this.#mnemonic;
  }

  /** @returns 32 bytes that sign for the account @throws OperationError `account-unknown` or `account-watch-only` */
  seedOf(name: string): Uint8Array {
    this.#assertOpen();
    const seed = this.#seeds.get(name);
    if (seed === undefined) throw new OperationError("account-unknown", `there is no account ${name}`);
    if (seed === null)
      throw new OperationError("account-watch-only", `account ${name} is watched only: it cannot sign`);
    return seed;
  }

  /** Overwrites the seeds; what was handed out by `seedOf` is overwritten with them. */
  lock(): void {
    this.#locked = true;
    for (const seed of this.#seeds.values()) seed?.fill(0);
  }

  #assertOpen(): void {
    if (this.#locked) throw new OperationError("wallet-locked", "the wallet is locked");
  }
}
