/** What an engine asks of the ledger for one block, beyond its transactions and rewards (rule STAKE-12). */
import type { Hash, Key } from "#base";

/** The block is the first of its epoch: the ledger makes the table of the next one before anything else. */
export interface EpochStep {
  /** The epoch that begins. */
  readonly epoch: number;
  /** That of the parent; smaller by more than 1 when epochs stayed empty. */
  readonly parentEpoch: number;
  /** As the parent has them: bond changes up to this block count from now on. */
  readonly finalizedHeight: number;
  readonly finalizedEpoch: number;
  /** Nothing is final under the present table yet: it stays, unless that takes too long (rule STAKE-23). */
  readonly keepsTable: boolean;
}

export interface BlockOrders {
  readonly epoch: number;
  readonly slot: number;
  /** Who was drawn, by signing key; its reveal must continue its onion. */
  readonly leader: Key;
  readonly reveal: Hash;
  readonly step: EpochStep | null;
}
