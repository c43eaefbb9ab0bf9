/** Searches on worker threads, as fast as they go. The main thread hands out ranges of nonces. */
import { Worker } from "node:worker_threads";
import type { Clock } from "#base";
import type { SearchJob } from "#consensus";
import { createRateMeter, type Sealer } from "./sealer.ts";
import type { SearchAnswer, SearchRequest } from "./search-worker.ts";

/** About 10 ms of search; the delay with which a thread turns to a new job. */
const RANGE = 16_384;
const NONCES = 2 ** 32;
const SMALL_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

interface Search {
  readonly no: number;
  readonly job: SearchJob;
  readonly finish: (seal: Uint8Array | null) => void;
  rolled: SearchJob;
  round: number;
  next: number;
}

interface Thread {
  readonly worker: Worker;
  /** What it works on; null when idle. */
  range: { readonly search: Search; readonly rolled: SearchJob; readonly from: number } | null;
}

export function createThreadSealer(threads: number, clock: Clock): Sealer {
  const meter = createRateMeter(() => clock.nowMs());
  const pool: Thread[] = [];
  let current: Search | null = null;
  let searches = 0;
  let stopped = false;

  const give = (thread: Thread): void => {
    const search = current;
    if (search === null || stopped) {
      thread.range = null;
      return;
    }
    if (search.next >= NONCES) {
      search.next = 0;
      search.rolled = search.job.roll(++search.round);
    }
    thread.range = { search, rolled: search.rolled, from: search.next };
    search.next += RANGE;
    const request: SearchRequest = {
      job: search.no,
      preimage: search.rolled.preimage,
      target: search.job.target,
      from: thread.range.from,
      count: RANGE,
    };
    thread.worker.postMessage(request);
  };
  const take = (thread: Thread, answer: SearchAnswer): void => {
    meter.add(answer.tried);
    const range = thread.range;
    if (range !== null && answer.nonce !== null && range.search === current) {
      current = null;
      range.search.finish(range.rolled.seal(answer.nonce));
    }
    give(thread);
  };
  const spawn = (): void => {
    const worker = new Worker(new URL("./search-worker.ts", import.meta.url), {
      name: "search",
      resourceLimits: SMALL_HEAP,
    });
    const thread: Thread = { worker, range: null };
    worker.unref();
    worker.on("message", (answer: SearchAnswer) => take(thread, answer));
    worker.on("error", () => {
      pool.splice(pool.indexOf(thread), 1);
      if (!stopped) spawn();
    });
    pool.push(thread);
    give(thread);
  };

  return {
    hashRate: () => meter.perSecond(),
    seal(job, signal) {
      return new Promise((resolve) => {
        if (signal.aborted || stopped) return resolve(null);
        const finish = (seal: Uint8Array | null): void => {
          signal.removeEventListener("abort", abort);
          resolve(seal);
        };
        const search: Search = { no: searches++, job, finish, rolled: job, round: 0, next: 0 };
        const abort = (): void => {
          if (current === search) current = null;
          finish(null);
        };
        signal.addEventListener("abort", abort, { once: true });
        current?.finish(null);
        current = search;
        while (pool.length < threads) spawn();
        for (const thread of pool) if (thread.range === null) give(thread);
      });
    },
    async stop() {
      stopped = true;
      current?.finish(null);
      current = null;
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}
