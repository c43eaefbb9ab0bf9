import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type ManualClock, seededRandom } from "#base";
import { searchNonce } from "#consensus";
import { formatPoolAddress, parsePoolAddress } from "./pool-address.ts";
import type { PoolJob } from "./pool-job.ts";
import type { ShareVerdict } from "./pool-session.ts";
import { createStratumClient, type PoolNews, type StratumClient } from "./stratum-client.ts";

interface Asked {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Answers as it is told; what it has no answer for it leaves unanswered. */
interface FakePool {
  readonly server: Server;
  readonly asked: Asked[];
  connections: number;
  answers: Record<string, (asked: Asked) => unknown>;
  say(message: object | string): void;
  cut(): void;
}

const COINBASE = [`${"00".repeat(42)}020102`, "ffff"] as const;
/** One hash in about 4,000 is a share. */
const EASY = 2 ** -20;
const notify = (id: string, isClean = true): object => ({
  id: null,
  method: "mining.notify",
  params: [id, "11".repeat(32), ...COINBASE, [], "20000000", "1d00ffff", "6ae68102", isClean],
});

async function openFakePool(): Promise<FakePool> {
  const sockets: Socket[] = [];
  const pool: FakePool = {
    ...{ server: createServer(), asked: [], connections: 0 },
    answers: {
      "mining.configure": () => ({ result: { "version-rolling": true, "version-rolling.mask": "00c00000" } }),
      "mining.subscribe": () => ({ result: [[["mining.notify", "1"]], "abcdef01", 4] }),
      "mining.authorize": () => ({ result: true }),
      "mining.submit": () => ({ result: true }),
    },
    say: (message) =>
      void sockets.at(-1)?.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`),
    cut: () => sockets.at(-1)?.destroy(),
  };
  pool.server.on("connection", (socket) => {
    pool.connections++;
    sockets.push(socket);
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n").filter((each) => each !== "")) {
        const asked = JSON.parse(line) as Asked;
        pool.asked.push(asked);
        const answer = pool.answers[asked.method];
        if (answer !== undefined)
          socket.write(`${JSON.stringify({ id: asked.id, error: null, ...Object(answer(asked)) })}\n`);
      }
    });
  });
  pool.server.listen(0, "127.0.0.1");
  await once(pool.server, "listening");
  return pool;
}

let pool: FakePool;
let clock: ManualClock;
let client: StratumClient;
let jobs: (PoolJob | null)[];
let news: PoolNews[];
let stop: AbortController;
let running: Promise<void>;

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 1));
};
const kinds = (): string[] => news.map(({ kind }) => kind);
const lastJob = (): PoolJob => jobs.findLast((job) => job !== null)!;
const difficulty = (value: number): object => ({ id: null, method: "mining.set_difficulty", params: [value] });

function connect(): void {
  const { port } = pool.server.address() as { port: number };
  client = createStratumClient(
    { pool: { host: "127.0.0.1", port, isTls: false }, user: "tagon1x.rig", password: "x", agent: "agon/test" },
    { clock, random: seededRandom(1), onJob: (job) => void jobs.push(job), onNews: (one) => void news.push(one) },
  );
  running = client.run(stop.signal);
  running.catch(() => {});
}

beforeEach(async () => {
  [jobs, news] = [[], []];
  stop = new AbortController();
  clock = createManualClock(0);
  pool = await openFakePool();
});
afterEach(() => {
  stop.abort();
  pool.cut();
  pool.server.close();
});

/** Until the first job. */
async function begin(): Promise<PoolJob> {
  pool.answers["mining.authorize"] = () => {
    queueMicrotask(() => {
      pool.say(difficulty(EASY));
      pool.say(notify("a"));
    });
    return { result: true };
  };
  connect();
  await until(() => jobs.length === 1);
  return lastJob();
}

function submit(job: PoolJob, from = 0): Promise<ShareVerdict> {
  const nonce = searchNonce(job.search, { from, count: 2 ** 20 })!;
  return client.submit(job, job.share(nonce, job.search));
}

describe("a miner at a pool", () => {
  it("shakes hands as the protocol says, and turns work into shares", async () => {
    const job = await begin();
    expect(pool.asked.map(({ method }) => method)).toEqual([
      "mining.configure",
      "mining.subscribe",
      "mining.extranonce.subscribe",
      "mining.authorize",
    ]);
    expect(pool.asked[0]!.params).toEqual([
      ["version-rolling"],
      { "version-rolling.mask": "1fffe000", "version-rolling.min-bit-count": 2 },
    ]);
    expect(pool.asked[1]!.params).toEqual(["agon/test"]);
    expect(pool.asked[3]!.params).toEqual(["tagon1x.rig", "x"]);
    expect(kinds()).toEqual(["connecting", "working"]);
    expect(job).toMatchObject({ id: "a", difficulty: EASY, height: 513 });
    expect(await submit(job)).toEqual({ kind: "accepted" });
    const { params } = pool.asked.at(-1)!;
    expect(params).toHaveLength(6);
    expect(params.slice(0, 4)).toEqual(["tagon1x.rig", "a", "00000000", "6ae68102"]);
    expect(params[5]).toBe("00000000");
  });

  it("takes new work, difficulties and extranonces from the next job on", async () => {
    await begin();
    pool.say(difficulty(1));
    pool.say({ id: null, method: "mining.set_extranonce", params: ["ff", 2] });
    pool.say(notify("b", false));
    await until(() => jobs.length === 2);
    expect(jobs[0]!.difficulty).toBe(EASY);
    const next = lastJob();
    expect(next).toMatchObject({ id: "b", difficulty: 1, isClean: false });
    expect(next.share(1, next.search).params[1]).toHaveLength(4);
  });

  it("tells accepted, stale and rejected shares apart, and those that got no answer", async () => {
    const job = await begin();
    const answers = [
      { result: true },
      { result: null, error: [21, "Job not found", null] },
      { result: null, error: [22, "Duplicate share", null] },
      { result: null, error: { code: 23, message: "Low difficulty share" } },
      { result: false },
    ];
    pool.answers["mining.submit"] = () => answers.shift();
    expect(await submit(job)).toEqual({ kind: "accepted" });
    expect(await submit(job)).toEqual({ kind: "stale", why: "Job not found" });
    expect(await submit(job)).toEqual({ kind: "rejected", why: "Duplicate share" });
    expect(await submit(job)).toEqual({ kind: "rejected", why: "Low difficulty share" });
    expect(await submit(job)).toEqual({ kind: "rejected", why: "without a reason" });
    delete pool.answers["mining.submit"];
    const late = submit(job);
    await until(() => pool.asked.at(-1)!.method === "mining.submit" && pool.asked.length === 10);
    pool.cut();
    expect(await late).toEqual({ kind: "lost" });
    expect(await submit(job)).toEqual({ kind: "lost" });
  });

  it("comes back when the connection breaks, later each time, and has no work meanwhile", async () => {
    await begin();
    pool.cut();
    await until(() => kinds().at(-1) === "lost");
    expect(jobs.at(-1)).toBeNull();
    pool.answers["mining.subscribe"] = () => {
      queueMicrotask(() => pool.cut());
      return {};
    };
    const waits: number[] = [];
    for (let round = 2; round <= 6; round++) {
      const { retryMs } = news.at(-1) as { retryMs: number };
      waits.push(retryMs);
      clock.runTo(clock.nowMs() + retryMs);
      await until(() => pool.connections === round && kinds().at(-1) === "lost");
    }
    for (const [i, ms] of waits.entries()) {
      expect(ms).toBeGreaterThanOrEqual(500 * 2 ** Math.max(0, i));
      expect(ms).toBeLessThan(1_000 * 2 ** Math.max(0, i));
    }
  });

  it("leaves a pool that does not answer", async () => {
    delete pool.answers["mining.subscribe"];
    connect();
    await until(() => pool.asked.length === 4);
    clock.runTo(30_000);
    await until(() => kinds().at(-1) === "lost");
    expect(news.at(-1)).toMatchObject({ why: "the pool does not answer mining.subscribe" });
  });

  it("needs neither version rolling nor new extranonces", async () => {
    delete pool.answers["mining.configure"];
    const job = await begin();
    expect(await submit(job)).toEqual({ kind: "accepted" });
    expect(pool.asked.at(-1)!.params).toHaveLength(5);
  });

  it("ends when the pool does not want it, and says why", async () => {
    pool.answers["mining.authorize"] = () => ({ result: null, error: [24, "no such address", null] });
    connect();
    await expect(running).rejects.toMatchObject({
      code: "pool-refused",
      message: "the pool does not take tagon1x.rig: no such address",
    });
  });

  it("leaves what speaks no Stratum, or breaks it", async () => {
    for (const [line, why] of [
      ["HTTP/1.1 400 Bad Request", /does not speak Stratum/],
      [{ id: null, method: "mining.notify", params: ["a"] }, /not understood/],
      [difficulty(0), /a difficulty that is none/],
      [{ id: null, method: "mining.set_extranonce", params: ["zz", 4] }, /an extranonce that is none/],
      ["x".repeat(70_000), /a line without end/],
    ] as const) {
      await begin();
      pool.say(line);
      await until(() => kinds().at(-1) === "lost");
      expect((news.at(-1) as { why: string }).why).toMatch(why);
      stop.abort();
      await running;
      [stop, jobs, news] = [new AbortController(), [], []];
    }
  });

  it("moves to another port of the pool when asked, and to nobody else", async () => {
    await begin();
    const { port } = pool.server.address() as { port: number };
    pool.say({ id: null, method: "client.reconnect", params: ["evil.example", 1, 0] });
    await until(() => kinds().at(-1) === "lost");
    expect((news.at(-1) as { why: string }).why).toMatch(/evil.example, which is not its own/);
    clock.runTo(1_000);
    await until(() => jobs.length === 3);
    pool.say({ id: null, method: "client.reconnect", params: ["", port, 2] });
    await until(() => kinds().at(-1) === "moved");
    expect(news.at(-1)).toEqual({ kind: "moved", pool: `stratum+tcp://127.0.0.1:${port}`, waitMs: 2_000 });
    clock.runTo(clock.nowMs() + 2_000);
    await until(() => jobs.length === 5);
    expect(pool.connections).toBe(3);
  });

