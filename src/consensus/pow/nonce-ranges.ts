/** Hands out the nonces of a job in pieces, to whoever searches beside whom. */
import type { SearchJob } from "../engine.ts";

const NONCES = 2 ** 32;

export interface NonceRange {
  /** The job, in the round that the nonces belong to. */
  readonly work: SearchJob;
  readonly from: number;
  /** At most what was asked for; `from + count` is at most 2^32. */
  readonly count: number;
}

/** @returns gives the next nonces, no nonce twice: after the last one the job is rolled */
export function createNonceRanges(job: SearchJob): (count: number) => NonceRange {
  let work = job;
  let round = 0;
  let next = 0;
  return (wanted) => {
    if (next >= NONCES) {
      work = job.roll(++round);
      next = 0;
    }
    const count = Math.min(wanted, NONCES - next);
    const range = { work, from: next, count };
    next += count;
    return range;
  };
}
