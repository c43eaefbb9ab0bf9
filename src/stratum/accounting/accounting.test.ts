/** What the books do, on each database. */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asHash, fromHex } from "#base";
import { formatAddress, verifySignature } from "#crypto";
import { thresholdTakenMessage } from "#model";
import { devAccount, signThreshold } from "#wallet/core";
import { type PostgresServer, postgresPrograms, startPostgres } from "../../../test/support/postgres-server.ts";
import { tempDir } from "../../../test/support/temp.ts";
import type { Terms } from "../trust/schemes.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { loadCredits, loadMiner, loadMinerPayouts, loadMiners } from "./queries/miner-view.ts";
import { loadLuck, loadPoolStatus } from "./queries/pool-view.ts";
import { createPublished } from "./queries/published.ts";
import { loadReceipts } from "./queries/receipts.ts";
import { loadPayouts, loadRound, loadRounds } from "./queries/round-view.ts";
import { testAddress } from "./testing/share-maker.ts";
import {
  CHAIN_ID,
  createSigner,
  createTestPool,
  POOL_KEY,
  PREFIX,
  REWARD_ATOMS,
  type TestPool,
  type TestPoolOptions,
} from "./testing/test-pool.ts";

const COIN = 100_000_000n;
const MATURITY = 5;
const terms = (scheme: Terms["scheme"], feePpm = 10_000): Terms => ({ scheme, feePpm, windowBlocks: 2 });
const poolAddress = createSigner().address;
/** Of whose address the key is known. */
const miner = devAccount(3);

const programs = postgresPrograms();
const isCi = !["", "0", "false", undefined].includes(process.env.CI);
// CI installs PostgreSQL, so there its absence is a failure.
const isPostgresAbsent = programs === null && !isCi;
const databases = [
  { kind: "sqlite", title: "sqlite" },
  {
    kind: "postgres",
    title: isPostgresAbsent ? "postgres, which is not installed (apt-get install postgresql)" : "postgres",
  },
] as const;

