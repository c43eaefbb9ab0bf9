/** What the API needs of a node; `node` connects these to chain, mempool, peers and production. */

import type { HealthCheck, Peers } from "#api/contract";
import type { Address, BlockId, Fault, Hash, Result, TransactionId } from "#base";
import type { Bus, NodeEvents } from "#events";
import type { Account, Credit, Header, PreparedTransaction, Supply } from "#model";
import type { ChainSpec } from "#spec";
import type { Awaitable, BlockPoint, BlockRecord } from "./block-record.ts";
import type { StakeReads } from "./stake-ports.ts";

export type { Awaitable, BlockPoint, BlockRecord } from "./block-record.ts";

export interface BlockMoney {
  readonly feesAtoms: bigint;
  readonly credits: readonly Credit[];
}

export interface WorkFacts {
  /** Compact form of the target. */
  readonly bits: number;
  readonly target: bigint;
  readonly expectedHashes: bigint;
}

export interface IncludedTransaction {
  readonly item: PreparedTransaction;
  readonly block: BlockPoint & { readonly timeMs: number };
  readonly index: number;
}

/** An account at one block, all fields of the same moment. */
export interface AccountState {
  readonly at: BlockPoint;
  /** Null when it was never credited. */
  readonly account: Account | null;
  readonly maturing: readonly { readonly atHeight: number; readonly amountAtoms: bigint }[];
}

/** Inclusion when `value` is there, else exclusion; see docs/spec, State. */
export interface StateProof {
  readonly key: Uint8Array;
  readonly path: Hash;
  readonly value: Uint8Array | null;
  /** From the root down. */
  readonly siblings: readonly Hash[];
  /** The leaf found in the place of an excluded key; null when the place is empty. */
  readonly otherLeaf: { readonly path: Hash; readonly valueHash: Hash } | null;
  /** Whose state root the proof leads to. */
  readonly block: BlockRecord;
}

/** A transaction's place on the chain of the head. */
export interface ChainPlace {
  readonly height: number;
  /** In the block's list. */
  readonly position: number;
}

/** Reads of the chain as committed. */
export interface ChainView {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly genesisId: BlockId;
  head(): BlockRecord;
  finalized(): BlockPoint;
  supply(): Supply;
  /** On any branch that is kept. */
  block(id: BlockId): Awaitable<BlockRecord | null>;
  /** On the chain of the head. */
  blockAt(height: number): Awaitable<BlockRecord | null>;
  /** Null when it was never executed. Asked for by every list of blocks: keep recent answers. */
  money(id: BlockId): Awaitable<BlockMoney | null>;
  /** Of a block that `block` knows; fewer than `limit` only at its end. */
  transactions(id: BlockId, offset: number, limit: number): Awaitable<readonly PreparedTransaction[]>;
  /** Null for engines without work. */
  work(header: Header): WorkFacts | null;
  /** On the chain of the head. */
  transaction(id: TransactionId): Awaitable<IncludedTransaction | null>;
  account(address: Address): AccountState;
  /**
   * Transactions on the chain that an account sent or received, newest first.
   * @param cursor a `nextCursor` from before, null for the first page
   * @returns null when the cursor is none of ours
   */
  history(
    address: Address,
    cursor: string | null,
    limit: number,
  ): Awaitable<{ readonly items: readonly IncludedTransaction[]; readonly nextCursor: string | null } | null>;
  /**
   * Records on the chain, newest first, from a place in it down.
   * @param from null for the head; a position beyond the end of its block is the end
   */
  records(from: ChainPlace | null, limit: number): Awaitable<readonly IncludedTransaction[]>;
  proof(address: Address): Awaitable<StateProof>;
  /** Whether blocks are searched for, so that whoever mines can take part. */
  readonly isSearched: boolean;
  /** Null where nobody is drawn. */
  readonly stake: StakeReads | null;
}

