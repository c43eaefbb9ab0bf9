/** Publishes a new onion while the old one still has layers, so that no slot is lost (rule STAKE-7). */
import { type Address, type Clock, equalBytes, type Fault, type Hash, type Key, type Logger, type Result } from "#base";
import type { Bus, NodeEvents } from "#events";
import type { StakeView } from "#ledger";
import type { Account, PreparedTransaction } from "#model";

/** Share of the onion's layers that are left when it is renewed. */
const RENEWED_AT = 0.1;
/** After a renewal was handed on, before another is tried. */
const RETRY_MS = 60_000;

export interface RenewalSigner {
  readonly key: Key;
  /** Of the key's own account, which pays. */
  readonly address: Address;
  shareLeft(tip: Hash): number | null;
  nextTip(tip: Hash): Promise<Hash | null>;
  /** A signed renewal. */
  buildRenewal(nonce: number, onionTip: Hash): PreparedTransaction;
}

export interface RenewalOptions {
  readonly signers: readonly RenewalSigner[];
}

export interface RenewalParts {
  /** As of the head. */
  readonly stake: () => StakeView | null;
  readonly account: (address: Address) => Account | null;
  readonly submit: (transaction: PreparedTransaction) => Promise<Result<unknown, Fault>>;
  /** An amount in words. */
  readonly formatAtoms: (atoms: bigint) => string;
  readonly formatAddress: (address: Address) => string;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class OnionRenewal {
  readonly #signers: readonly RenewalSigner[];
  readonly #parts: RenewalParts;
  #unsubscribe: () => void = () => {};
  #notBeforeMs = 0;
  #isWarned = false;
  #looking: Promise<void> | null = null;

  constructor({ signers }: RenewalOptions, parts: RenewalParts) {
    this.#signers = signers;
    this.#parts = parts;
  }

  start(): void {
    this.#unsubscribe = this.#parts.events.on("head-changed", () => this.#look());
    this.#look();
  }

  async stop(): Promise<void> {
    this.#unsubscribe();
    await this.#looking;
  }

  #look(): void {
    const { clock, log } = this.#parts;
    if (this.#looking !== null || clock.nowMs() < this.#notBeforeMs) return;
    this.#looking = this.#renewAll()
      .catch((error) => log.warn("an onion was not renewed", { why: String(error) }))
      .finally(() => {
        this.#looking = null;
      });
  }

  async #renewAll(): Promise<void> {
    for (const signer of this.#signers) {
      const tip = this.#tipToRenew(signer);
      if (tip === null) continue;
      this.#notBeforeMs = this.#parts.clock.nowMs() + RETRY_MS;
      const next = await signer.nextTip(tip);
      if (next !== null) await this.#renew(signer, next);
    }
  }

  /** Null while enough is left, a renewal waits for its epoch, or the key is none or no longer that of a validator. */
  #tipToRenew({ key, shareLeft }: RenewalSigner): Hash | null {
    const validator = this.#parts.stake()?.validatorOf(key) ?? null;
    if (validator === null || !equalBytes(validator.signingKey, key)) return null;
    if (validator.nextOnion !== null) {
      // One that was published elsewhere is looked for now, not in the slot that first needs it.
      shareLeft(validator.nextOnion.tip);
      return null;
    }
    const left = shareLeft(validator.onionTip);
    return left !== null && left <= RENEWED_AT ? validator.onionTip : null;
  }

  async #renew({ address, buildRenewal }: RenewalSigner, next: Hash): Promise<void> {
    const { account: accountOf, submit, formatAtoms, formatAddress, log } = this.#parts;
    const account = accountOf(address);
    const renewal = buildRenewal(account?.nonce ?? 0, next);
    const { feeAtoms } = renewal.transaction;
    if (account === null || account.balanceAtoms < feeAtoms)
      return this.#warn(
        `the onion of the signing key must be renewed, and its account ${formatAddress(address)} cannot pay for it: send it ${formatAtoms(feeAtoms)} coins`,
      );
    const result = await submit(renewal);
    if (!result.ok && result.error.code !== "tx-known")
      return this.#warn(`the renewal of the onion was refused: ${result.error.code}`);
    log.info("onion renewed", { nonce: account.nonce });
    this.#warn(null);
  }

  #warn(text: string | null): void {
    if (text === null && !this.#isWarned) return;
    this.#isWarned = text !== null;
    const active = this.#isWarned;
    this.#parts.events.emit("notice", { code: "onion-not-renewed", text: text ?? "the onion is renewed", active });
  }
}
