/** Seals on worker threads, as fast as they go. */
import type { Clock } from "#base";
import type { SearchCounts } from "./miner/search-threads.ts";
import type { Sealer } from "./sealer.ts";
import { createWorkerThreads } from "./worker-threads.ts";

export interface ThreadSealer extends Sealer {
  counts(): SearchCounts;
}

export function createThreadSealer(count: number, clock: Clock): ThreadSealer {
  const threads = createWorkerThreads(count, clock);
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
