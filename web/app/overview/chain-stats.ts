/** Figures of the last blocks. Lists of blocks come newest first, as the cache has them; trends go out oldest first. */
import type { BlockSummary } from "#api/contract";

type Timed = Pick<BlockSummary, "timeMs">;

/** Seconds between neighbours, oldest first; genesis is left out, since its time was chosen. */
export function blockIntervalsS(blocks: readonly (Timed & Pick<BlockSummary, "height">)[]): readonly number[] {
  const intervals: number[] = [];
  for (let i = blocks.length - 1; i > 0; i--) {
    const older = blocks[i]!;
    const newer = blocks[i - 1]!;
    if (older.height > 0) intervals.push(Math.max(0, newer.timeMs - older.timeMs) / 1000);
  }
  return intervals;
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Each value with up to `width - 1` before it, averaged. */
export function smooth(values: readonly number[], width: number): readonly number[] {
  return values.map((_, i) => mean(values.slice(Math.max(0, i - width + 1), i + 1)) ?? 0);
}

/** Transactions a second of each block, oldest first. */
export function throughput(
  blocks: readonly (Timed & Pick<BlockSummary, "height" | "transactionCount">)[],
): readonly number[] {
  const rates: number[] = [];
  for (let i = blocks.length - 2; i >= 0; i--) {
    if (blocks[i + 1]!.height === 0) continue;
    const seconds = Math.max(0.001, (blocks[i]!.timeMs - blocks[i + 1]!.timeMs) / 1000);
    rates.push(blocks[i]!.transactionCount / seconds);
  }
  return rates;
}

/** Transactions a second over all the blocks but the oldest. */
export function meanThroughput(
  blocks: readonly (Timed & Pick<BlockSummary, "height" | "transactionCount">)[],
): number | null {
  const timed = blocks.filter((block) => block.height > 0);
  const newest = timed[0];
  const oldest = timed.at(-1);
  if (newest === undefined || oldest === undefined || newest.timeMs <= oldest.timeMs) return null;
  const count = timed.slice(0, -1).reduce((sum, block) => sum + block.transactionCount, 0);
  return count / ((newest.timeMs - oldest.timeMs) / 1000);
}

/** Hashes a second that would have made this much weight in this time. */
export function hashRate(
  from: { weight: string; timeMs: number },
  to: { weight: string; timeMs: number },
): number | null {
  const seconds = (to.timeMs - from.timeMs) / 1000;
  return seconds <= 0 ? null : Number(BigInt(to.weight) - BigInt(from.weight)) / seconds;
}

const SCALE = ["", "k", "M", "G", "T", "P", "E"];

/** Three digits and a prefix: 8190 → ["8.19", "k"]. */
export function withPrefix(value: number): readonly [number: string, prefix: string] {
  let size = 0;
  let rest = value;
  while (rest >= 1000 && size < SCALE.length - 1) {
    rest /= 1000;
    size++;
  }
  return [rest >= 100 || (size === 0 && Number.isInteger(rest)) ? rest.toFixed(0) : rest.toPrecision(3), SCALE[size]!];
}
