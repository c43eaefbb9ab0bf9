/** Threads of this page that search. */
import type { Clock } from "#base";
import { createSearchThreads, type SearchAnswer, type SearchThreads } from "#production/miner";

/** A thread of a page ends its range before it turns to another job, so ranges are short. */
const RANGE_MS = 15;

export function createPageThreads(count: number, clock: Clock): SearchThreads {
  return createSearchThreads(
    { count, rangeMs: RANGE_MS },
    {
      ...{ clock, wanted: null },
      spawn(onAnswer, onEnd) {
        const worker = new Worker(new URL("./search-worker.ts", import.meta.url), { type: "module", name: "search" });
        worker.addEventListener("message", ({ data }: MessageEvent<SearchAnswer>) => onAnswer(data));
        worker.addEventListener("error", onEnd);
        return { send: (request) => worker.postMessage(request), stop: async () => worker.terminate() };
      },
    },
  );
}
