/** What mining has come to: hashes, shares, blocks, and what was in vain. */
import type { SearchThreads } from "./search-threads.ts";

/** Expected hashes at difficulty 1. */
export const HASHES_OF_DIFFICULTY_1 = 2 ** 32;

export interface Totals {
  readonly seconds: number;
  readonly hashes: number;
  /** Hashes a second, over all the time. */
  readonly hashRate: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly stale: number;
  /** Shares that got no answer. */
  readonly lost: number;
  readonly blocks: number;
  /** Hashes for jobs not wanted any more, hashes not tried for want of work, and those of shares that did not count. */
  readonly wasted: { readonly stale: number; readonly idle: number; readonly shares: number; readonly ratio: number };
}

type Verdict = "accepted" | "rejected" | "stale" | "lost";

export interface Tally {
  /** @param difficulty of the share; 0 where there are none, as in solo mining */
  share(verdict: Verdict, difficulty: number): void;
  block(): void;
  totals(): Totals;
}

export function createTally(threads: Pick<SearchThreads, "counts">, nowMs: () => number): Tally {
  const startMs = nowMs();
  const counts = { accepted: 0, rejected: 0, stale: 0, lost: 0, blocks: 0 };
  let shareHashes = 0;
  return {
    share(verdict, difficulty) {
      counts[verdict]++;
      if (verdict !== "accepted") shareHashes += difficulty * HASHES_OF_DIFFICULTY_1;
    },
    block() {
      counts.blocks++;
    },
    totals() {
      const { tried, stale, idle } = threads.counts();
      const seconds = (nowMs() - startMs) / 1_000;
      const shares = Math.round(shareHashes);
      const ratio = tried === 0 ? 0 : Math.min(1, (stale + idle + shares) / (tried + idle));
      const hashRate = seconds === 0 ? 0 : Math.round(tried / seconds);
      return { seconds, hashes: tried, hashRate, ...counts, wasted: { stale, idle, shares, ratio } };
    },
  };
}
