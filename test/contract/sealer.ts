/** What every sealer must do, whatever searches: give a seal that holds, or nothing when told to stop. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asHash, readUint } from "#base";
import type { Engine, SearchJob } from "#consensus";
import { sha256d } from "#crypto";
import type { Sealer } from "#production";
import { minerOf } from "../support/forge.ts";

export interface SealerHarness {
  readonly sealer: Sealer;
  /** Lets time pass until the promise settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Lets the sealer work for a while. */
  work(): Promise<void>;
}

const ID = asHash(new Uint8Array(32).fill(3)) as never;

/** A job of this difficulty; another `no` is another search. */
function jobOf(engine: Engine, bits: number, no: number): SearchJob {
  const draft = { height: 1, parent: ID, timeMs: 1_793_491_300_000, proposer: minerOf(no), claim: new Uint8Array(4) };
  const job = engine.sealJob(draft, asHash(new Uint8Array(32).fill(no)), { bits });
  if (job.kind !== "search") throw new Error("this engine does not search");
  return job;
}

const EASY_BITS = 0x1f7fffff;
/** About 2^232 hashes. */
const HOPELESS_BITS = 0x0400ffff;

/** Whether the nonce in the seal solves the job. */
function holds(job: SearchJob, seal: Uint8Array): boolean {
  const nonce = seal.subarray(8, 12);
  const bytes = job.preimage.slice();
  bytes.set(nonce, job.nonceAt);
  return readUint(sha256d(bytes), 0, 32) <= job.target;
}

export function describeSealer(name: string, engine: Engine, open: () => SealerHarness): void {
  describe(`sealer contract: ${name}`, () => {
    let harness: SealerHarness;
    beforeEach(() => {
      harness = open();
    });
    afterEach(() => harness.sealer.stop());

    it("finds a seal that holds, one after the other", async () => {
      for (const no of [1, 2, 3]) {
        const job = jobOf(engine, EASY_BITS, no);
        const seal = await harness.settle(harness.sealer.seal(job, new AbortController().signal));
        expect(seal).not.toBeNull();
        expect(holds(job, seal!)).toBe(true);
      }
    });

    it("gives up when told to, and can go on with another job", async () => {
      const controller = new AbortController();
      const hopeless = harness.sealer.seal(jobOf(engine, HOPELESS_BITS, 1), controller.signal);
      await harness.work();
      controller.abort();
      expect(await harness.settle(hopeless)).toBeNull();
      const job = jobOf(engine, EASY_BITS, 2);
      const seal = await harness.settle(harness.sealer.seal(job, new AbortController().signal));
      expect(holds(job, seal!)).toBe(true);
    });

    it("does not begin when told so before", async () => {
      const job = jobOf(engine, HOPELESS_BITS, 1);
      expect(await harness.settle(harness.sealer.seal(job, AbortSignal.abort()))).toBeNull();
    });

    it("measures its rate while it works", async () => {
      expect(harness.sealer.hashRate()).toBe(0);
      const controller = new AbortController();
      const hopeless = harness.sealer.seal(jobOf(engine, HOPELESS_BITS, 1), controller.signal);
      await harness.work();
      expect(harness.sealer.hashRate()).toBeGreaterThan(0);
      controller.abort();
      expect(await harness.settle(hopeless)).toBeNull();
    });

    it("ends what is under way when it is stopped, and does nothing afterwards", async () => {
      const hopeless = harness.sealer.seal(jobOf(engine, HOPELESS_BITS, 1), new AbortController().signal);
      await harness.work();
      await harness.settle(harness.sealer.stop());
      expect(await harness.settle(hopeless)).toBeNull();
      const late = harness.sealer.seal(jobOf(engine, EASY_BITS, 2), new AbortController().signal);
      expect(await harness.settle(late)).toBeNull();
      await harness.settle(harness.sealer.stop());
    });
  });
}
