/** Threads that search one job at a time, as fast as they go, and turn to another at once. */
import type { Clock } from "#base";
import { createNonceRanges, type NonceRange, type SearchJob } from "#consensus";
import { createRateMeter } from "./rate-meter.ts";
import type { SearchAnswer, SearchRequest } from "./search-protocol.ts";

const FIRST_RANGE = 16_384;
const MAX_RANGE = 2 ** 24;
const RANGES_AHEAD = 2;
const RESTART_MS = 1_000;

export interface SearchOrder {
  readonly job: SearchJob;
  /** The first hit is all that is wanted; else the search goes on behind each hit. */
  readonly once: boolean;
  /** Hits of the orders before still count, when they come. */
  readonly continues?: boolean;
  /** @param work the job in the round of the nonce */
  readonly onHit: (nonce: number, work: SearchJob) => void;
}

/** Hashes since the start. */
export interface SearchCounts {
  readonly tried: number;
  /** Of these, tried for a job that was not wanted any more: at most so many. */
  readonly stale: number;
  /** Not tried, because a thread waited for the next range. */
  readonly idle: number;
}

export interface SearchThreads {
  /** Ends what was searched before. Null: nothing is. */
  search(order: SearchOrder | null): void;
  /** Until the next order, which is expected: the time until then counts as idle. */
  pause(): void;
  /** Until `goOn`: what was found counts, and the search goes on where it was. The time until then counts as idle. */
  hold(): void;
  goOn(): void;
  hashRate(): number;
  counts(): SearchCounts;
  stop(): Promise<void>;
}

/** A thread somewhere, which answers as `createSearchServer` does. */
export interface SearchThread {
  send(request: SearchRequest): void;
  stop(): Promise<unknown>;
}

export interface SearchThreadsOptions {
  readonly count: number;
  /**
   * What a range should take; the next one waits at the thread meanwhile. Reading a message costs a thread 0.1 ms. With
   * `wanted` another job does not have to wait for the end of a range.
   */
  readonly rangeMs: number;
}

export interface SearchThreadsParts {
  readonly clock: Clock;
  /** @param onEnd the thread is gone without having been stopped */
  readonly spawn: (onAnswer: (answer: SearchAnswer) => void, onEnd: () => void) => SearchThread;
  /** Shared with the threads: the number of the first search that is wanted. */
  readonly wanted: Int32Array | null;
}

interface Thread {
  readonly port: SearchThread;
  readonly ranges: Map<number, { readonly range: NonceRange; readonly order: SearchOrder }>;
  /** How many of them are of the present search. */
  waiting: number;
  rangeSize: number;
  /** It had work of an order until this one came. */
  wasBusy: boolean;
}

interface Present {
  readonly no: number;
  readonly order: SearchOrder;
  readonly take: (count: number) => NonceRange;
}

/** They start with the first order. */
export function createSearchThreads(
  { count, rangeMs }: SearchThreadsOptions,
  { clock, spawn: open, wanted }: SearchThreadsParts,
): SearchThreads {
  const meter = createRateMeter(() => clock.nowMs());
  const threads = new Set<Thread>();
  const sums = { tried: 0, stale: 0, idle: 0 };
  let present: Present | null = null;
  let held: Present | null = null;
  /** Hits of the searches from this one on count. */
  let oldest = 0;
  let [searches, ranges] = [0, 0];
  let stopped = false;

  const fill = (thread: Thread): void => {
    while (present !== null && thread.waiting < RANGES_AHEAD) {
      const range = present.take(thread.rangeSize);
      const { preimage, target } = range.work;
      const request: SearchRequest = {
        ...{ search: present.no, range: ++ranges, preimage, target, from: range.from, count: range.count },
        ...{ once: present.order.once, countIdle: thread.wasBusy },
      };
      thread.ranges.set(request.range, { range, order: present.order });
      thread.waiting++;
      thread.wasBusy = true;
      thread.port.send(request);
    }
  };
  const take = (thread: Thread, answer: SearchAnswer): void => {
    const counts = answer.search >= oldest;
    if (answer.kind === "hit") {
      const found = thread.ranges.get(answer.range);
      if (counts) found?.order.onHit(answer.nonce, found.range.work);
      return;
    }
    thread.ranges.delete(answer.range);
    const { tried, tookMs, idleMs, stale } = answer;
    meter.add(tried);
    sums.tried += tried;
    // Threads that share nothing do not know; what comes late from them was in vain, at most.
    if (!counts) sums.stale += wanted === null ? tried : stale;
    if (tried > 0 && tookMs > 0) sums.idle += Math.round((tried / tookMs) * idleMs);
    if (present?.no === answer.search) thread.waiting--;
    const isWhole = stale === 0 && tried >= FIRST_RANGE / 4;
    if (isWhole && tookMs > 0) thread.rangeSize = Math.min(MAX_RANGE, Math.ceil((tried / tookMs) * rangeMs));
    fill(thread);
  };
  const spawn = (): void => {
    const port = open(
      (answer) => take(thread, answer),
      () => {
        threads.delete(thread);
        clock.after(RESTART_MS, () => {
          if (!stopped && threads.size < count) spawn();
        });
      },
    );
    const thread: Thread = { port, ranges: new Map(), waiting: 0, rangeSize: FIRST_RANGE, wasBusy: false };
    threads.add(thread);
    fill(thread);
  };
  const want = (search: number): void => {
    if (wanted !== null) Atomics.store(wanted, 0, search);
  };
  const begin = (next: Omit<Present, "no"> | null): void => {
    searches++;
    present = next === null ? null : { ...next, no: searches };
    for (const thread of threads) thread.waiting = 0;
    if (present !== null) while (threads.size < count) spawn();
    for (const thread of threads) fill(thread);
    // After the new ranges are at the threads: they never have to wait for them.
    want(searches);
  };
  const turnTo = (order: SearchOrder | null): void => {
    if (stopped) return;
    held = null;
    if (order?.continues !== true) oldest = searches + 1;
    begin(order === null ? null : { order, take: createNonceRanges(order.job) });
  };

  return {
    search(order) {
      turnTo(order);
      if (order === null) for (const thread of threads) thread.wasBusy = false;
    },
    pause: () => turnTo(null),
    hold() {
      if (stopped || present === null) return;
      held = present;
      begin(null);
    },
    goOn() {
      if (stopped || held === null) return;
      const next = held;
      held = null;
      begin(next);
    },
    hashRate: () => meter.perSecond(),
    counts: () => ({ ...sums }),
    async stop() {
      stopped = true;
      present = null;
      oldest = searches + 1;
      want(oldest);
      await Promise.all([...threads].map(({ port }) => port.stop()));
    },
  };
}
