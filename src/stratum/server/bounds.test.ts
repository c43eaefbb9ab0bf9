/** What nobody may do to the server: garbage, floods, silence, deafness, crowds; over real sockets. */
import { afterEach, describe, expect, test } from "vitest";
import { seededRandom } from "#base";
import { startTestPool, type TestPool, testAddress } from "./testing/test-pool.ts";

let pool: TestPool;
const ADDRESS = testAddress("miner");

afterEach(() => pool.stop());

/** Somebody else is served all the while. */
async function expectService(): Promise<void> {
  const miner = await pool.miner(testAddress("honest"));
  expect(await miner.submit(testAddress("honest"), miner.mine())).toMatchObject({ result: true });
  await miner.close();
}

describe("a line that is no request", () => {
  test.each([
    ["words", "GET / HTTP/1.1"],
    ["a number", "7"],
    ["a list", "[]"],
    ["null", "null"],
    ["half an object", '{"id":1,"method":"mining.subscribe"'],
    ["two objects", '{"id":1,"method":"mining.ping"}{"id":2,"method":"mining.ping"}'],
    ["no method", '{"id":1,"params":[]}'],
    ["a method that is a list", '{"id":1,"method":["mining.ping"],"params":[]}'],
    ["params by name", '{"id":1,"method":"mining.ping","params":{"a":1}}'],
    ["many params", JSON.stringify({ id: 1, method: "mining.ping", params: new Array(17).fill(0) })],
    ["an id that is an object", '{"id":{},"method":"mining.ping","params":[]}'],
    ["a long id", JSON.stringify({ id: "x".repeat(65), method: "mining.ping" })],
    ["deep lists", `{"id":1,"method":"mining.ping","params":${"[".repeat(2_000)}${"]".repeat(2_000)}}`],
    ["deep objects", `${'{"a":'.repeat(500)}1${"}".repeat(500)}`],
    ["bytes", Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28])],
  ])("of %s is answered with error 20", async (_what, line) => {
    pool = await startTestPool();
    const miner = await pool.connect();
    await miner.call("mining.subscribe");
    miner.raw(Buffer.concat([Buffer.from(line), Buffer.from("\n")]));
    const answer = await miner.until(() => miner.messages[1]);
    expect(answer).toMatchObject({ result: null, error: [20, expect.any(String), null] });
    expect(await miner.call("mining.ping")).toMatchObject({ result: "pong" });
    expect(pool.server.metrics.malformedLinesTotal).toBe(1);
  });

  test("before any other is the end of the connection, and of no more: it may be somebody's browser", async () => {
    pool = await startTestPool({ banStrikes: 2 });
    const neighbour = await pool.miner();
    for (let i = 0; i < 5; i++) {
      const browser = await pool.connect();
      browser.raw("POST / HTTP/1.1\r\nHost: pool\r\nContent-Type: text/plain\r\n\r\n");
      await browser.closed;
      expect(browser.messages[0]).toMatchObject({ error: [20, "the line is not JSON", null] });
    }
    expect(pool.server.metrics).toMatchObject({ bansTotal: 0, malformedLinesTotal: 5 });
    expect(await neighbour.submit(ADDRESS, neighbour.mine())).toMatchObject({ result: true });
  });

  test("brackets and quotes inside strings are none", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    expect(await miner.call("mining.subscribe", `[[[[[[[[{{{{{{{{"\\"[[[[[[[`)).toMatchObject({ error: null });
    expect(await miner.call("mining.authorize", "__proto__", "x")).toMatchObject({
      error: [24, expect.anything(), null],
    });
    expect(await miner.call("__proto__")).toMatchObject({ error: [20, "Unknown method", null] });
    expect(await miner.call("mining.configure", ["__proto__", "constructor"], {})).toMatchObject({ error: null });
  });

  test("too often is the end for its host, until the ban expires", async () => {
    pool = await startTestPool({ banStrikes: 5, idleMs: 3_600_000 });
    const [miner, neighbour] = [await pool.miner(), await pool.miner()];
    miner.raw("rubbish\n".repeat(4));
    await miner.until(() => miner.messages.at(-1)!.error != null);
    // What lies long enough in the past is forgiven.
    pool.pass(600_001);
    miner.raw("rubbish\n".repeat(4));
    expect(await miner.call("mining.ping")).toMatchObject({ result: "pong" });
    miner.raw("rubbish\n");
    await miner.closed;
    pool.pass(1_000);
    await neighbour.closed;
    expect(pool.server.metrics.bansTotal).toBe(1);
    const again = await pool.connect();
    await again.closed;
    expect(again.messages).toEqual([]);
    pool.pass(600_000);
    await expectService();
  });
});

