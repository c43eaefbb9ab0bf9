/** Minutes of a chart: those without shares are not told, and were not without a rate: it was 0. */
import type { PoolSample } from "#api/contract";

const MINUTE_MS = 60_000;

export interface Minutes {
  readonly timesS: readonly number[];
  readonly hashRates: readonly number[];
  readonly shares: readonly number[];
}

/** From the first sample to the last whole minute before `nowMs`. */
export function fillMinutes(samples: readonly PoolSample[], nowMs: number): Minutes {
  const first = samples[0];
  const [timesS, hashRates, shares]: [number[], number[], number[]] = [[], [], []];
  if (first === undefined) return { timesS, hashRates, shares };
  const known = new Map(samples.map((sample) => [sample.timeMs, sample]));
  const last = Math.max(samples.at(-1)!.timeMs, Math.floor(nowMs / MINUTE_MS) * MINUTE_MS - MINUTE_MS);
  for (let timeMs = first.timeMs; timeMs <= last; timeMs += MINUTE_MS) {
    const sample = known.get(timeMs);
    timesS.push(timeMs / 1_000);
    hashRates.push(sample?.hashRate ?? 0);
    shares.push(sample?.shares ?? 0);
  }
  return { timesS, hashRates, shares };
}
