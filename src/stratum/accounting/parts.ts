/** What accounting is told and given: plain options, and the collaborators that every part of it shares. */
import type { BlockId, Clock, Hash, Logger } from "#base";
import type { Bus } from "#events";
import type { Terms } from "../trust/schemes.ts";
import type { PoolDatabase } from "./database.ts";
import type { PayoutSigner, PoolChain } from "./pool-chain.ts";

export interface AccountingOptions {
  readonly chainId: Hash;
  /** Of the chain's addresses: `agon` or `tagon`. */
  readonly addressPrefix: string;
  /** Terms of rounds that begin from now on. */
  readonly terms: Terms;
  /** A batch of shares is written after so long, or when it is full. */
  readonly commitMs: number;
  readonly maxBatch: number;
  /** Shares that wait to be written; more are refused. */
  readonly maxQueue: number;
  /** While nothing can be written, it is tried again so often. */
  readonly retryMs: number;
  /** How often the log of the current round is signed. */
  readonly headEveryMs: number;
  /** How often blocks and payouts are looked after. */
  readonly settleEveryMs: number;
  /** From the chain's specification: a reward is spendable so many blocks after its own. */
  readonly maturityBlocks: number;
  /** A payout is final for the books when so many blocks lie on the one that holds it. */
  readonly payoutDepth: number;
  /** Blocks and payouts are watched for reorganisations until they are so deep. */
  readonly watchBlocks: number;
  readonly thresholdAtoms: bigint;
  /** A miner may not choose a lower threshold. */
  readonly minThresholdAtoms: bigint;
  readonly feePerByteAtoms: bigint;
  readonly newAccountBurnAtoms: bigint;
  readonly minOutputAtoms: bigint;
  /** The pool's own account may fall so far below 0 (PPS); then no more shares are taken until it recovers. */
  readonly reserveAtoms: bigint;
  /** Test mode of the audit: each n-th share gets its receipt and is left out of the log. 0 in earnest. */
  readonly dropEvery: number;
  /** Rounds whose shares are kept at least, beside those that open blocks and the window need. */
  readonly keepRounds: number;
}

/** What a pool has unless it says otherwise; chain, prefix and the chain's numbers come from its specification. */
export const ACCOUNTING_DEFAULTS = {
  terms: { scheme: "pplns", feePpm: 10_000, windowBlocks: 2 },
  commitMs: 10,
  maxBatch: 500,
  maxQueue: 20_000,
  retryMs: 1_000,
  headEveryMs: 10_000,
  settleEveryMs: 2_000,
  payoutDepth: 10,
  watchBlocks: 1_000,
  thresholdAtoms: 100n * 100_000_000n,
  minThresholdAtoms: 100_000_000n,
  feePerByteAtoms: 20n,
  reserveAtoms: 0n,
  dropEvery: 0,
  keepRounds: 1_000,
} satisfies Partial<AccountingOptions>;

export interface AccountingParts {
  readonly database: PoolDatabase;
  readonly chain: PoolChain;
  readonly signer: PayoutSigner;
  /** Of the pool's key for receipts and tree heads, which is not the key of its money. */
  readonly receiptSeed: Uint8Array;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: Bus<AccountingEvents>;
}

interface BlockNews {
  readonly id: BlockId;
  readonly height: number;
  readonly round: number;
}

interface PayoutNews {
  readonly transactionId: Hash;
  readonly nonce: number;
  readonly miners: number;
}

/** Each comes after what it tells of is durable. */
export interface AccountingEvents {
  /** The node holds the block in its chain: its reward is divided, and waits to mature. */
  readonly "block-credited": BlockNews & { readonly rewardAtoms: bigint };
  readonly "block-confirmed": BlockNews & { readonly rewardAtoms: bigint };
  /** The block left the chain: its credits are taken back from these miners. */
  readonly "block-orphaned": BlockNews & { readonly addresses: readonly string[] };
  readonly "payout-signed": PayoutNews;
  readonly "payout-confirmed": PayoutNews & { readonly height: number };
  /** A reorganisation took the transaction out; the same bytes are submitted again. */
  readonly "payout-dropped": PayoutNews;
  /** Why no shares are counted at present, or null when they are again. */
  readonly obstacle: { readonly text: string | null };
}
