/** Bounds of what waits for a block (docs/spec/mempool.md). */
import { defaultsOf, type ValuesOf } from "#base";

export const MEMPOOL_SETTINGS = {
  maxBytes: {
    default: 128 * 1024 * 1024,
    unit: "bytes",
    min: 1_048_576,
    max: 2 ** 34,
    about: "size of all pending transactions; beyond it those that pay worst go",
  },
  maxTransactionsPerSender: {
    default: 1_024,
    unit: "transactions",
    min: 1,
    max: 100_000,
    about: "pending transactions of one account",
  },
  maxBytesPerSender: {
    default: 256 * 1024,
    unit: "bytes",
    min: 16_600,
    max: 2 ** 30,
    about: "size of one account's pending transactions",
  },
  maxNonceGap: {
    default: 64,
    unit: "nonces",
    min: 0,
    max: 10_000,
    about: "how far a nonce may lie beyond the next usable one; such transactions are held, not relayed",
  },
  maxReplacements: { default: 10, unit: "times", min: 0, max: 1_000, about: "replacements of one nonce" },
  floorHalfLifeMs: {
    default: 600_000,
    unit: "ms",
    min: 1_000,
    max: 86_400_000,
    about: "time in which a raised fee floor halves",
  },
  journalBlocks: {
    default: 16,
    unit: "blocks",
    min: 1,
    max: 10_000,
    about: "depth at which an included transaction leaves the journal",
  },
} as const;

export type MempoolOptions = ValuesOf<typeof MEMPOOL_SETTINGS>;
export const DEFAULT_MEMPOOL_OPTIONS: MempoolOptions = defaultsOf(MEMPOOL_SETTINGS);
