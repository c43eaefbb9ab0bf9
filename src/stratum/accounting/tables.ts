/**
 * The tables of the pool's journal. Amounts, work and PPS values are decimal text, because no number of SQL is wide
 * enough on both databases; sums are made here, in bigints.
 */
import type { Scheme } from "../trust/schemes.ts";

type Bytes = Uint8Array;

export interface MetaTable {
  name: string;
  value: string;
}

export interface MinersTable {
  id: number;
  address: string;
  /** Atoms, its own or what the operator chose for it; null: the pool's. */
  threshold: string | null;
  /** Earned and spendable, not yet in a payout; below 0 only after a deep reorganisation took back what was paid. */
  owed: string;
  /** In signed payouts that are not yet deep enough in the chain. */
  paying: string;
  paid: string;
  /** Sum of the credits that are closed: what the check at the start need not add up again. */
  closed: string;
}

export interface RoundsTable {
  id: number;
  scheme: Scheme;
  fee_ppm: number;
  window_blocks: number;
  started_ms: number;
  /** Null: the current one, of which there is exactly one. */
  ended_ms: number | null;
  shares: number;
  work: string;
  /** Blocks that its work could expect to find. A statistic. */
  expected: number;
  /** Nodes of the log's frontier, one after the other. */
  frontier: Bytes;
  previous_root: Bytes;
}

export interface SharesTable {
  round: number;
  leaf: number;
  miner: number;
  /** The canonical record without pool key, round and leaf. */
  body: Bytes;
}

/** Written when a round ends. */
export interface RoundWorkTable {
  round: number;
  miner: number;
  work: string;
  shares: number;
  expected: number;
}

export interface TreeHeadsTable {
  round: number;
  size: number;
  /** 1 for the last of its round. */
  final: number;
  time_ms: number;
  root: Bytes;
  signature: Bytes;
}

export type BlockState = "pending" | "confirmed" | "orphaned";

export interface BlocksTable {
  /** Hex. */
  id: string;
  round: number;
  height: number;
  /** Who found it. */
  miner: number;
  state: BlockState;
  block_work: string;
  found_ms: number;
  /** These four are null until the node has been seen to hold the block in its chain. */
  reward: string | null;
  fee: string | null;
  /** What does not go to miners: fee, under PPS the whole. */
  pool_atoms: string | null;
  total_work: string | null;
  /** What the node said when it refused the block. */
  refused: string | null;
  /** 1: too deep to change, and its credits are in the miners' sums. */
  closed: number;
}

export type CreditKind = "block" | "pps" | "withdrawal";

export interface CreditsTable {
  kind: CreditKind;
  /** Id of the block, number of the round or of the withdrawal. */
  ref: string;
  miner: number;
  /** Of the block or the purchase; 0 for a withdrawal. */
  round: number;
  work: string;
  amount: string;
  /** PPS: the exact sum in 2^-64 atoms of which `amount` is the whole part. */
  value: string | null;
}

/** `signed` covers everything until the transaction is deep enough: it is submitted again until then. */
export type PayoutState = "signed" | "confirmed" | "released";

export interface PayoutsTable {
  id: number;
  nonce: number;
  tx_id: string;
  bytes: Bytes;
  fee: string;
  /** What creating accounts was expected to burn. */
  burn: string;
  /** Sum of its outputs' gross. */
  cost: string;
  state: PayoutState;
  created_ms: number;
  /** Of the block that holds it, when last seen in one. */
  height: number | null;
}

export interface PayoutOutputsTable {
  payout: number;
  miner: number;
  /** Taken from what was owed: amount + fee_part + burn. */
  gross: string;
  amount: string;
  fee_part: string;
  burn: string;
}

/** What moves the pool's own account beside blocks and PPS credits. */
export interface PoolEntriesTable {
  id: number;
  time_ms: number;
  kind: "withdrawal" | "account-creation";
  amount: string;
}

/** Of a minute and a miner; miner 0 is the whole pool. A statistic: the last minute may be lost in a crash. */
export interface SamplesTable {
  minute: number;
  miner: number;
  shares: number;
  work: string;
}

/** Test mode only: shares that have a receipt and are not in the log. */
export interface WithheldTable {
  id: number;
  round: number;
  leaf: number;
  miner: number;
  body: Bytes;
}

/** The newest orders of each miner about its own threshold. */
export interface ThresholdOrdersTable {
  miner: number;
  /** When it was signed; grows with each order of a miner. */
  time_ms: number;
  /** Atoms; null: the pool's. */
  threshold: string | null;
  /** Signature and body (THRESHOLD-1). */
  signed: Bytes;
}

export interface Tables {
  meta: MetaTable;
  miners: MinersTable;
  rounds: RoundsTable;
  shares: SharesTable;
  round_work: RoundWorkTable;
  tree_heads: TreeHeadsTable;
  blocks: BlocksTable;
  credits: CreditsTable;
  payouts: PayoutsTable;
  payout_outputs: PayoutOutputsTable;
  pool_entries: PoolEntriesTable;
  samples: SamplesTable;
  withheld: WithheldTable;
  threshold_orders: ThresholdOrdersTable;
}
