/** The ports of accounting: what it must know of the chain, and who signs its payouts. */
import type { Address, BlockId, Hash, TransactionId } from "#base";
import type { Output } from "#model";

export interface ChainHead {
  readonly id: BlockId;
  readonly height: number;
}

/** The chain at a settlement. */
export interface SeenChain {
  readonly head: ChainHead;
  /** Up to this height it is what it was at the last settlement. */
  readonly settledTo: number;
  /** Below this height nothing has changed since it was looked at last. */
  readonly watchFrom: number;
}

export interface ChainAccount {
  /** Of the next transaction. */
  readonly nonce: number;
  /** Spendable at the head; what still matures is not in it. */
  readonly balanceAtoms: bigint;
}

export interface PoolBlock {
  readonly height: number;
  /** Whether it is the head or an ancestor of the head. */
  readonly canonical: boolean;
  /** Sum of its credits to the pool's address, fees included. */
  readonly rewardAtoms: bigint;
}

export type TransactionPlace =
  | { readonly kind: "in-block"; readonly height: number }
  | { readonly kind: "waiting" }
  | { readonly kind: "unknown" };

/** A node, as accounting sees it. Everything may fail with an OperationError and is tried again at the next settlement. */
export interface PoolChain {
  head(): Promise<ChainHead>;
  /** @returns null for a block that the node does not have */
  block(id: BlockId): Promise<PoolBlock | null>;
  /** At the head. @returns null for an address without an account */
  account(address: Address): Promise<ChainAccount | null>;
  /** Handing in the same bytes twice is no error. @returns why the node refuses, or null */
  submit(bytes: Uint8Array): Promise<string | null>;
  /** `in-block` only for blocks of the chain of the head. */
  transaction(id: TransactionId): Promise<TransactionPlace>;
}

/** Keeps the key of the pool's money. */
export interface PayoutSigner {
  /** Where rewards go, and what payouts come from. */
  readonly address: Address;
  sign(
    outputs: readonly Output[],
    nonce: number,
    feeAtoms: bigint,
  ): Promise<{ readonly bytes: Uint8Array; readonly id: Hash }>;
}
