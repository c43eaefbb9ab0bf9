/** Shares and work by the minute, for charts and hash rates: statistics, kept in memory until their minute is over. */
import type { Writer } from "./database.ts";

const MINUTE_MS = 60_000;
/** The row of the whole pool. */
export const WHOLE_POOL = 0;
/** Of single miners, and of the pool. */
const KEEP_MINER_MINUTES = 24 * 60;
const KEEP_POOL_MINUTES = 7 * 24 * 60;

interface Sample {
  shares: number;
  work: bigint;
}

export interface Sampler {
  add(miner: number, work: bigint, timeMs: number): void;
  /** Writes the minutes that are over at `nowMs`, and forgets old ones. */
  save(tx: Writer, nowMs: number): Promise<void>;
}

export function createSampler(): Sampler {
  const minutes = new Map<number, Map<number, Sample>>();
  const addTo = (samples: Map<number, Sample>, miner: number, work: bigint): void => {
    const sample = samples.get(miner) ?? { shares: 0, work: 0n };
    samples.set(miner, { shares: sample.shares + 1, work: sample.work + work });
  };
  return {
    add(miner, work, timeMs) {
      const minute = Math.floor(timeMs / MINUTE_MS);
      const samples = minutes.get(minute) ?? new Map<number, Sample>();
      minutes.set(minute, samples);
      addTo(samples, miner, work);
      addTo(samples, WHOLE_POOL, work);
    },
    async save(tx, nowMs) {
      const now = Math.floor(nowMs / MINUTE_MS);
      const over = [...minutes].filter(([minute]) => minute < now);
      for (const [minute, samples] of over) {
        const rows = [...samples].map(([miner, { shares, work }]) => ({ minute, miner, shares, work: String(work) }));
        for (let at = 0; at < rows.length; at += 1_000)
          await tx
            .insertInto("samples")
            .values(rows.slice(at, at + 1_000))
            .onConflict((conflict) => conflict.columns(["minute", "miner"]).doNothing())
            .execute();
      }
      if (over.length === 0) return;
      await tx
        .deleteFrom("samples")
        .where("minute", "<", now - KEEP_POOL_MINUTES)
        .execute();
      await tx
        .deleteFrom("samples")
        .where("miner", "!=", WHOLE_POOL)
        .where("minute", "<", now - KEEP_MINER_MINUTES)
        .execute();
      for (const [minute] of over) minutes.delete(minute);
    },
  };
}
