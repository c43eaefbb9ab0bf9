/** Bounds of what waits for a block (rule POOL-1). */
export interface MempoolOptions {
  readonly maxBytes: number;
  readonly maxTransactionsPerSender: number;
  readonly maxBytesPerSender: number;
  /** How far a nonce may lie beyond the next usable one; such transactions are held, not relayed. */
  readonly maxNonceGap: number;
  readonly maxReplacements: number;
  /** Time in which a raised fee floor halves. */
  readonly floorHalfLifeMs: number;
  /** Blocks after which the journal forgets a transaction that was included. */
  readonly journalBlocks: number;
}

export const DEFAULT_MEMPOOL_OPTIONS: MempoolOptions = {
  maxBytes: 128 * 1024 * 1024,
  maxTransactionsPerSender: 1_024,
  maxBytesPerSender: 256 * 1024,
  maxNonceGap: 64,
  maxReplacements: 10,
  floorHalfLifeMs: 600_000,
  journalBlocks: 16,
};
