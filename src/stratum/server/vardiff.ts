/** How often a miner sends shares is kept near one in `shareMs` by moving its difficulty (rule STRATUM-8). */
import { roundDifficulty } from "./difficulty.ts";

export interface VardiffOptions {
  /** Wanted time between two shares of a connection. */
  readonly shareMs: number;
  /** After this time the difficulty is looked at, however few shares came. */
  readonly retargetMs: number;
  /** Within this many per cent of the wanted rate nothing moves. */
  readonly variancePercent: number;
  readonly minDifficulty: number;
  readonly maxDifficulty: number;
}

/** What came since the difficulty was last looked at. */
export interface ShareWindow {
  readonly sinceMs: number;
  readonly shares: number;
  /** Sum over the shares of the difficulty each was judged by. */
  readonly difficulty: number;
}

/** So many shares are enough to judge by before the time is up: their rate is known to a quarter. */
const ENOUGH_SHARES = 16;
/** A miner that falls silent is not followed faster than this, one that is too fast is brought down at once. */
const MOST_DOWN = 4;
const MOST_UP = 256;

/**
 * @param current difficulty at present
 * @param floor below which this miner does not want to go; 0 where it said nothing
 * @returns the difficulty from now on, and then a new window begins; null while the window is still too short
 */
export function retarget(
  window: ShareWindow,
  current: number,
  floor: number,
  nowMs: number,
  options: VardiffOptions,
): number | null {
  const elapsedMs = Math.max(1, nowMs - window.sinceMs);
  if (window.shares < ENOUGH_SHARES && elapsedMs < options.retargetMs) return null;
  const ideal = (window.difficulty * options.shareMs) / elapsedMs;
  const ratio = ideal / current;
  const variance = options.variancePercent / 100;
  if (ratio >= 1 / (1 + variance) && ratio <= 1 + variance) return clampDifficulty(current, floor, options);
  return clampDifficulty(current * Math.min(Math.max(ratio, 1 / MOST_DOWN), MOST_UP), floor, options);
}

/** Into the pool's bounds, not below the miner's own floor, and onto the grid. */
export function clampDifficulty(
  value: number,
  floor: number,
  { minDifficulty, maxDifficulty }: Pick<VardiffOptions, "minDifficulty" | "maxDifficulty">,
): number {
  return roundDifficulty(Math.min(Math.max(value, floor, minDifficulty), maxDifficulty));
}
