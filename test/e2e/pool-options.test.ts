/** A pool with each of its options, and what becomes of it when something that it needs goes away. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import Sqlite from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Client, createClient } from "#api/contract";
import { asAddress } from "#base";
import { formatAddress } from "#crypto";
import { CERTIFICATE, CERTIFICATE_KEY } from "../support/certificate.ts";
import { freePort } from "../support/ports.ts";
import { type PostgresServer, postgresPrograms, requirePostgres, startPostgres } from "../support/postgres-server.ts";
import { requireProgram } from "../support/requires.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { type RunningAgon, startAgon } from "./agon-process.ts";
import { agonHere } from "./memory-terminal.ts";
import { headersOf, type PoolUnderTest, readRecord, recordsOf, runPool } from "./pool-under-test.ts";
import { StratumMiner } from "./stratum-miner.ts";

const PATIENCE = { timeout: 120_000, interval: 50 };
/** Far above what a slow machine takes. */
const HANGING_MS = 600_000;
const MATURITY = 5;
const DEPTH = 10;
const COIN = 100_000_000n;
/** Of a block on the dev chain without fees. */
const REWARD = 5_000_000_000n;
const BLOCK_WORK = 16_383n;

const [ANNA, BEN, CLARA] = [1, 2, 3].map((fill) =>
  formatAddress(asAddress(new Uint8Array(20).fill(fill)), "tagon"),
) as [...[string, string, string]];
let folder: TempFolder;
let nodePort: number;
let node: RunningAgon;
let client: Client;
let postgres: PostgresServer | null = null;
let databaseUrl: string | null = null;
/** Books in PostgreSQL where there is one, and TLS. */
let prop: PoolUnderTest;
let pps: PoolUnderTest;
let solo: PoolUnderTest;

const place = (name: string): string => join(folder.dir, name);
const poolOptions = (from: string): readonly string[] => [
  ...["--node", `http://127.0.0.1:${nodePort}`, "--node-data", place("node"), "--from", from, "--threshold", "1"],
];

async function openDatabase(): Promise<string | null> {
  const programs = postgresPrograms();
  if (programs === null) return null;
  postgres = await startPostgres(programs);
  return (await postgres.createDatabase()).url;
}

async function runNode(): Promise<void> {
  const own = ["--spec", "dev", "--api-port", String(nodePort), "--p2p-port", "0", "--log-level", "error"];
  node = await startAgon(["node", "--data", place("node"), ...own]);
}