  it("answers what the pool asks, and passes on what it says", async () => {
    await begin();
    const answers: string[] = [];
    pool.say({ id: 7, method: "client.get_version", params: [] });
    pool.say({ id: "x", method: "mining.unheard_of", params: [] });
    pool.say({ id: null, method: "client.show_message", params: ["back in an hour"] });
    await until(() => kinds().at(-1) === "words" && pool.asked.length === 6);
    for (const one of pool.asked.slice(4)) answers.push(JSON.stringify(one));
    expect(answers).toEqual([
      '{"id":7,"result":"agon/test","error":null}',
      '{"id":"x","result":null,"error":[20,"Unknown method",null]}',
    ]);
    expect(news.at(-1)).toEqual({ kind: "words", words: "back in an hour" });
  });
});

describe("the address of a pool", () => {
  it("is read as miners write it", () => {
    expect(parsePoolAddress("stratum+tcp://pool.example:3333")).toEqual({
      ...{ host: "pool.example", port: 3333, isTls: false },
    });
    expect(parsePoolAddress("stratum+tls://[::1]:3334/")).toEqual({ host: "::1", port: 3334, isTls: true });
    expect(formatPoolAddress({ host: "::1", port: 3334, isTls: true })).toBe("stratum+tls://[::1]:3334");
    for (const text of [
      "pool:3333",
      "http://pool:1",
      "stratum+tcp://pool",
      "stratum+tcp://a:b@pool:1",
      "stratum+tcp://pool:1/x",
    ])
      expect(parsePoolAddress(text), text).toBeNull();
  });
});
