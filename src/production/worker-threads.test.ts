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
});
