import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asHash, readUint, systemClock } from "#base";
import { createPartsJob, type SearchJob } from "#consensus";
import { sha256d } from "#crypto";
import type { SearchThreads } from "./miner/search-threads.ts";
import { createWorkerThreads } from "./worker-threads.ts";

const THREADS = 2;
/** As the worker's: the most that a thread does before it sees that another job is wanted. */
const STEP = 8_192;
const EASY_BITS = 0x1f040000;
/** About 2^232 hashes. */
const HOPELESS_BITS = 0x0400ffff;

function jobOf(bits: number, no: number): SearchJob {
  const parent = asHash(new Uint8Array(32).fill(no));
  const pieces = { coinbaseHead: new Uint8Array(85), coinbaseTail: new Uint8Array(19) };
  return createPartsJob({ version: 0x20000000, parent, minTimeS: 1, bits, ...pieces }, (round) =>
    new Uint8Array(16).fill(round),
  );
}

function holds(work: SearchJob, nonce: number): boolean {
  const bytes = work.preimage.slice();
  new DataView(bytes.buffer).setUint32(work.nonceAt, nonce, true);
  return readUint(sha256d(bytes), 0, 32) <= work.target;
}

let threads: SearchThreads;
beforeEach(() => {
  threads = createWorkerThreads(THREADS, systemClock());
});
afterEach(() => threads.stop());

describe("threads that search", () => {
  it("go on behind each hit, and try no nonce twice", async () => {
    const hits: number[] = [];
    const enough = Promise.withResolvers<void>();
    const order = {
      job: jobOf(EASY_BITS, 1),
      once: false,
      onHit(nonce: number, work: SearchJob) {
        expect(holds(work, nonce)).toBe(true);
        if (hits.push(nonce) === 40) enough.resolve();
      },
    };
    threads.search(order);
    await enough.promise;
    threads.search(null);
    expect(new Set(hits).size).toBe(hits.length);
    // About one nonce in 16,384 is a hit.
    expect(Math.max(...hits)).toBeLessThan(40 * 16_384 * 10);
  });

  it("turn to another job within a step each, and count what was in vain", async () => {
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    const switches = 20;
    for (let no = 1; no <= switches; no++) {
      const { tried } = threads.counts();
      threads.search({ job: jobOf(HOPELESS_BITS, no), once: true, onHit() {} });
      await until(() => threads.counts().tried > tried + 2 * STEP);
    }
    const found = Promise.withResolvers<SearchJob>();
    threads.search({ job: jobOf(EASY_BITS, 99), once: true, onHit: (_nonce, work) => found.resolve(work) });
    expect((await found.promise).preimage[4]).toBe(99);
    const { tried, stale } = threads.counts();
    expect(stale).toBeLessThanOrEqual((switches + 1) * THREADS * STEP);
    expect(tried).toBeGreaterThan(stale);
    expect(threads.hashRate()).toBeGreaterThan(0);
  });

  it("take hits of the order before where the new one goes on from it, and only there", async () => {
    const hits: string[] = [];
    const order = (no: number, bits: number, continues: boolean) => ({
      ...{ job: jobOf(bits, no), once: false, continues },
      onHit: (_nonce: number, work: SearchJob) => void hits.push(`${no} of ${work.preimage[4]}`),
    });
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
    };
    threads.search(order(1, EASY_BITS, false));
    await until(() => hits.length > 0);
    const { tried } = threads.counts();
    // Hits of the first are on their way in nearly every case; where they are, they come as those of the first.
    threads.search(order(2, HOPELESS_BITS, true));
    await until(() => threads.counts().tried > tried + 4 * STEP);
    threads.search(order(3, EASY_BITS, false));
    const before = hits.length;
    await until(() => hits.length > before);
    expect(new Set(hits.slice(0, before))).toEqual(new Set(["1 of 1"]));
    expect(new Set(hits.slice(before))).toEqual(new Set(["3 of 3"]));
    expect(threads.counts().stale).toBeLessThanOrEqual(THREADS * STEP);
  });

  it("wait while they are held, and go on where they were", async () => {
    const hits: number[] = [];
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
    };
    threads.search({ job: jobOf(EASY_BITS, 1), once: false, onHit: (nonce) => void hits.push(nonce) });
    for (let round = 1; round <= 2; round++) {
      await until(() => hits.length >= 3 * round);
      threads.hold();
      threads.goOn();
    }
    await until(() => hits.length >= 12);
    threads.search(null);
    expect(new Set(hits).size).toBe(hits.length);
    expect(threads.counts().stale).toBeLessThanOrEqual(THREADS * STEP);
  });
});
