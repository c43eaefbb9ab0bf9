/**
 * What pools were robbed by, each under the name by which it became known; over real sockets. Hopping is in
 * `trust/schemes.test.ts` and withholding in `trust/withholding.test.ts`: they are about money, and not about lines.
 */
import { afterEach, describe, expect, test } from "vitest";
import type { Message, Share, TestMiner } from "./testing/test-miner.ts";
import { startTestPool, type TestPool, testAddress } from "./testing/test-pool.ts";

let pool: TestPool;
const ADDRESS = testAddress("miner");

afterEach(() => pool.stop());

const codeOf = (message: Message): number | undefined => message.error?.[0];
/** Distinct shares, one after the other. */
async function submitMany(miner: TestMiner, count: number, from = 0): Promise<void> {
  for (let i = 0; i < count; i++)
    expect(await miner.submit(ADDRESS, miner.mine({ extranonce2: from + i }))).toMatchObject({ result: true });
}

describe("duplicates in another spelling (nomp#430, powerpool#128, miningcore#710)", () => {
  const spellings: readonly (readonly [string, (share: Share) => Share])[] = [
    ["unchanged", (share) => share],
    ["the nonce", (share) => ({ ...share, nonce: share.nonce.toUpperCase() })],
    ["one digit of the nonce", (share) => ({ ...share, nonce: share.nonce.replace("a", "A") })],
    ["ntime", (share) => ({ ...share, ntime: share.ntime.toUpperCase() })],
    ["extranonce2", (share) => ({ ...share, extranonce2: share.extranonce2.toUpperCase() })],
  ];

  test("are the same share, whoever sends them", async () => {
    pool = await startTestPool();
    const [miner, other] = [await pool.miner(), await pool.miner(testAddress("other"))];
    const share = miner.mine({ extranonce2: 0xabcdef, from: 0xabcdef00 });
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
    for (const [what, spell] of spellings) {
      const spelled = spell(share);
      if (what !== "unchanged") expect(spelled, what).not.toEqual(share);
      expect(await miner.submit(ADDRESS, spelled), what).toMatchObject({ error: [22, "Duplicate share", null] });
    }
    expect(await miner.call("mining.authorize", `${ADDRESS}.two`)).toMatchObject({ result: true });
    expect(codeOf(await miner.submit(`${ADDRESS}.two`, share))).toBe(22);
    // On another connection it is other work, and worth nothing.
    expect(codeOf(await other.submit(testAddress("other"), share))).toBe(23);
    expect(pool.sink.shares).toHaveLength(1);
  });

  test("are the same share with version bits that say what is so without them", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    await miner.call("mining.configure", ["version-rolling"], { "version-rolling.mask": "ffffffff" });
    const share = miner.mine();
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
    expect(codeOf(await miner.submit(ADDRESS, share, "00000000"))).toBe(22);
    const rolled = miner.mine({ version: 0x2a00e000 });
    expect(await miner.submit(ADDRESS, rolled, "0a00e000")).toMatchObject({ result: true });
    expect(codeOf(await miner.submit(ADDRESS, rolled, "0A00E000"))).toBe(22);
  });
});

describe("characters after the hex that a parser ignores (zclassic#16)", () => {
  const tails = ["z", "zz", "g0", " ", "\n", "\u0000", "0", "00", "ff"];

  test.each(["extranonce2", "ntime", "nonce"] as const)(
    "are refused in %s, and so is what is too short",
    async (field) => {
      pool = await startTestPool();
      const miner = await pool.miner();
      const share = miner.mine();
      expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
      const text = share[field];
      const spelled = [
        ...tails.map((tail) => text + tail),
        ...tails.map((tail) => text.slice(0, -tail.length) + tail).filter((one) => /[^0-9a-f]/.test(one)),
        ...[`0x${text}`, `0x${text.slice(2)}`, `00${text}`, text.slice(1), text.slice(2), ` ${text.slice(1)}`, ""],
        ...[`+${text.slice(1)}`, `-${text.slice(1)}`, `${text.slice(0, -1)}٣`],
      ];
      for (const other of spelled)
        expect(await miner.submit(ADDRESS, { ...share, [field]: other }), JSON.stringify(other)).toMatchObject({
          result: null,
          error: [20, expect.stringContaining(`${field} is`), null],
        });
      for (const other of [Number.parseInt(text, 16), null, [text], { text }])
        expect(codeOf(await miner.submit(ADDRESS, { ...share, [field]: other as never }))).toBe(20);
      expect(pool.sink.shares).toHaveLength(1);
    },
  );

  test("are refused in the job's name, as are other spellings of it", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    for (const jobId of [`${share.jobId}z`, `0${share.jobId}`, share.jobId.toUpperCase(), "", null, 7])
      if (jobId !== share.jobId)
        expect(codeOf(await miner.submit(ADDRESS, { ...share, jobId: jobId as never }))).toBe(21);
  });
});

