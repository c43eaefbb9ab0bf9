/**
 * Who sends shares and keeps blocks back? Work that finds no blocks for too long is the only sign, and chance gives the same
 * sign now and then; so this says how improbable a record is, and how many records were looked at (rules LUCK-1 to LUCK-4).
 */
import { poissonAtLeast, poissonAtMost, poissonBand } from "./poisson.ts";

/** What somebody's shares were worth and what they found. */
export interface BlockRecord {
  readonly name: string;
  /** Σ work ÷ block's work, over all shares. */
  readonly expected: number;
  readonly found: number;
}

export interface Band {
  readonly level: number;
  readonly low: number;
  readonly high: number;
}

/** `suspect` from 1 in 1,000, `withholding` from 1 in 10^6, both after the correction for the number of records. */
export type Verdict = "too-early" | "normal" | "suspect" | "withholding";

export interface LuckReport extends BlockRecord {
  /** found ÷ expected; null before anything was expected. */
  readonly luck: number | null;
  readonly bands: readonly Band[];
  /** Probability of so few blocks or fewer from honest work. */
  readonly fewer: number;
  /** Probability of so many or more. */
  readonly more: number;
  /** `fewer` times the number of records looked at, at most 1 (Bonferroni): what the verdict goes by. */
  readonly corrected: number;
  readonly verdict: Verdict;
}

const LEVELS = [0.95, 0.99];
const SUSPECT = 1e-3;
const WITHHOLDING = 1e-6;
/** Below this expectation even no block at all says nothing. */
const LEAST_EXPECTED = Math.log(1 / SUSPECT);

/** @param tests how many records are looked at together, at least 1 */
export function judgeLuck(record: BlockRecord, tests: number): LuckReport {
  const { expected, found } = record;
  const fewer = poissonAtMost(found, expected);
  const corrected = Math.min(1, fewer * Math.max(1, tests));
  return {
    ...record,
    luck: expected > 0 ? found / expected : null,
    bands: LEVELS.map((level) => ({ level, ...poissonBand(expected, level) })),
    fewer,
    more: poissonAtLeast(found, expected),
    corrected,
    verdict: verdictOf(expected, corrected),
  };
}

/** The least probable first. */
export function judgeAll(records: readonly BlockRecord[]): LuckReport[] {
  return records.map((record) => judgeLuck(record, records.length)).sort((a, b) => a.fewer - b.fewer);
}

function verdictOf(expected: number, corrected: number): Verdict {
  if (expected < LEAST_EXPECTED) return "too-early";
  if (corrected <= WITHHOLDING) return "withholding";
  return corrected <= SUSPECT ? "suspect" : "normal";
}
