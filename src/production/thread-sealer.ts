/** Seals on worker threads, as fast as they go. */
import type { Clock } from "#base";
import type { Sealer } from "./sealer.ts";
import { createSearchThreads, type SearchCounts } from "./search-threads.ts";

export interface ThreadSealer extends Sealer {
  counts(): SearchCounts;
}

export function createThreadSealer(count: number, clock: Clock): ThreadSealer {
  const threads = createSearchThreads(count, clock);
  let finishCurrent: (seal: Uint8Array | null) => void = () => {};
  let stopped = false;
  return {
    hashRate: () => threads.hashRate(),
    counts: () => threads.counts(),
    seal(job, signal) {
      return new Promise((resolve) => {
        if (signal.aborted || stopped) return resolve(null);
        const finish = (seal: Uint8Array | null): void => {
          signal.removeEventListener("abort", abort);
          if (finishCurrent === finish) {
            finishCurrent = () => {};
            threads.search(null);
          }
          resolve(seal);
        };
        const abort = (): void => finish(null);
        signal.addEventListener("abort", abort, { once: true });
        finishCurrent(null);
        finishCurrent = finish;
        threads.search({ job, once: true, onHit: (nonce, work) => finish(work.seal(nonce)) });
      });
    },
    async stop() {
      stopped = true;
      finishCurrent(null);
      await threads.stop();
    },
  };
}
