/** When there are new jobs, what becomes of old ones, and what happens without a node. */
import { afterEach, describe, expect, test } from "vitest";
import { EASY_TARGET } from "./testing/stub-source.ts";
import { startTestPool, type TestPool, testAddress } from "./testing/test-pool.ts";

let pool: TestPool;
const ADDRESS = testAddress("miner");

afterEach(() => pool.stop());

describe("jobs", () => {
  test("on a new head come at once and clean, and the old ones are worth nothing", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    pool.source.newHead();
    await miner.until(() => miner.jobs.length === 2);
    expect(miner.jobs[1]).toMatchObject({ clean: true });
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [21, "Job not found", null] });
    expect(await miner.submit(ADDRESS, miner.mine())).toMatchObject({ result: true });
    expect(pool.sink.shares).toMatchObject([{ height: 2 }]);
    expect(pool.server.metrics).toMatchObject({ jobsTotal: 2, cleanJobsTotal: 2, sharesTotal: { stale: 1 } });
  });

  test("that only pay more come not clean, not too often, and the old ones stay good", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    pool.source.sameHead({ rewardAtoms: 5_000_000_001n, feesAtoms: 1n });
    pool.pass(14_000);
    await miner.call("mining.ping");
    expect(miner.jobs).toHaveLength(1);
    pool.source.sameHead({ rewardAtoms: 5_000_000_002n, feesAtoms: 2n });
    pool.pass(1_000);
    await miner.until(() => miner.jobs.length === 2);
    expect(miner.jobs[1]!.clean).toBe(false);
    pool.source.sameHead({ rewardAtoms: 5_000_000_001n, feesAtoms: 1n });
    pool.pass(20_000);
    await miner.call("mining.ping");
    expect(miner.jobs).toHaveLength(2);
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
    expect(await miner.submit(ADDRESS, miner.mine())).toMatchObject({ result: true });
    expect(pool.sink.shares.map((one) => one.rewardAtoms)).toEqual([5_000_000_000n, 5_000_000_002n]);
  });

  test("come once in a while without any cause, so that miners know that we are there", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    pool.pass(180_000);
    await miner.until(() => miner.jobs.length === 5);
    expect(miner.jobs.map((job) => job.clean)).toEqual([true, false, false, false, false]);
  });

  test("end with their template", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    pool.source.sameHead({ rewardAtoms: 6_000_000_000n, expiresMs: pool.clock.nowMs() + 30_000 });
    pool.pass(15_000);
    await miner.until(() => miner.jobs.length === 2);
    const share = miner.mine();
    pool.pass(15_000);
    await miner.until(() => miner.messages.find((one) => one.method === "client.show_message"));
    expect(pool.server.down).toMatch(/no fresh work/);
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [21, "Job not found", null] });
    pool.source.sameHead();
    await miner.until(() => miner.jobs.length === 3);
    expect(await miner.submit(ADDRESS, miner.mine())).toMatchObject({ result: true });
  });

  test("are replaced when no more shares of theirs can be remembered", async () => {
    pool = await startTestPool({ maxSharesPerJob: 16, maxSharesRemembered: 40, maxDifficulty: 2 ** -28 });
    const miner = await pool.miner(ADDRESS);
    for (let i = 0; i < 48; i++) {
      const job = miner.jobs.at(-1)!;
      expect(await miner.submit(ADDRESS, miner.mine({ extranonce2: i }))).toMatchObject({ result: true });
      if (i % 8 === 7) await miner.until(() => miner.jobs.at(-1) !== job);
    }
    expect(miner.jobs).toHaveLength(7);
    // The first was forgotten for the sake of the others; the second still has room for eight.
    const [first, second] = miner.jobs;
    expect((await miner.submit(ADDRESS, miner.mine({ job: first!, extranonce2: 99 }))).error?.[0]).toBe(21);
    for (let i = 0; i < 9; i++) {
      const { error } = await miner.submit(ADDRESS, miner.mine({ job: miner.jobs[5]!, extranonce2: 100 + i }));
      expect(error?.[0]).toBe(i < 8 ? undefined : 21);
    }
    expect(second).toBeDefined();
  });
});

