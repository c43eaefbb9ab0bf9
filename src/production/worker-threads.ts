/** Threads of this process that search. */
import { Worker } from "node:worker_threads";
import type { Clock } from "#base";
import { createSearchThreads, type SearchThreads } from "./miner/search-threads.ts";

/** Long, since a thread is stopped through shared memory, and each message costs it a little. */
const RANGE_MS = 200;
const SMALL_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

/** They start with the first order, and keep no process alive. */
export function createWorkerThreads(count: number, clock: Clock): SearchThreads {
  const wanted = new Int32Array(new SharedArrayBuffer(4));
  return createSearchThreads(
    { count, rangeMs: RANGE_MS },
    {
      ...{ clock, wanted },
      spawn(onAnswer, onEnd) {
        const worker = new Worker(new URL("./search-worker.ts", import.meta.url), {
          ...{ name: "search", resourceLimits: SMALL_HEAP, workerData: wanted },
        });
        worker.unref();
        worker.on("message", onAnswer);
        worker.on("error", onEnd);
        return { send: (request) => worker.postMessage(request), stop: () => worker.terminate() };
      },
    },
  );
}
