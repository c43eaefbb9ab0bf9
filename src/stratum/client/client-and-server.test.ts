import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, seededRandom, toHex } from "#base";
import { createKernelSearch, type SearchJob } from "#consensus";
import { EASY_TARGET } from "../server/testing/stub-source.ts";
import { startTestPool, type TestPool, testAddress } from "../server/testing/test-pool.ts";
import type { PoolJob } from "./pool-job.ts";
import { createStratumClient, type StratumClient } from "./stratum-client.ts";

const searchNonce = createKernelSearch()!;

let pool: TestPool;
let client: StratumClient;
let jobs: (PoolJob | null)[];
let stop: AbortController;

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
};
const newest = (): PoolJob => jobs.findLast((job) => job !== null)!;

beforeEach(async () => {
  // Each share is a block as well.
  pool = await startTestPool({}, EASY_TARGET);
  jobs = [];
  stop = new AbortController();
  client = createStratumClient(
    {
      pool: { host: "127.0.0.1", port: pool.server.port, isTls: false },
      ...{ user: `${testAddress("alice")}.rig`, password: "x", agent: "agon/test" },
    },
    { clock: createManualClock(0), random: seededRandom(1), onJob: (job) => void jobs.push(job), onNews() {} },
  );
  client.run(stop.signal).catch(() => {});
  await until(() => jobs.length > 0);
});
afterEach(async () => {
  stop.abort();
  await pool.stop();
});

/** @param round another version, and after the versions another extranonce */
async function give(job: PoolJob, round = 0, from = 0) {
  const work: SearchJob = round === 0 ? job.search : job.search.roll(round);
  const nonce = searchNonce(work, { from, count: 2 ** 20 })!;
  return { nonce, verdict: await client.submit(job, job.share(nonce, work)), share: job.share(nonce, work) };
}

describe("our miner at our pool", () => {
  it("makes the same 80 bytes of a job, whatever is rolled", async () => {
    for (const round of [0, 1, 2, 65_535, 65_536, 200_000]) {
      const { verdict, share } = await give(newest(), round);
      expect(verdict, `round ${round}`).toEqual({ kind: "accepted" });
      const [counted] = pool.sink.shares.slice(-1);
      expect(BigInt(`0x${toHex(counted!.hash.toReversed())}`)).toBe(share.hash);
      expect(counted).toMatchObject({ address: testAddress("alice"), worker: "rig" });
    }
    expect(new Set(pool.sink.shares.map(({ header }) => toHex(header))).size).toBe(6);
  });

  it("finds blocks, and their seals are what the node is given", async () => {
    const job = newest();
    let from = 0;
    while (pool.source.submitted.length === 0) {
      const { nonce, share, verdict } = await give(job, 0, from);
      expect(verdict).toEqual({ kind: "accepted" });
      if (job.isBlock(share)) await until(() => pool.source.submitted.length > 0);
      from = nonce + 1;
    }
    expect(pool.sink.blocks.at(-1)!.height).toBe(job.height);
  });

  it("is told that a share comes twice, or too late", async () => {
    const job = newest();
    await give(job);
    expect((await give(job)).verdict).toMatchObject({ kind: "rejected" });
    const before = jobs.length;
    pool.source.newHead();
    await until(() => jobs.length > before);
    expect(newest().isClean).toBe(true);
    expect(newest().height).toBe(job.height! + 1);
    expect((await give(job, 3)).verdict).toMatchObject({ kind: "stale" });
    expect((await give(newest())).verdict).toEqual({ kind: "accepted" });
  });
});
