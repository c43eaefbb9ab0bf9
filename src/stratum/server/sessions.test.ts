/** What miners and the server say to each other, over real sockets. */
import { afterEach, describe, expect, test } from "vitest";
import type { BlockResult } from "../share.ts";
import { roundDifficulty } from "./difficulty.ts";
import { EASY_TARGET } from "./testing/stub-source.ts";
import type { MinerJob, TestMiner } from "./testing/test-miner.ts";
import { startTestPool, type TestPool, testAddress } from "./testing/test-pool.ts";

let pool: TestPool;
const ADDRESS = testAddress("miner");

afterEach(() => pool.stop());

describe("a miner", () => {
  test("subscribes, authorizes, is given work and has its share counted", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    const subscribed = await miner.call("mining.subscribe", "test/1");
    expect(subscribed).toMatchObject({
      error: null,
      result: [
        [
          ["mining.set_difficulty", expect.stringMatching(/^[0-9a-f]{16}$/)],
          ["mining.notify", expect.anything()],
        ],
        expect.stringMatching(/^[0-9a-f]{8}$/),
        8,
      ],
    });
    miner.extranonce1 = (subscribed.result as string[])[1]!;
    expect(await miner.call("mining.authorize", `${ADDRESS}.rig-1`, "x")).toMatchObject({ result: true, error: null });
    await miner.until(() => miner.jobs.length > 0);
    expect(miner.difficulty).toBe(2 ** -28);
    expect(miner.jobs[0]).toMatchObject({ version: "20000000", clean: true });
    const share = miner.mine();
    expect(await miner.submit(`${ADDRESS}.rig-1`, share)).toMatchObject({ result: true, error: null });
    const [counted] = pool.sink.shares;
    expect(counted).toMatchObject({ address: ADDRESS, worker: "rig-1", work: 16n, height: 1, jobId: share.jobId });
    expect(Buffer.from(counted!.hash).reverse().toString("hex")).toBe(share.hash.toString(16).padStart(64, "0"));
    expect(Buffer.from(counted!.extranonce).toString("hex")).toBe(share.jobId + miner.extranonce1 + share.extranonce2);
    expect(pool.sink.blocks).toEqual([]);
    expect(pool.server.metrics).toMatchObject({ connections: 1, sessions: 1, sharesTotal: { accepted: 1 } });
    expect(pool.server.miners()).toMatchObject([{ agent: "test/1", accepted: 1, rejected: 0 }]);
  });

  test.each([
    ["nothing", "", /no valid address/],
    ["a word", "satoshi.rig", /no valid address.*tagon1/],
    ["a damaged address", `${ADDRESS.slice(0, -1)}q`, /no valid address/],
    ["another network's address", testAddress("miner", "agon"), /another network.*tagon1/],
    ["an odd worker", `${ADDRESS}.<b>`, /letters, digits/],
    ["a number", 7, /name is missing/],
  ])("that names %s is told why not", async (_what, name, words) => {
    pool = await startTestPool();
    const miner = await pool.connect();
    await miner.call("mining.subscribe");
    const { result, error } = await miner.call("mining.authorize", name, "x");
    expect(result).toBeNull();
    expect(error).toEqual([24, expect.stringMatching(words), null]);
  });

  test("may authorize before it subscribes, in upper case, and with several workers", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    const shouted = `${ADDRESS.toUpperCase()}.a`;
    expect(await miner.call("mining.authorize", shouted, "x")).toMatchObject({ result: true });
    const { result } = await miner.call("mining.subscribe");
    miner.extranonce1 = (result as string[])[1]!;
    await miner.until(() => miner.jobs.length > 0);
    expect(await miner.call("mining.authorize", `${ADDRESS}.b`, "x")).toMatchObject({ result: true });
    const [one, other] = [miner.mine(), miner.mine({ extranonce2: 1 })];
    expect(await miner.submit(shouted, one)).toMatchObject({ result: true });
    expect(await miner.submit(`${ADDRESS}.b`, other)).toMatchObject({ result: true });
    expect(pool.sink.shares.map(({ address, worker }) => [address, worker])).toEqual([
      [ADDRESS, "a"],
      [ADDRESS, "b"],
    ]);
  });

  test("that has not said who it is may not submit", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    const fields = ["00000000", "0".repeat(16), "00000000", "00000000"];
    expect((await miner.call("mining.submit", ADDRESS, ...fields)).error).toEqual([25, "Not subscribed", null]);
    await miner.call("mining.subscribe");
    expect((await miner.call("mining.submit", ADDRESS, ...fields)).error).toEqual([24, "Unauthorized worker", null]);
    await miner.call("mining.authorize", ADDRESS, "x");
    const stranger = testAddress("somebody else");
    expect((await miner.call("mining.submit", stranger, ...fields)).error?.[0]).toBe(24);
  });

  test("finds blocks, of which the node is told, whatever it says to them", async () => {
    pool = await startTestPool({}, EASY_TARGET);
    const miner = await pool.miner();
    // A share is not to be harder than a block.
    expect(Number(0xffffn << 208n) / miner.difficulty).toBeGreaterThanOrEqual(Number(EASY_TARGET));
    const share = miner.mine({ accept: (hash) => hash <= EASY_TARGET });
    expect(await miner.submit(ADDRESS, share)).toMatchObject({ result: true });
    const nonce = Number.parseInt(share.nonce, 16);
    expect(pool.source.submitted).toMatchObject([{ template: { height: 1 }, seal: { nonce, version: 0x20000000 } }]);
    expect(pool.sink.blocks).toMatchObject([{ height: 1, rewardAtoms: 5_000_000_000n, share: { address: ADDRESS } }]);
    expect(pool.sink.blocks[0]!.id).toEqual(pool.sink.shares[0]!.hash);
    pool.source.answer = async () => ({ accepted: false, reason: "stale" });
    const job = await nextHead(pool, miner);
    await miner.submit(ADDRESS, miner.mine({ job, extranonce2: 1, accept: (hash) => hash <= EASY_TARGET }));
    pool.source.answer = () => Promise.reject(new Error("connection refused"));
    // Refused, so that the next on the same parent is worth a try.
    await miner.submit(ADDRESS, miner.mine({ job, extranonce2: 2, accept: (hash) => hash <= EASY_TARGET }));
    // By now the answers to the blocks are in, as the last of them had no way to go.
    await miner.call("mining.ping");
    expect(pool.sink.results).toEqual([
      { accepted: true },
      { accepted: false, reason: "stale" },
      { accepted: false, reason: "Error: connection refused" },
    ]);
    expect(pool.server.metrics).toMatchObject({ blocksFoundTotal: 3, blocksAcceptedTotal: 1 });
  });

  test("begin at a difficulty of the grid, whatever the operator said", async () => {
    pool = await startTestPool({ startDifficulty: 0.0002 });
    const miner = await pool.miner();
    expect(miner.difficulty).toBe(roundDifficulty(0.0002));
  });

  test("finds no second block on a parent, but shares", async () => {
    pool = await startTestPool({}, EASY_TARGET);
    const miner = await pool.miner();
    const submit = (extranonce2: number) =>
      miner.submit(ADDRESS, miner.mine({ extranonce2, accept: (hash) => hash <= EASY_TARGET }));
    const answer = Promise.withResolvers<BlockResult>();
    pool.source.answer = () => answer.promise;
    // While the node is asked, and when it has taken the first.
    for (const extranonce2 of [1, 2]) expect(await submit(extranonce2)).toMatchObject({ result: true });
    answer.resolve({ accepted: true });
    expect(await submit(3)).toMatchObject({ result: true });
    expect(pool.sink.shares).toHaveLength(3);
    expect(pool.sink.blocks).toHaveLength(1);
    expect(pool.source.submitted).toHaveLength(1);
    expect(pool.server.metrics).toMatchObject({ blocksFoundTotal: 1, siblingsTotal: 2 });
    await nextHead(pool, miner);
    await submit(4);
    expect(pool.sink.blocks).toHaveLength(2);
  });

  test("may roll the version bits that were agreed on, and no others", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const rolled = miner.mine({ version: 0x20004000 });
    expect((await miner.submit(ADDRESS, rolled, "00004000")).error).toEqual([
      20,
      expect.stringMatching(/agreed/),
      null,
    ]);
    const configured = await miner.call("mining.configure", ["version-rolling", "minimum-difficulty", "magic"], {
      "version-rolling.mask": "00ffffff",
      "version-rolling.min-bit-count": 2,
      "minimum-difficulty.value": 2 ** -28,
    });
    expect(configured.result).toEqual({
      "version-rolling": true,
      "version-rolling.mask": "00ffe000",
      "minimum-difficulty": true,
      magic: false,
    });
    expect((await miner.submit(ADDRESS, rolled, "01004000")).error?.[1]).toMatch(/outside the mask/);
    expect((await miner.submit(ADDRESS, rolled, "4000")).error?.[1]).toMatch(/8 hex digits/);
    expect(await miner.submit(ADDRESS, rolled, "00004000")).toMatchObject({ result: true });
    const plain = miner.mine();
    expect(await miner.submit(ADDRESS, plain)).toMatchObject({ result: true });
  });

  test("may move ntime by ten minutes and not more", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const base = Number.parseInt(miner.jobs[0]!.ntime, 16);
    const at = (offset: number) => miner.mine({ ntime: (base + offset).toString(16) });
    expect((await miner.submit(ADDRESS, at(-1))).error).toEqual([20, "ntime out of range", null]);
    expect((await miner.submit(ADDRESS, at(601))).error?.[0]).toBe(20);
    expect(await miner.submit(ADDRESS, at(0))).toMatchObject({ result: true });
    expect(await miner.submit(ADDRESS, at(600))).toMatchObject({ result: true });
  });

  test("is given another extranonce when it asked for that, and its old jobs keep the old one", async () => {
    pool = await startTestPool();
    const [miner, deaf] = [await pool.miner(), await pool.miner()];
    expect(await miner.call("mining.extranonce.subscribe")).toMatchObject({ result: true });
    const old = { job: miner.jobs[0]!, extranonce1: miner.extranonce1 };
    pool.server.renewExtranonces();
    await miner.until(() => miner.jobs.length === 2);
    expect(miner.extranonce1).not.toBe(old.extranonce1);
    expect(await miner.submit(ADDRESS, miner.mine())).toMatchObject({ result: true });
    expect(await miner.submit(ADDRESS, miner.mine(old))).toMatchObject({ result: true });
    expect(await miner.submit(ADDRESS, miner.mine({ extranonce1: old.extranonce1 }))).toMatchObject({ result: null });
    await deaf.call("mining.ping");
    expect(deaf.jobs).toHaveLength(1);
  });

  test("can be asked to go elsewhere, and be told things", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    expect(pool.server.redirect({ host: "pool.example", port: 3334, tlsPort: null, waitS: 5 })).toBe(1);
    pool.server.say("back at noon");
    await miner.until(() => miner.messages.find((one) => one.method === "client.show_message"));
    expect(miner.messages).toContainEqual({ id: null, method: "client.reconnect", params: ["pool.example", 3334, 5] });
  });

  test("that comes back with its session has its extranonce and its jobs again", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    await miner.close();
    await pool.settled(0);
    const back = await pool.connect();
    const { result } = await back.call("mining.subscribe", "test/1", miner.session);
    expect((result as unknown[])[1]).toBe(miner.extranonce1);
    await back.call("mining.authorize", ADDRESS, "x");
    expect(await back.submit(ADDRESS, share)).toMatchObject({ result: true });
    const thief = await pool.connect();
    const stolen = await thief.call("mining.subscribe", "test/1", miner.session);
    expect((stolen.result as unknown[])[1]).not.toBe(miner.extranonce1);
  });

  test("may ask for what is unknown, ping, and answer what nobody asked", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    miner.raw(`${JSON.stringify({ id: 99, result: "cpuminer/2.5.1", error: null })}\r\n\r\n`);
    expect(await miner.call("mining.get_transactions")).toMatchObject({ error: [20, "Unknown method", null] });
    expect(await miner.call("mining.ping")).toMatchObject({ result: "pong", error: null });
  });
});

/** The job on a new parent, when the miner has it. */
function nextHead(on: TestPool, miner: TestMiner): Promise<MinerJob> {
  const had = miner.jobs.length;
  on.source.newHead();
  return miner.until(() => miner.jobs[had]);
}