describe.each(databases)("the books in $title", ({ kind }) => {
  const isAbsent = kind === "postgres" && isPostgresAbsent;
  let server: PostgresServer | null = null;

  beforeAll(async () => {
    if (kind === "postgres" && !isAbsent) server = await startPostgres(programs ?? "/usr/bin");
  });
  afterAll(async () => server?.[Symbol.asyncDispose]());

  const open = async (options: TestPoolOptions = {}): Promise<TestPool> => {
    const sqlite: DatabaseOptions = { kind: "sqlite", file: ":memory:" };
    return createTestPool({ database: server === null ? sqlite : await server.createDatabase(), ...options });
  };
  const it = isAbsent ? test.skip : test;

  const work = (pool: TestPool, who: number, amount: bigint) =>
    pool.maker.unworked({ address: testAddress(who), work: amount, timeMs: pool.clock.nowMs() });

  const owedOf = async (pool: TestPool): Promise<Record<string, bigint>> => {
    const rows = await pool.database.reader.selectFrom("miners").selectAll().orderBy("id").execute();
    return Object.fromEntries(rows.map(({ id, owed }) => [id, BigInt(owed)]));
  };

  it("a block is divided when it is in the chain, and owed when it has matured", async () => {
    await using pool = await open({ terms: terms("prop") });
    await pool.count([work(pool, 1, 300n), work(pool, 2, 100n)]);
    await pool.find(work(pool, 1, 100n));
    await pool.accounting.settle();
    expect(await owedOf(pool)).toEqual({ 1: 0n, 2: 0n });
    pool.mine(MATURITY);
    await pool.accounting.settle();
    const net = REWARD_ATOMS - REWARD_ATOMS / 100n;
    expect(await owedOf(pool)).toEqual({ 1: (net * 4n) / 5n, 2: net / 5n });
    const books = await pool.accounting.checkBooks();
    expect(books).toMatchObject({ problems: [], rewardsAtoms: REWARD_ATOMS, owedAtoms: net, burnedAtoms: 10_000n });
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
    expect(pool.news.map(({ name }) => name)).toEqual(["block-credited", "block-confirmed"]);
  });

  it("a reorganised block takes its credits back, its miners are told, and it may come again", async () => {
    await using pool = await open({ terms: terms("pplns") });
    await pool.count([work(pool, 1, 300n), work(pool, 2, 100n)]);
    await pool.find(work(pool, 1, 100n));
    pool.mine(2);
    await pool.accounting.settle();
    const block = pool.chain.revert(3)[0]!;
    pool.mine(4);
    await pool.accounting.settle();
    const orphaned = pool.news.at(-1)!;
    expect(orphaned.name).toBe("block-orphaned");
    expect(orphaned.event).toMatchObject({
      round: 1,
      addresses: [work(pool, 1, 1n).address, work(pool, 2, 1n).address],
    });
    pool.mine(MATURITY);
    await pool.accounting.settle();
    expect(await owedOf(pool)).toEqual({ 1: 0n, 2: 0n });
    expect((await pool.accounting.checkBooks()).problems).toEqual([]);

    pool.chain.revert(4 + MATURITY);
    pool.chain.mine(poolAddress, REWARD_ATOMS, hashOf(block.id));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    const owed = await owedOf(pool);
    expect(owed[1]! + owed[2]!).toBe(REWARD_ATOMS - REWARD_ATOMS / 100n);
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
  });

  it("a reorganisation deeper than maturity leaves a debt, which the next block pays first", async () => {
    await using pool = await open({ terms: terms("solo"), thresholdAtoms: COIN });
    await pool.find(work(pool, 1, 10n));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    const taken = pool.chain.revert(MATURITY + 5);
    expect(taken).toHaveLength(MATURITY + 5);
    pool.mine(MATURITY + 6);
    await pool.accounting.settle();
    expect(await owedOf(pool)).toEqual({ 1: REWARD_ATOMS / 100n - REWARD_ATOMS });
    expect((await pool.accounting.checkBooks()).problems).toEqual([]);
    await pool.find(work(pool, 1, 10n));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    expect(await owedOf(pool)).toEqual({ 1: 0n });
    // The payout that the reorganisation dropped was submitted again, and pays what was promised.
    await pool.accounting.settle();
    pool.mine(4);
    await pool.accounting.settle();
    expect(pool.chain.balanceOf(testAddress(1))).toBeGreaterThan(0n);
    expect((await pool.accounting.checkBooks()).problems).toEqual([]);
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
  });

  it("payouts take fee and account burn from whom they pay, and the books know every atom", async () => {
    await using pool = await open({ terms: terms("prop"), thresholdAtoms: COIN });
    await pool.count([work(pool, 1, 70n), work(pool, 2, 29n)]);
    await pool.find(work(pool, 3, 1n));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    const owed = await owedOf(pool);
    await pool.accounting.pay();
    pool.mine(1);
    const paid = [1, 2, 3].map((who) => pool.chain.balanceOf(testAddress(who)));
    // Miner 3 is below the threshold.
    expect(owed[3]).toBeLessThan(COIN);
    expect(paid[2]).toBe(0n);
    const feeAtoms = 20n * BigInt(118 + 2 * 28);
    expect(paid[0]! + paid[1]! + feeAtoms + 2n * 10_000n).toBe(owed[1]! + owed[2]!);
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
    await pool.accounting.settle();
    expect(await pool.accounting.checkBooks()).toMatchObject({
      problems: [],
      paidAtoms: 0n,
      payingAtoms: owed[1]! + owed[2]!,
    });
    pool.mine(3);
    await pool.accounting.settle();
    expect(await pool.accounting.checkBooks()).toMatchObject({
      problems: [],
      payingAtoms: 0n,
      paidAtoms: owed[1]! + owed[2]!,
    });
    expect(pool.news.map(({ name }) => name).slice(-2)).toEqual(["payout-signed", "payout-confirmed"]);
  });

  it("a payout that a reorganisation drops is submitted again with the same bytes", async () => {
    await using pool = await open({ terms: terms("solo"), thresholdAtoms: COIN });
    await pool.find(work(pool, 1, 1n));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    const before = pool.chain.balanceOf(testAddress(1));
    pool.chain.revert(4);
    pool.chain.forgetWaiting();
    pool.mine(1);
    expect(pool.chain.balanceOf(testAddress(1))).toBe(0n);
    await pool.accounting.settle();
    expect(pool.news.at(-1)!.name).toBe("payout-dropped");
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    expect(pool.chain.balanceOf(testAddress(1))).toBe(before);
    expect(await pool.database.reader.selectFrom("payouts").selectAll().execute()).toHaveLength(1);
    expect(await pool.accounting.checkBooks()).toMatchObject({ problems: [], payingAtoms: 0n });
  });

  it("every question about the books has an answer", async () => {
    await using pool = await open({ terms: terms("pplns"), thresholdAtoms: COIN });
    await pool.count([work(pool, 1, 300n), work(pool, 2, 100n)]);
    await pool.find(work(pool, 2, 5n));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    await pool.accounting.pay();
    pool.clock.runTo(pool.clock.nowMs() + 60_000);
    await pool.accounting.shares.saveSamples();
    const address = work(pool, 1, 1n).address;
    expect(await loadPoolStatus(pool)).toMatchObject({ blocks: { confirmed: 1 }, activeMiners: 2 });
    expect((await loadMiners(pool, { limit: 1 })).items).toHaveLength(1);
    expect(await loadMiner(pool, address)).toMatchObject({ address, samples: [{ shares: 1 }] });
    expect((await loadCredits(pool, address)).items).toMatchObject([{ kind: "block", round: 1, myWork: 300n }]);
    expect((await loadMinerPayouts(pool, address)).items).toMatchObject([{ state: "signed" }]);
    expect((await loadRounds(pool)).items).toHaveLength(2);
    expect(await loadRound(pool, 1)).toMatchObject({ miners: 2, heads: [{ size: 3, final: true }] });
    expect((await loadPayouts(pool)).items).toMatchObject([{ outputs: 2, nonce: 0 }]);
    expect(await loadLuck(pool)).toMatchObject({ pool: { found: 1 }, tests: 2 });
    expect((await loadReceipts(pool.options, pool.parts, address, null)).receipts).toHaveLength(1);
    const published = createPublished(pool.options, pool.parts);
    expect(await published.statement(1)).toMatchObject({ round: 1, rewardAtoms: REWARD_ATOMS });
    expect(await published.latestHead(1)).toMatchObject({ size: 3, final: true });
  });

  it("the books are taken over by whoever opens them last", async () => {
    const database: DatabaseOptions | null = server === null ? null : await server.createDatabase();
    // SQLite lets no second process in at all.
    if (database === null) return;
    const first = await createTestPool({ database });
    await using second = await createTestPool({ database, chain: first.chain, seed: 2 });
    await second.count([work(second, 1, 3n)]);
    const late = Promise.resolve(first.accounting.shares.accepted(work(first, 1, 3n)));
    await first.accounting.shares.flush();
    await expect(late).rejects.toMatchObject({ code: "pool-superseded" });
    expect(first.accounting.shares.obstacle()).toBe("another process has taken over the pool");
    await first.database.close();
    expect(second.accounting.shares.round().frontier.size).toBe(1);
  });

  const wish = (pool: TestPool, thresholdAtoms: bigint | null, timeMs = pool.clock.nowMs()) =>
    signThreshold({ chainId: CHAIN_ID, poolKey: POOL_KEY, seed: miner.seed, thresholdAtoms, timeMs });

  it("a miner's signed threshold is in force from then on, above the operator's, and over a restart", async () => {
    const database: DatabaseOptions =
      server === null ? { kind: "sqlite", file: `${tempDir("pool")}/pool.db` } : await server.createDatabase();
    const first = await createTestPool({ database, terms: terms("solo") });
    const { accounting } = first;
    const address = formatAddress(miner.address, PREFIX);
    await first.find(first.maker.unworked({ address: miner.address, work: 3n, timeMs: first.clock.nowMs() }));
    expect(await loadMiner(first, address)).toMatchObject({ thresholdFrom: "pool", thresholdOrder: null });
    await accounting.setThreshold(address, 60n * COIN);
    expect(await loadMiner(first, address)).toMatchObject({ thresholdFrom: "operator", thresholdAtoms: 60n * COIN });
    const order = wish(first, 49n * COIN);
    const taken = await accounting.orderThreshold(order);
    expect(taken).toMatchObject({ ok: true, value: { order } });
    if (taken.ok)
      expect(verifySignature(taken.value.taken, thresholdTakenMessage(CHAIN_ID, order), POOL_KEY)).toBe(true);
    await expect(accounting.setThreshold(address, 60n * COIN)).rejects.toMatchObject({ code: "threshold-signed" });
    first.mine(MATURITY);
    await accounting.settle();
    await accounting.pay();
    expect((await loadMinerPayouts(first, address)).items).toHaveLength(1);
    await first[Symbol.asyncDispose]();
    // What was taken stands although less is not taken any more.
    await using second = await createTestPool({ database, chain: first.chain, minThresholdAtoms: 50n * COIN, seed: 2 });
    expect(await loadMiner(second, address)).toMatchObject({
      ...{ thresholdFrom: "miner", thresholdAtoms: 49n * COIN },
      ...{ thresholdOrder: { order }, minThresholdAtoms: 50n * COIN },
    });
    expect(await second.accounting.orderThreshold(wish(second, null, order.timeMs + 1))).toMatchObject({ ok: true });
    expect(await loadMiner(second, address)).toMatchObject({ thresholdFrom: "pool", thresholdAtoms: 100n * COIN });
    await second.accounting.setThreshold(address, 60n * COIN);
  });

  it("an order that is not the miner's, not of now, too low or too much is refused", async () => {
    await using pool = await open({ terms: terms("prop") });
    const { orderThreshold } = pool.accounting;
    const nowMs = pool.clock.nowMs();
    await expect(orderThreshold(wish(pool, COIN))).rejects.toMatchObject({ code: "miner-unknown" });
    await pool.count([pool.maker.unworked({ address: miner.address, work: 3n, timeMs: nowMs })]);
    const order = wish(pool, 2n * COIN);
    const forged = { ...order, thresholdAtoms: 3n * COIN };
    expect(await orderThreshold(forged)).toMatchObject({ ok: false, error: { code: "threshold-signature" } });
    const stranger = { ...order, address: testAddress(1) };
    expect(await orderThreshold(stranger)).toMatchObject({ ok: false, error: { code: "threshold-key" } });
    await expect(orderThreshold(wish(pool, COIN - 1n))).rejects.toMatchObject({ code: "threshold-too-low" });
    for (const timeMs of [nowMs + 600_001, nowMs - 600_001, Number.MAX_SAFE_INTEGER])
      await expect(orderThreshold(wish(pool, COIN, timeMs))).rejects.toMatchObject({ code: "threshold-time" });
    expect(await orderThreshold(order)).toMatchObject({ ok: true });
    // Its answer may have been lost.
    expect(await orderThreshold(order)).toMatchObject({ ok: true });
    await expect(orderThreshold(wish(pool, COIN))).rejects.toMatchObject({ code: "threshold-replayed" });
    for (let i = 1; i < 10; i++) await orderThreshold(wish(pool, COIN, nowMs + i));
    await expect(orderThreshold(order)).rejects.toMatchObject({ code: "threshold-replayed" });
    await expect(orderThreshold(wish(pool, COIN, nowMs + 10))).rejects.toMatchObject({ code: "threshold-too-often" });
    pool.clock.runTo(nowMs + 3_600_010);
    expect(await orderThreshold(wish(pool, null))).toMatchObject({ ok: true });
  });

  it("books of the version before are brought to this one, with all that stands in them", async () => {
    const database: DatabaseOptions =
      server === null ? { kind: "sqlite", file: `${tempDir("pool")}/pool.db` } : await server.createDatabase();
    const old = await createTestPool({ database, terms: terms("prop") });
    await old.count([old.maker.unworked({ address: miner.address, work: 3n, timeMs: old.clock.nowMs() })]);
    await sql`drop table threshold_orders`.execute(old.database.reader);
    await sql`delete from kysely_migration where name = '0002'`.execute(old.database.reader);
    await old[Symbol.asyncDispose]();
    await using pool = await createTestPool({ database, chain: old.chain, terms: terms("prop"), seed: 2 });
    expect(pool.accounting.shares.round().frontier.size).toBe(1);
    expect(await pool.accounting.orderThreshold(wish(pool, COIN))).toMatchObject({ ok: true });
  });

  it("shares long past are forgotten, their roots and works are not", async () => {
    await using pool = await open({ terms: terms("prop"), keepRounds: 2 });
    for (let i = 0; i < 6; i++) await pool.find(work(pool, 1, 5n));
    pool.mine(MATURITY);
    await pool.accounting.settle();
    const kept = await pool.database.reader.selectFrom("shares").select("round").orderBy("round").execute();
    expect(kept.map(({ round }) => round)).toEqual([5, 6]);
    expect(await pool.database.reader.selectFrom("tree_heads").selectAll().execute()).toHaveLength(6);
    expect((await pool.accounting.checkBooks()).problems).toEqual([]);
  });

  it("what stands in the books stands there after a restart", async () => {
    const database: DatabaseOptions =
      server === null ? { kind: "sqlite", file: `${tempDir("pool")}/pool.db` } : await server.createDatabase();
    const first = await createTestPool({ database, terms: terms("pplns") });
    await first.count([work(first, 1, 300n), work(first, 2, 100n)]);
    await first.find(work(first, 2, 5n));
    await first.count([work(first, 3, 7n), work(first, 1, 8n)]);
    await first.accounting.settle();
    const round = first.accounting.shares.round();
    await first[Symbol.asyncDispose]();
    await using second = await createTestPool({ database, chain: first.chain, terms: terms("pplns") });
    expect(second.accounting.shares.round()).toEqual(round);
    second.mine(MATURITY);
    await second.accounting.settle();
    expect((await second.accounting.checkBooks()).rewardsAtoms).toBe(REWARD_ATOMS);
    await second.count([work(second, 4, 1n)]);
    expect(second.accounting.shares.round().frontier.size).toBe(3);
  });
});

function hashOf(hex: string) {
  return asHash(fromHex(hex)!);
}