describe("lines", () => {
  test("in pieces, or many at once, are lines", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    for (const byte of Buffer.from('{"id":"a","method":"mining.ping"}\n')) miner.raw(Buffer.from([byte]));
    await miner.until(() => miner.messages.length === 1);
    miner.raw('{"id":"b","method":"mining.ping"}\r\n\n  \n{"id":"c","method":"mining.ping"}\n{"id":"d","meth');
    await miner.until(() => miner.messages.length === 3);
    miner.raw('od":"mining.ping"}\n');
    await miner.until(() => miner.messages.length === 4);
    expect(miner.messages.map(({ id, result }) => [id, result])).toEqual(
      ["a", "b", "c", "d"].map((id) => [id, "pong"]),
    );
  });

  test("that have no end are the end", async () => {
    pool = await startTestPool();
    const miner = await pool.connect();
    for (let i = 0; i < 16; i++) miner.raw("x".repeat(1_024));
    await miner.closed;
    expect(miner.messages[0]?.params?.[0]).toMatch(/longer than 4096/);
    const other = await pool.connect();
    other.raw(`{"id":1,"method":"mining.ping","params":["${"x".repeat(4_096)}"]}\n`);
    await other.closed;
    await expectService();
  });

  test("that come too fast are read as fast as is fair, and none is lost", async () => {
    pool = await startTestPool({ requestsPerSecond: 100, requestBurst: 10, maxConnectionsPerHost: 1_000 });
    const miner = await pool.connect();
    for (let id = 0; id < 60; id++) miner.raw(`${JSON.stringify({ id, method: "mining.ping" })}\n`);
    await miner.until(() => miner.messages.length >= 10);
    await expectService();
    expect(miner.messages).toHaveLength(10);
    for (let round = 0; miner.messages.length < 60 && round < 100; round++) {
      const before = miner.messages.length;
      pool.pass(100);
      await expectService();
      expect(miner.messages.length - before).toBeLessThanOrEqual(20);
    }
    expect(miner.messages.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, id) => id));
  });

  test("at random do no harm", async () => {
    pool = await startTestPool({ banStrikes: 1_000, banMs: 0, maxConnectionsPerHost: 1_000 });
    const random = seededRandom(Number(process.env.AGON_SEED ?? 1));
    const templates = [
      '{"id":1,"method":"mining.subscribe","params":["a","b"]}\n',
      `{"id":2,"method":"mining.authorize","params":["${ADDRESS}","d=1"]}\n`,
      '{"id":3,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"1fffe000"}]}\n',
      `{"id":4,"method":"mining.submit","params":["${ADDRESS}","00000000","0000000000000000","6b49d200","00000000"]}\n`,
      '{"id":5,"method":"mining.suggest_difficulty","params":[1e999]}\n',
    ];
    for (let i = 0; i < 60; i++) {
      const miner = await pool.connect();
      const text = Buffer.from(Array.from({ length: 8 }, () => templates[random.below(templates.length)]).join(""));
      for (let flips = random.below(24); flips > 0; flips--) text[random.below(text.length)] = random.below(256);
      miner.raw(text);
      miner.socket.end();
      await miner.closed;
    }
    await expectService();
    await pool.settled(0);
  });
});

