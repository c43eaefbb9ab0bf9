/** What an audit asks the pool and a node for, and what it finds (rules AUDIT-3 to AUDIT-11). */
import type { Address, BlockId, Hash, Key, TransactionId } from "#base";
import type { Output } from "#model";
import type { SignedStatement } from "./statement.ts";
import type { TakenThreshold } from "./taken-threshold.ts";
import type { SignedTreeHead } from "./tree-head.ts";

/** The pool's public side. Nothing it says is believed without proof. */
export interface AuditSource {
  /** All that were published of a round, the smallest first. */
  heads(round: number): Promise<readonly SignedTreeHead[]>;
  inclusionProof(round: number, leaf: number, size: number): Promise<readonly Hash[] | null>;
  consistencyProof(round: number, from: number, to: number): Promise<readonly Hash[] | null>;
  /** At most `count` records from this leaf on; fewer at the end. */
  records(round: number, from: number, count: number): Promise<readonly Uint8Array[]>;
  /** @returns null for a round that has not ended, or whose block the chain has not shown yet */
  statement(round: number): Promise<SignedStatement | null>;
  account(address: Address): Promise<AuditedAccount | null>;
  /** What the account earned, the newest first. @param before the `next` of the page before */
  credits(address: Address, before: number | null): Promise<AuditedCredits>;
}

export interface AuditedCredits {
  readonly items: readonly AuditedCredit[];
  /** Null at the end. */
  readonly next: number | null;
}

export interface AuditedCredit {
  readonly kind: "block" | "pps" | "withdrawal";
  /** 0 for a withdrawal. */
  readonly round: number;
  /** Of the block that ended the round; null where there is none yet. */
  readonly height: number | null;
  readonly state: "pending" | "confirmed" | "orphaned";
  readonly amountAtoms: bigint;
}

export interface AuditedAccount {
  readonly owedAtoms: bigint;
  readonly payingAtoms: bigint;
  readonly paidAtoms: bigint;
  /** Of confirmed blocks, of PPS rounds, and of withdrawals. */
  readonly earnedAtoms: bigint;
  /** In force. */
  readonly thresholdAtoms: bigint;
  /** The miner's own, the newest first. */
  readonly thresholdOrders: readonly TakenThreshold[];
  /** The newest first, without those that were given up. */
  readonly payouts: readonly AuditedPayout[];
}

export interface AuditedPayout {
  readonly transaction: TransactionId;
  /** What the chain must show for this address. */
  readonly amountAtoms: bigint;
  /** Its parts of the transaction's fee and of what creating accounts burns. */
  readonly costAtoms: bigint;
  readonly isConfirmed: boolean;
  /** When it was signed. */
  readonly createdMs: number;
}

/** A node that the miner trusts, rather its own. */
export interface AuditChain {
  block(id: BlockId): Promise<{ readonly canonical: boolean; readonly rewardAtoms: bigint } | null>;
  /** @returns null for a transfer that is not in the chain */
  transfer(id: TransactionId): Promise<{ readonly height: number; readonly outputs: readonly Output[] } | null>;
  headHeight(): Promise<number>;
  /** Of the block of the chain at this height. */
  timeMsAt(height: number): Promise<number>;
}

export interface AuditRequest {
  readonly chainId: Hash;
  /** Known from elsewhere than this audit, or from the first receipt ever. */
  readonly poolKey: Key;
  readonly address: Address;
  /** Bytes, as the pool gave them. */
  readonly receipts: readonly Uint8Array[];
  /** Heads kept from earlier audits: a pool that shows different histories to different people is found by them. */
  readonly knownHeads: readonly SignedTreeHead[];
  /** The pool's words, kept by the miner, that it has taken an order about its threshold. */
  readonly knownThresholds: readonly TakenThreshold[];
  /** Of the chain: a reward can be spent so many blocks after its own. */
  readonly maturityBlocks: number;
  /** Rounds to recompute as a whole, beside those of the receipts. */
  readonly rounds: readonly number[];
}

/**
 * `proof`: the pool's own signatures contradict each other, which convinces everybody. `wrong`: what the pool shows does not
 * fit. `suspicion`: possible by chance, at the probability given.
 */
export type Severity = "proof" | "wrong" | "suspicion";

export type FindingCode =
  | "share-dropped"
  | "share-unproved"
  | "log-forked"
  | "log-shrunk"
  | "log-unproved"
  | "log-differs"
  | "head-unsigned"
  | "record-malformed"
  | "record-repeated"
  | "work-too-low"
  | "coinbase-differs"
  | "bits-malformed"
  | "work-inflated"
  | "statement-unsigned"
  | "statement-block"
  | "statement-reward"
  | "credits-differ"
  | "balance-differs"
  | "payout-missing"
  | "payout-differs"
  | "payout-early"
  | "payout-late"
  | "payout-overdue"
  | "credit-withheld"
  | "threshold-forged"
  | "threshold-ignored";

export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  readonly text: string;
  readonly round?: number;
  /** Hex of what proves it, by name. */
  readonly evidence: Readonly<Record<string, string>>;
}

export interface AuditReport {
  readonly findings: readonly Finding[];
  /** Receipts of shares that no published head covers yet: audit again later. */
  readonly waiting: number;
  /** Receipts that are none of this pool, chain and address; they prove nothing. */
  readonly foreign: number;
  /** Rounds whose shares the pool no longer shows; what depends on them could not be recomputed. */
  readonly unavailable: readonly number[];
  /** Of the blocks asked for: those that the auditor's node does not have. All of them: it is on another chain, or behind. */
  readonly unknownBlocks: number;
  readonly checked: {
    readonly blocks: number;
    readonly receipts: number;
    readonly rounds: number;
    readonly shares: number;
    readonly credits: number;
    readonly payouts: number;
  };
  /** To be kept for the next audit. */
  readonly heads: readonly SignedTreeHead[];
}