/** Reads of what waits for a block. */
export interface PendingView {
  readonly count: number;
  readonly sizeBytes: number;
  /** Atoms a byte that a newcomer must offer now. */
  readonly minFeeRate: number;
  get(id: TransactionId): PreparedTransaction | null;
  /** In the order in which they would be taken. */
  entries(): Iterable<PreparedTransaction>;
  ofSender(address: Address): {
    /** The next usable nonce, counting what is pending. */
    readonly nextNonce: number;
    readonly spendableAtoms: bigint;
    /** In the order of their nonces. */
    readonly items: readonly PreparedTransaction[];
  };
  /** Why a transaction left without being included, while that is remembered. */
  dropped(id: TransactionId): { readonly reason: string } | null;
}

export interface NodeFacts {
  readonly peerId: string;
  readonly agent: string;
  readonly version: string;
  readonly startedMs: number;
  readonly peerCount: number;
  readonly syncing: boolean;
  /** Why nothing can be written at present, in words; null when all is well. */
  readonly readOnly: string | null;
  readonly notices: readonly string[];
  readonly mining: { readonly enabled: boolean; readonly hashRate: number };
  /** Why nothing would be produced or voted on at present; null when all is well. */
  readonly obstacle: string | null;
}

export interface NodeOrders {
  /**
   * Takes canonical bytes; one outcome for each, in order. Resolves when all that were accepted are durable.
   * The pieces share the request's memory: copy what is kept.
   */
  submit(transactions: readonly Uint8Array[]): Promise<readonly Result<TransactionId, Fault>[]>;
  /** Mines at once, unthrottled; the reward goes to `address`, null: the node's own. @throws OperationError */
  mine(blocks: number, address: Address | null): Promise<readonly BlockPoint[]>;
  /** Follows the deep branch that ends in this block. */
  accept(id: BlockId): Promise<Result<BlockPoint, Fault>>;
  /** Begins to stop the node; returns at once, so that the request is still answered. */
  shutdown(): void;
}

/** A block to be, for miners outside the node. */
export interface WorkTemplate {
  readonly id: string;
  readonly height: number;
  readonly sealHash: Hash;
  readonly timeMs: number;
  readonly parts: {
    readonly version: number;
    readonly freeVersionBits: number;
    readonly parent: Hash;
    /** Bounds of nTime, both inclusive. */
    readonly minTimeS: number;
    readonly maxTimeS: number;
    readonly coinbaseHead: Uint8Array;
    readonly extranonceBytes: number;
    readonly coinbaseTail: Uint8Array;
  };
  readonly work: WorkFacts;
  /** Fees included. */
  readonly rewardAtoms: bigint;
  readonly feesAtoms: bigint;
  readonly transactionCount: number;
  readonly expiresMs: number;
}

export type SealOutcome =
  | { readonly kind: "imported" | "stored" | "known" | "waiting"; readonly block: BlockPoint }
  | { readonly kind: "refused"; readonly fault: Fault }
  | { readonly kind: "unknown" | "expired" };

export interface WorkOrders {
  /** @returns null when this chain's blocks are not searched. @throws OperationError `cannot-produce` */
  template(address: Address): WorkTemplate | null;
  /** The block of a template without its seal, as it is stored; null for a template that is not known. */
  block(templateId: string): Uint8Array | null;
  /**
   * @param seal of the engine's own form
   * @param block what `block` gave, perhaps in another process: without it only known templates are sealed
   * @throws OperationError when the disk fails
   */
  seal(templateId: string, seal: Uint8Array, block?: Uint8Array): Promise<SealOutcome>;
}

/** All that the routes of a node stand on. */
export interface NodePorts {
  readonly chain: ChainView;
  readonly pending: PendingView;
  readonly orders: NodeOrders;
  readonly work: WorkOrders;
  /** `head-changed` wakes event readers; mempool and peer news is passed on. */
  readonly events: Bus<NodeEvents>;
  /** Read at each request. */
  facts(): NodeFacts;
  peers(): Awaitable<Peers>;
  health(): Awaitable<readonly HealthCheck[]>;
}