describe("a connection", () => {
  test("that does not say who it is in time is dropped, and so is one that falls silent", async () => {
    pool = await startTestPool({ authorizeMs: 5_000, idleMs: 20_000 });
    const [silent, half, miner] = [await pool.connect(), await pool.connect(), await pool.miner()];
    half.raw('{"id":1,"method":');
    pool.pass(4_000);
    expect(pool.server.metrics.connections).toBe(3);
    pool.pass(1_000);
    await Promise.all([silent.closed, half.closed]);
    expect(silent.messages[0]?.params?.[0]).toMatch(/not authorized in time/);
    pool.pass(14_000);
    await miner.call("mining.ping");
    pool.pass(19_000);
    miner.raw('{"id":9,"me');
    expect(miner.socket.destroyed).toBe(false);
    pool.pass(2_000);
    await miner.closed;
    expect(miner.messages.at(-1)?.params?.[0]).toMatch(/idle/);
    expect(pool.server.metrics).toMatchObject({ connectionsDroppedTotal: 3, sessions: 0 });
  });

  test("that does not read is dropped, before what it should read fills the memory", async () => {
    pool = await startTestPool({ maxSendBytes: 65_536 });
    const deaf = await pool.miner();
    deaf.socket.pause();
    const { metrics } = pool.server;
    for (let i = 0; i < 1_000 && metrics.connectionsDroppedTotal === 0; i++) {
      pool.server.say("x".repeat(60_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(metrics.connectionsDroppedTotal).toBe(1);
    deaf.socket.resume();
    await deaf.closed;
    await expectService();
  });

  test("is one of few from one host, and for one account", async () => {
    pool = await startTestPool({ maxConnectionsPerHost: 3, maxConnectionsPerAccount: 2 });
    const [first] = [await pool.miner(), await pool.miner()];
    await expect(pool.miner()).rejects.toThrow(/too many connections for this address/);
    const fourth = await pool.connect();
    await fourth.closed;
    expect(pool.server.metrics).toMatchObject({ connections: 3, connectionsRefusedTotal: 1 });
    await first!.close();
    await pool.settled(2);
    await expect(pool.miner()).resolves.toBeDefined();
  });

  test("is not opened over and over again", async () => {
    pool = await startTestPool({ maxConnectionsPerHost: 4 });
    for (let i = 0; i < 8; i++) {
      await (await pool.miner(testAddress(String(i)))).close();
      await pool.settled(0);
    }
    const ninth = await pool.connect();
    await ninth.closed;
    pool.pass(60_000);
    await expectService();
  });

  test("is one of so many in all", async () => {
    pool = await startTestPool({ maxConnections: 2 });
    await pool.miner();
    await pool.miner();
    await (await pool.connect()).closed;
    expect(pool.server.metrics).toMatchObject({ connections: 2, connectionsRefusedTotal: 1 });
  });

  test("authorizes only so many names", async () => {
    pool = await startTestPool({ maxWorkersPerConnection: 2 });
    const miner = await pool.miner();
    expect(await miner.call("mining.authorize", `${ADDRESS}.2`)).toMatchObject({ result: true });
    expect(await miner.call("mining.authorize", `${ADDRESS}.3`)).toMatchObject({
      error: [24, expect.anything(), null],
    });
    expect(await miner.call("mining.authorize", `${ADDRESS}.2`)).toMatchObject({ result: true });
  });
});

describe("shares", () => {
  test("that are mostly invalid ban their host; late ones are nobody's fault", async () => {
    pool = await startTestPool({ banShares: 20, banPercent: 50, maxDifficulty: 2 ** -28 });
    const miner = await pool.miner();
    const stale = miner.mine();
    pool.source.newHead();
    await miner.until(() => miner.jobs.length === 2);
    for (let i = 0; i < 40; i++) expect((await miner.submit(ADDRESS, stale)).error?.[0]).toBe(21);
    const share = miner.mine();
    for (let i = 0; i < 11; i++)
      expect(await miner.submit(ADDRESS, miner.mine({ extranonce2: i }))).toMatchObject({ result: true });
    for (let i = 0; i < 9; i++) expect((await miner.submit(ADDRESS, share)).error?.[0]).toBe(22);
    expect(pool.server.metrics.bansTotal).toBe(0);
    for (let i = 0; i < 19; i++) await miner.submit(ADDRESS, share);
    miner.raw(`${JSON.stringify({ id: "last", method: "mining.submit", params: [ADDRESS, "00"] })}\n`);
    expect(pool.server.metrics.sharesTotal.stale).toBe(40);
    await miner.submit(ADDRESS, share).catch(() => {});
    await miner.closed;
    expect(pool.server.metrics.bansTotal).toBe(1);
    pool.pass(600_000);
    await expectService();
  });

  test("of the process before are not taken for this one's", async () => {
    pool = await startTestPool();
    const miner = await pool.miner();
    const share = miner.mine();
    const { port } = pool.server;
    await pool.stop();
    await miner.closed;
    pool = await startTestPool({ port }, undefined, 2);
    const back = await pool.connect();
    const { result } = await back.call("mining.subscribe", "test/1", miner.session);
    expect((result as unknown[])[1]).not.toBe(miner.extranonce1);
    await back.call("mining.authorize", ADDRESS);
    expect(await back.submit(ADDRESS, share)).toMatchObject({ error: [21, "Job not found", null] });
  });
});