beforeAll(async () => {
  [folder, nodePort] = await Promise.all([createTempFolder("agon-pool-options"), freePort()]);
  writeFileSync(place("cert.pem"), CERTIFICATE);
  writeFileSync(place("key.pem"), CERTIFICATE_KEY);
  const database = openDatabase();
  await runNode();
  const token = readFileSync(join(place("node"), "api-token"), "utf8").trim();
  client = createClient({ baseUrl: `http://127.0.0.1:${nodePort}`, token, fetch });
  const tls = ["--tls-port", "0", "--tls-cert", place("cert.pem"), "--tls-key", place("key.pem")];
  const startProp = async () => {
    databaseUrl = await database;
    const books = databaseUrl === null ? [] : ["--database", databaseUrl];
    return runPool(place("prop"), [...poolOptions("dev-0"), "--scheme", "prop", ...tls, ...books]);
  };
  [prop, pps, solo] = await Promise.all([
    startProp(),
    runPool(place("pps"), [...poolOptions("dev-1"), "--scheme", "pps", "--reserve", "4"]),
    runPool(place("solo"), [...poolOptions("dev-2"), "--scheme", "solo"]),
  ]);
});
afterAll(async () => {
  for (const pool of [prop, pps, solo]) await pool?.process.stop("SIGKILL");
  await node?.stop("SIGKILL");
  await postgres?.[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function joinPool(pool: PoolUnderTest, user: string): Promise<StratumMiner> {
  const miner = await StratumMiner.connect(pool.port, user);
  onTestFinished(() => miner.close());
  return miner;
}

/** One share and no more. @returns whether it counts */
async function sendOne(miner: StratumMiner): Promise<boolean> {
  const sent = miner.shares.length;
  await miner.mine(() => miner.shares.length > sent);
  return miner.shares[sent]?.verdict === true;
}

/** Until one counts: another may have found a block meanwhile. */
async function mineOne(miner: StratumMiner): Promise<void> {
  while (!(await sendOne(miner))) {}
}

/** Searches on while something is waited for; a share at a time, so that blocks do not come by the dozen. */
async function mineWhile(miner: StratumMiner, task: () => Promise<unknown>): Promise<void> {
  let isDone = false;
  const search = (async () => {
    while (!isDone) await sendOne(miner);
  })();
  try {
    await task();
  } finally {
    isDone = true;
    await search;
  }
}

/** One that the pool found is in the chain, and divided: blocks that are made at the node come upon it. */
async function expectBlock({ client: { pool } }: PoolUnderTest, finder: string): Promise<void> {
  await pool.pay();
  const { items } = await pool.rounds({ limit: 100 });
  const own = items.flatMap(({ block }) => block ?? []).filter((block) => block.finder === finder);
  expect(own.some(({ state, reward }) => state !== "orphaned" && reward !== null)).toBe(true);
}

const untilTroubled = (pool: PoolUnderTest, words: RegExp | null) =>
  vi.waitFor(async () => {
    const { checks } = await pool.client.health();
    const troubles = checks.map(({ message }) => message);
    if (words === null) expect(troubles).toEqual([]);
    else expect(troubles.join()).toMatch(words);
  }, PATIENCE);

async function expectReceipts(pool: PoolUnderTest, address: string, miner: StratumMiner): Promise<void> {
  const headers = await headersOf(pool.client, address);
  expect(new Set(headers).size).toBe(headers.length);
  for (const { header } of miner.accepted) expect(headers).toContain(header);
}

interface Divided {
  /** What is above 0. */
  readonly amounts: readonly bigint[];
  readonly net: bigint;
}

async function expectDivided({ client: { pool } }: PoolUnderTest, check: (divided: Divided) => void): Promise<void> {
  const rounds = (await pool.rounds({ limit: 100 })).items.filter(({ block }) => block?.state === "confirmed");
  expect(rounds.length).toBeGreaterThan(0);
  for (const { id, block } of rounds.slice(0, 10)) {
    const amounts = (await pool.round(id)).parts.map(({ amount }) => BigInt(amount ?? 0)).filter((one) => one > 0n);
    // With the fees of payouts that are in it.
    const reward = BigInt(block!.reward!);
    expect(reward).toBeGreaterThanOrEqual(REWARD);
    expect(block!.fee).toBe(String(reward / 100n));
    check({ amounts, net: reward - reward / 100n });
  }
}

describe("a pool and its options", { timeout: HANGING_MS }, () => {
  it("takes shares over TLS, from a bare socket and from 'agon mine'", async () => {
    const socket = connectTls({ port: prop.tlsPort, host: "127.0.0.1", servername: "localhost", ca: CERTIFICATE });
    await once(socket, "secureConnect");
    const miner = await StratumMiner.over(socket, `${ANNA}.bare`);
    onTestFinished(() => miner.close());
    for (let i = 0; i < 5; i++) await mineOne(miner);
    const own = await startAgon(
      ["mine", "--pool", `stratum+tls://localhost:${prop.tlsPort}`, "--address", BEN, "--threads", "1"],
      { env: { NODE_EXTRA_CA_CERTS: place("cert.pem") } },
    );
    onTestFinished(async () => void (await own.stop("SIGKILL")));
    await vi.waitFor(async () => {
      await expectBlock(prop, BEN);
    }, PATIENCE);
    await own.stop("SIGTERM");
    await expectReceipts(prop, ANNA, miner);
  });

  it("counts each share once when PostgreSQL goes away and comes back", async (context) => {
    requirePostgres(context);
    const miner = await joinPool(prop, ANNA);
    await mineOne(miner);
    await mineWhile(miner, async () => {
      await postgres!.halt();
      await untilTroubled(prop, /no shares are counted: the pool cannot write its books/);
      await expect(prop.client.pool.status()).rejects.toMatchObject({ status: 503, code: "pool-storage" });
      await postgres!.resume();
      await untilTroubled(prop, null);
    });
    await mineOne(miner);
    await expectReceipts(prop, ANNA, miner);
  });

  it("buys no shares beyond the reserve of PPS, and those that wait when a block has paid", async () => {
    const miner = await joinPool(pps, CLARA);
    await mineOne(miner);
    await pps.client.pool.pay();
    const [bought] = (await pps.client.pool.credits(CLARA)).items;
    const [record] = await recordsOf(pps.client, CLARA);
    const { work, rewardAtoms } = readRecord(record!);
    expect(bought!.myWork).toBe(String(work));
    // Other pools of this chain may be paying meanwhile, and the fees are the block's.
    expect(rewardAtoms).toBeGreaterThanOrEqual(REWARD);
    const value = (rewardAtoms * 990_000n * work) / (BLOCK_WORK * 1_000_000n);
    expect(bought).toMatchObject({ kind: "pps", amount: String(value) });
    await mineOne(miner);
    await pps.client.pool.pay();
    await untilTroubled(pps, /the pool's reserve is spent until its next block/);
    // Shares are refused in words; a block is a block.
    await mineWhile(miner, () =>
      vi.waitFor(async () => {
        await expectBlock(pps, CLARA);
        expect(miner.shares.map(({ verdict }) => verdict).join()).toContain("reserve is spent until its next block");
      }, PATIENCE),
    );
    await client.mine({ blocks: MATURITY });
    await pps.client.pool.pay();
    await untilTroubled(pps, null);
    await mineOne(miner);
  });

  it("gives a block under SOLO to who found it, and loses nothing when its disk is full", async (context) => {
    const [finder, other] = [await joinPool(solo, BEN), await joinPool(solo, CLARA)];
    await mineOne(other);
    const prlimit = requireProgram("prlimit", context);
    const limit = (bytes: string): void =>
      void execFileSync(prlimit, ["--pid", String(solo.process.pid), `--fsize=${bytes}:`]);
    await mineWhile(finder, async () => {
      limit("1");
      await untilTroubled(solo, /no shares are counted/);
      limit("unlimited");
      await untilTroubled(solo, null);
    });
    await mineOne(finder);
    await solo.process.stop("SIGKILL");
    solo = await runPool(place("solo"), [...poolOptions("dev-2"), "--scheme", "solo"]);
    await expectReceipts(solo, BEN, finder);
    await expectReceipts(solo, CLARA, other);
  });

  it("keeps its miners over a node that is killed, and goes on when it is back", async () => {
    const miners = [await joinPool(prop, ANNA), await joinPool(pps, CLARA), await joinPool(solo, BEN)];
    await mineWhile(miners[2]!, async () => {
      await node.stop("SIGKILL");
      for (const pool of [prop, pps, solo]) await untilTroubled(pool, /the node gives no work/);
    });
    await runNode();
    for (const pool of [prop, pps, solo]) await untilTroubled(pool, null);
    for (const miner of miners) {
      const told = /No new work at present.*The node is back/;
      await vi.waitFor(() => expect(miner.notices.join()).toMatch(told), PATIENCE);
      await mineOne(miner);
    }
  });

  it("asks its miners to go elsewhere", async () => {
    const miner = await joinPool(solo, BEN);
    // The one of before may be on its way out.
    await vi.waitFor(async () => expect((await solo.client.pool.status()).connections).toBe(1), PATIENCE);
    const at = ["--pool", String(solo.process.said.api), "--data", solo.folder];
    const moved = await agonHere(["pool", "move", `127.0.0.1:${pps.port}`, ...at, "--wait", "5", "--json"]);
    expect([moved.err, JSON.parse(moved.out.toString())]).toEqual(["", { asked: 1 }]);
    await vi.waitFor(() => expect(miner.moves).toEqual([["127.0.0.1", pps.port, 5]]), PATIENCE);
  });

  it("pays what it owes, and every audit of it fits", async () => {
    const pools = [prop, pps, solo];
    for (const pool of [prop, solo]) {
      const miner = await joinPool(pool, CLARA);
      await mineWhile(miner, () => vi.waitFor(() => expectBlock(pool, CLARA), PATIENCE));
    }
    const settle = async (isDone: (pool: PoolUnderTest) => Promise<boolean>) => {
      for (const pool of pools) await pool.client.pool.pay();
      for (const pool of pools)
        await vi.waitFor(async () => {
          if (await isDone(pool)) return;
          await client.mine({ blocks: MATURITY });
          await pool.client.pool.pay();
          throw new Error("not yet");
        }, PATIENCE);
    };

    await client.mine({ blocks: MATURITY });
    await settle(async (pool) => BigInt((await pool.client.pool.miner(CLARA)).owed) < COIN);
    await client.mine({ blocks: DEPTH + 1 });
    await settle(async (pool) => (await pool.client.pool.status()).paying === "0");
    for (const address of [ANNA, BEN, CLARA]) {
      const all = await Promise.all(pools.map((pool) => pool.client.pool.minerPayouts(address, { limit: 100 })));
      const amounts = all.flatMap(({ items }) => items.map(({ amount }) => BigInt(amount)));
      const { balance } = await client.account(address);
      expect(BigInt(balance)).toBe(amounts.reduce((sum, amount) => sum + amount, 0n));
    }
    await expectDivided(prop, ({ amounts, net }) => expect(amounts.reduce((sum, one) => sum + one, 0n)).toBe(net));
    await expectDivided(solo, ({ amounts, net }) => expect(amounts).toEqual([net]));
    for (const { process: running } of pools) {
      const at = ["--pool", String(running.said.api), "--node", `http://127.0.0.1:${nodePort}`];
      const audit = await agonHere(["pool", "audit", ...at, "--address", CLARA, "--rounds", "5", "--json"]);
      expect([audit.err, audit.code]).toEqual(["", 0]);
      expect(JSON.parse(audit.out.toString())).toMatchObject({ cheated: false, report: { findings: [] } });
    }
  });

  it("says at its start what stands in its way", async () => {
    const start = async (name: string, more: readonly string[]) => {
      const argv = ["pool", "--data", place(name), "--port", "0", "--api-port", "0", ...more, "--json"];
      const { code, err } = await agonHere(argv);
      expect(code).toBe(1);
      return JSON.parse(err).error as { code: string; message: string };
    };
    const own = poolOptions("dev-2");
    expect(await start("solo", poolOptions("dev-5"))).toMatchObject({ code: "pool-books" });
    expect(await start("taken", [...own, "--port", String(prop.port)])).toMatchObject({ code: "stratum-listen" });
    if (databaseUrl !== null)
      for (const from of ["dev-0", "dev-5"]) {
        const refused = await start(from, [...poolOptions(from), "--database", databaseUrl]);
        expect(refused.message).toMatch(/books (were signed with another key|of tagon1)/);
      }
    expect(await start("away", [...own, "--database", "postgres://me:secret@127.0.0.1:1/books"])).toMatchObject({
      code: "pool-database",
      message: expect.not.stringContaining("secret"),
    });
    await solo.process.stop("SIGTERM");
    writeFileSync(place("damaged.db"), "no database at all, but a text that is longer than its header");
    expect(await start("damaged", [...own, "--database", place("damaged.db")])).toMatchObject({
      code: "pool-books-damaged",
    });
    const books = new Sqlite(join(place("solo"), "pool.db"));
    books.prepare("insert into kysely_migration (name, timestamp) values ('9999', '2100-01-01')").run([]);
    books.close();
    expect(await start("solo", own)).toMatchObject({ code: "pool-migration" });
  });
});