describe("a node that goes away", () => {
  test("keeps its miners, who are told, and go on when it is back", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const [share, late] = [miner.mine(), miner.mine({ extranonce2: 1 })];
    pool.source.set({ kind: "down", why: "connection refused" });
    const told = await miner.until(() => miner.messages.find((one) => one.method === "client.show_message"));
    expect(told.params?.[0]).toMatch(/connection refused.*Stay connected/);
    expect(pool.server.down).toBe("connection refused");
    pool.pass(10_000);
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
    pool.pass(1);
    expect(await miner.submit(ADDRESS, late)).toMatchObject({ error: [21, "Job not found", null] });
    // Whoever comes meanwhile is welcome, and told as well.
    const newcomer = await pool.connect();
    await newcomer.call("mining.subscribe");
    expect(await newcomer.call("mining.authorize", ADDRESS)).toMatchObject({ result: true });
    await newcomer.until(() => newcomer.messages.find((one) => one.method === "client.show_message"));
    pool.pass(300_000);
    expect(miner.jobs).toHaveLength(1);
    pool.source.newHead();
    for (const one of [miner, newcomer]) {
      await one.until(() => one.jobs.find((job) => job.clean && one.jobs.indexOf(job) > 0));
      expect(one.messages.some(({ params }) => String(params?.[0]).includes("is back"))).toBe(true);
    }
    expect(await miner.submit(ADDRESS, miner.mine())).toMatchObject({ result: true });
    expect(pool.server.metrics.nodeUp).toBe(1);
  });

  test("and comes back on the same head leaves old work good", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    pool.source.set({ kind: "down", why: "restart" });
    pool.pass(60_000);
    pool.source.sameHead();
    await miner.until(() => miner.jobs.length === 2);
    expect(miner.jobs[1]!.clean).toBe(false);
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
  });
});

describe("a share that cannot be recorded does not count", () => {
  test("while the disk is full, and counts afterwards", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    pool.sink.trouble = "the disk is full";
    expect(await miner.submit(ADDRESS, share)).toMatchObject({
      error: [20, expect.stringMatching(/disk is full/), null],
    });
    pool.sink.trouble = null;
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
    expect(pool.server.metrics.sharesTotal).toMatchObject({ accepted: 1, unrecorded: 1 });
  });

  test("but a block is given to the node", async () => {
    pool = await startTestPool({}, EASY_TARGET);
    const miner = await pool.miner();
    pool.sink.trouble = "the disk is full";
    const share = miner.mine({ accept: (hash) => hash <= EASY_TARGET });
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [20, expect.anything(), null] });
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [22, expect.anything(), null] });
    expect(pool.source.submitted).toHaveLength(1);
    expect(pool.sink.blocks).toHaveLength(1);
  });

  test("when recording is behind, shares wait and none is refused", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const recorded = Promise.withResolvers<void>();
    pool.sink.before = () => recorded.promise;
    const count = 300;
    const shares = Array.from({ length: count }, (_, extranonce2) => miner.mine({ extranonce2 }));
    const answers = shares.map((share) => miner.submit(ADDRESS, share));
    while (pool.server.metrics.requestsTotal < 2 + 256) await new Promise((resolve) => setImmediate(resolve));
    recorded.resolve();
    for (const answer of answers) expect(await answer).toMatchObject({ result: true });
    expect(pool.server.metrics.sharesTotal).toMatchObject({ accepted: count, unrecorded: 0 });
  });

  test("when recording fails, at once or later", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    pool.sink.before = () => {
      throw new Error("no space left");
    };
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [20, expect.stringMatching(/recorded/), null] });
    pool.sink.before = () => Promise.reject(new Error("no space left"));
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [20, expect.stringMatching(/recorded/), null] });
    let finish = (): void => {};
    pool.sink.before = () => new Promise((resolve) => (finish = resolve));
    const answer = miner.submit(ADDRESS, share);
    // While it is being recorded it is a duplicate already.
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ error: [22, "Duplicate share", null] });
    finish();
    expect(await answer).toMatchObject({ result: true });
    expect(pool.sink.shares).toHaveLength(1);
  });
});