test("the same work is never in two jobs (btcpool#6)", async () => {
  pool = await startTestPool();
  const miner = await pool.miner();
  const share = miner.mine();
  expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
  // The very same template again, and one that differs in nothing that a miner sees.
  const state = pool.source.state();
  if (state.kind !== "work") throw new Error(state.why);
  pool.pass(60_000);
  pool.source.sameHead({ sealHash: state.template.sealHash, rewardAtoms: 6_000_000_000n });
  pool.pass(60_000);
  await miner.until(() => miner.jobs.length >= 3);
  expect(new Set(miner.jobs.map((job) => job.coinb1)).size).toBe(miner.jobs.length);
  for (const job of miner.jobs.slice(1)) {
    const replayed = await miner.submit(ADDRESS, { ...share, jobId: job.id });
    // A hash of other bytes, which by chance may even be a share.
    expect([true, null]).toContain(replayed.result);
  }
  const headers = pool.sink.shares.map((counted) => Buffer.from(counted.header).toString("hex"));
  expect(new Set(headers).size).toBe(headers.length);
  expect(codeOf(await miner.submit(ADDRESS, share))).toBe(22);
});

describe("reconnecting to be given the lowest difficulty again (stratum-mining#326)", () => {
  test("gives what the worker had, whatever it asks for", async () => {
    pool = await startTestPool();
    const miner = await pool.miner(ADDRESS);
    const start = miner.difficulty;
    await submitMany(miner, 16);
    pool.pass(1_000);
    await miner.until(() => miner.difficulty > start);
    const raised = miner.difficulty;
    expect(raised).toBeGreaterThan(64 * start);
    await miner.close();
    await pool.settled(0);
    for (const password of ["x", `d=${start}`, "d=0.0000001,whatever"]) {
      const back = await pool.miner(ADDRESS, password);
      expect(back.difficulty).toBe(raised);
      expect(await back.call("mining.suggest_difficulty", start)).toMatchObject({ result: true });
      pool.pass(2_000);
      await back.call("mining.ping");
      expect(back.difficulty).toBe(raised);
      await back.close();
      await pool.settled(0);
    }
    const another = await pool.miner(`${ADDRESS}.new`);
    expect(another.difficulty).toBe(start);
    pool.pass(3_600_001);
    pool.source.newHead({ expiresMs: pool.clock.nowMs() + 3_600_000 });
    expect((await pool.miner(ADDRESS)).difficulty).toBe(start);
  });

  test("a share of an earlier job counts by the difficulty of then", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const [old] = miner.jobs;
    const start = miner.difficulty;
    await submitMany(miner, 16);
    pool.pass(1_000);
    await miner.until(() => miner.jobs.length === 2);
    const before = pool.sink.shares.at(-1)!.work;
    const easy = miner.mine({ job: old!, difficulty: start, extranonce2: 100 });
    expect(await miner.submit(ADDRESS, easy)).toMatchObject({ result: true });
    expect(pool.sink.shares.at(-1)!.work).toBe(before);
    const easyEnoughOnce = (hash: bigint) => hash > 2n ** 246n && hash < 2n ** 252n;
    const tooEasy = miner.mine({ accept: easyEnoughOnce });
    expect(codeOf(await miner.submit(ADDRESS, tooEasy))).toBe(23);
    expect(await miner.submit(ADDRESS, miner.mine())).toMatchObject({ result: true });
    expect(pool.sink.shares.at(-1)!.work).toBeGreaterThan(64n * before);
  });
});

test("the extranonce has room for the fastest rig, and each connection has its own (teamredminer#658)", async () => {
  pool = await startTestPool();
  const miners = await Promise.all(Array.from({ length: 8 }, () => pool.miner()));
  expect(new Set(miners.map((miner) => miner.extranonce1)).size).toBe(8);
  const [miner] = miners;
  const [subscribed] = miner!.messages;
  expect((subscribed!.result as unknown[])[2]).toBe(8);
  const ends = ["0000000000000000", "ffffffffffffffff", "8000000000000000"].map((extranonce2) =>
    BigInt(`0x${extranonce2}`),
  );
  for (const extranonce2 of ends) {
    const share = miner!.mine({ extranonce2: extranonce2 as never });
    expect(await miner!.submit(ADDRESS, share)).toMatchObject({ result: true });
  }
});
