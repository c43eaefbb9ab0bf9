/** A pool on a devnet, and a miner written from the public description of the protocol. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import * as contract from "#api/contract";
import { createClient, type PoolInfo } from "#api/contract";
import { formatAddress } from "#crypto";
import { devAccount } from "#wallet/core";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { agon, type RunningAgon, startAgon } from "./agon-process.ts";
import { type DevnetUnderTest, startDevnet } from "./devnet-under-test.ts";
import { headersOf, type PoolUnderTest, runPool } from "./pool-under-test.ts";
import { type MinedShare, StratumMiner } from "./stratum-miner.ts";

/** Blocks by which a rival chain is longer. */
const RIVAL_LEAD = 4;
const MATURITY = 10;
const DEPTH = 10;
/** Of a pool that cheats. */
const DROP_EVERY = 3;
const COIN = 100_000_000n;
/** Who is owed less waits. */
const THRESHOLD = COIN;
const PATIENCE = { timeout: 120_000, interval: 50 };
/** Far above what a slow machine takes. */
const HANGING_MS = 600_000;

const ALICE = formatAddress(devAccount(3).address, "tagon");
const BOB = formatAddress(devAccount(4).address, "tagon");
let folder: TempFolder;
let devnet: DevnetUnderTest;
let rival: RunningAgon;
let pool: PoolUnderTest;

beforeAll(async () => {
  folder = await createTempFolder("agon-pool");
  const [net, lonely] = await Promise.all([
    // Its nodes find nothing by themselves: two that did at once would differ until the next block.
    startDevnet(join(folder.dir, "net"), ["--nodes", "3", "--spec", "test", "--hash-rate", "0"]),
    startRival(),
  ]);
  [devnet, rival] = [net, lonely];
  pool = await startPool("pool", "dev-0");
});
afterAll(async () => {
  await pool?.process.stop("SIGKILL");
  await rival?.stop("SIGKILL");
  await devnet?.stop("SIGTERM");
  await folder[Symbol.asyncDispose]();
});

/** A node that knows nobody, or that one peer. */
async function startRival(peer?: string): Promise<RunningAgon> {
  const known = peer === undefined ? [] : ["--p2p-bootstrap", peer];
  const own = ["--data", rivalData(), "--spec", "test", "--api-port", "0", "--p2p-port", "0", "--log-level", "error"];
  return startAgon(["node", ...own, ...known]);
}

function rivalData(): string {
  return join(folder.dir, "rival");
}

/** Makes the chain of the rival longer than the devnet's, and so heavier. */
async function outweigh(): Promise<void> {
  const token = readFileSync(join(rivalData(), "api-token"), "utf8").trim();
  const client = createClient({ baseUrl: String(rival.said.api), token, fetch, timeoutMs: 60_000 });
  const { height } = (await devnet.client.status()).head;
  await client.mine({ blocks: height + RIVAL_LEAD });
}

function startPool(name: string, from: string, more: readonly string[] = []): Promise<PoolUnderTest> {
  const node = ["--node", devnet.url, "--node-data", devnet.data];
  return runPool(join(folder.dir, name), [...node, "--from", from, "--threshold", String(THRESHOLD / COIN), ...more]);
}

async function joinPool(at: PoolUnderTest, address: string): Promise<StratumMiner> {
  const miner = await StratumMiner.connect(at.port, address);
  onTestFinished(() => miner.close());
  return miner;
}

/** That the pool has not given up, newest first; siblings end no round, and one that came too late is refused or an orphan. */
async function poolBlocks() {
  const { items } = await pool.client.pool.rounds({ limit: 100 });
  return items.flatMap(({ block }) =>
    block === null || block.state === "orphaned" || block.refused !== null ? [] : block,
  );
}

/**
 * Mines until so many blocks are in the chain and divided. What becomes of one is waited for before the next is looked for:
 * a search that went on would find as many more as the machine is fast.
 */
async function findBlocks(miner: StratumMiner, count: number) {
  const known = new Set(miner.shares);
  for (;;) {
    await miner.mineBlock();
    const found = miner.accepted.filter((share) => share.isBlock && !known.has(share)).map(({ hash }) => hash);
    const blocks = await vi.waitFor(async () => {
      await pool.client.pool.pay();
      const own = (await poolBlocks()).filter(({ hash }) => found.includes(explorerOrder(hash)));
      for (const { reward } of own) expect(reward).not.toBeNull();
      return own;
    }, PATIENCE);
    if (blocks.length >= count) return blocks;
  }
}

/** Mines at a node until the pool shows what is waited for. */
async function bury(blocks: number, isDone: (pool: PoolInfo) => boolean): Promise<void> {
  await devnet.client.mine({ blocks });
  await vi.waitFor(async () => {
    await pool.client.pool.pay();
    if (isDone(await pool.client.pool.status())) return;
    await devnet.client.mine({ blocks: 1 });
    throw new Error("not yet");
  }, PATIENCE);
  await agree();
}

async function agree(): Promise<void> {
  await vi.waitFor(async () => {
    const heads = (await devnet.nodes()).map(({ head }) => head?.hash);
    expect(new Set(heads).size).toBe(1);
  }, PATIENCE);
}

describe("a pool on a devnet of three nodes", { timeout: HANGING_MS }, () => {
  it("takes blocks from a miner that knows the public protocol alone, and everybody agrees who found what", async () => {
    const miner = await joinPool(pool, `${ALICE}.rig-1`);
    const blocks = await findBlocks(miner, 2);
    await agree();
    const { address } = await pool.client.pool.status();
    for (const block of blocks) {
      expect(block.finder).toBe(ALICE);
      expect(miner.shares.some(({ hash, isBlock }) => isBlock && hash === explorerOrder(block.hash))).toBe(true);
      for (const { name } of await devnet.nodes()) {
        const seen = await (await devnet.direct(name)).block(block.hash);
        expect(seen).toMatchObject({ canonical: true, height: block.height, proposer: address });
        expect(seen.credits.map(({ to }) => to)).toEqual([address]);
        expect(seen.reward).toBe(block.reward);
      }
      // The pool's own pages ask its server.
      expect((await pool.client.block(block.hash)).hash).toBe(block.hash);
    }
    // An answer may still be on its way.
    await vi.waitFor(async () => {
      const { workers } = await pool.client.pool.miner(ALICE);
      expect(workers).toMatchObject([{ worker: "rig-1", accepted: miner.accepted.length }]);
    }, PATIENCE);
    expect((await pool.client.status()).features).toContain("pool");
  });

  it("takes credits back when a reorganisation takes its blocks, and tells miners", async () => {
    const miner = await joinPool(pool, ALICE);
    const before = await poolBlocks();
    expect(before).not.toHaveLength(0);
    expect(BigInt((await pool.client.pool.miner(ALICE)).immature)).toBe(BigInt(before.length) * 4_950_000_000n);
    await outweigh();
    await rival.stop("SIGTERM");
    rival = await startRival((await devnet.node("node-1")).p2p);
    await vi.waitFor(async () => {
      for (const { name } of await devnet.nodes())
        for (const { hash } of before)
          expect(await (await devnet.direct(name)).block(hash)).toMatchObject({ canonical: false });
    }, PATIENCE);
    await vi.waitFor(async () => {
      await pool.client.pool.pay();
      expect((await pool.client.pool.miner(ALICE)).immature).toBe("0");
    }, PATIENCE);
    const { items } = await pool.client.pool.credits(ALICE, { limit: 100 });
    expect(items.length).toBe(before.length);
    for (const { state } of items) expect(state).toBe("orphaned");
    for (const { height } of before)
      await vi.waitFor(
        () => expect(miner.notices.join("\n")).toContain(`Block ${height} of this pool left the chain`),
        PATIENCE,
      );
    await rival.stop("SIGTERM");
  });

  it("goes on with exact books after kill -9, and pays once", async () => {
    const [alice, bob] = [await joinPool(pool, ALICE), await joinPool(pool, BOB)];
    await findBlocks(alice, 1);
    // Killed in the middle of shares: what was acknowledged is counted, whatever else becomes of it.
    const search = [alice.mine(() => false), bob.mine(() => false)];
    await vi.waitFor(() => expect(bob.accepted.length).toBeGreaterThan(20), PATIENCE);
    await pool.process.stop("SIGKILL");
    await Promise.all(search);
    pool = await startPool("pool", "dev-0");
    for (const [address, miner] of [[ALICE, alice] as const, [BOB, bob] as const]) {
      const headers = new Set(await headersOf(pool.client, address));
      for (const { header } of miner.accepted) expect(headers).toContain(header);
    }
    const again = await joinPool(pool, BOB);
    // How the shares of a block fall out is luck, and whose are few is not paid for it.
    do await findBlocks(again, 1);
    while ((await earned(BOB)) < THRESHOLD);
    expect(await earned(ALICE)).toBeGreaterThanOrEqual(THRESHOLD);
    await bury(MATURITY, ({ blocks }) => blocks.confirmed >= 2 && blocks.pending === 0);

    const owed = await booksOf();
    await pool.client.pool.pay();
    await vi.waitFor(async () => expect((await pool.client.pool.payouts()).items).not.toHaveLength(0), PATIENCE);
    await pool.process.stop("SIGKILL");
    pool = await startPool("pool", "dev-0");
    await pool.client.pool.pay();
    await bury(DEPTH + 1, ({ paying }) => paying === "0");

    // The pool may have paid by itself before: how many payouts there are is its own affair, what they add up to is not.
    const { items: payouts } = await pool.client.pool.payouts({ limit: 100 });
    const paid = await booksOf();
    expect(paid.total).toBe(owed.total);
    expect(paid.paid).toBe(payouts.reduce((sum, { cost }) => sum + BigInt(cost), 0n));
    for (const { state, transaction, fee } of payouts) {
      expect(state).toBe("confirmed");
      const inChain = await devnet.client.transaction(transaction);
      expect(inChain).toMatchObject({ kind: "transfer", status: "included", fee });
    }
    for (const address of [ALICE, BOB]) {
      const { items } = await pool.client.pool.minerPayouts(address, { limit: 100 });
      expect(items).not.toHaveLength(0);
      const amount = items.reduce((sum, payout) => sum + BigInt(payout.amount), 0n);
      expect(BigInt((await devnet.client.account(address)).balance)).toBe(1_000_000n * COIN + amount);
    }
  });

  it("lets an audit from outside find nothing, and prove a share that was dropped on purpose", async () => {
    const audit = (at: PoolUnderTest, address: string) =>
      agon([
        ...["pool", "audit", "--pool", String(at.process.said.api), "--node", devnet.url],
        ...["--address", address, "--json"],
      ]);
    const honest = await audit(pool, BOB);
    expect(honest.err).toBe("");
    expect(honest.code).toBe(0);
    const report = JSON.parse(honest.out.toString());
    expect(report).toMatchObject({ cheated: false, report: { findings: [] } });
    expect(report.report.checked.payouts).toBeGreaterThan(0);

    const cheat = await startPool("cheat", "dev-1", ["--drop-every", String(DROP_EVERY)]);
    onTestFinished(async () => void (await cheat.process.stop("SIGKILL")));
    const miner = await joinPool(cheat, BOB);
    // A block is never dropped, and another share must take the place of one that is.
    const isDropped = ({ isBlock }: MinedShare, i: number): boolean => (i + 1) % DROP_EVERY === 0 && !isBlock;
    await miner.mine(() => miner.accepted.slice(0, -1).some(isDropped));
    // Signs the log as it is.
    await cheat.client.pool.pay();
    await miner.mineShares(1);
    await cheat.client.pool.pay();
    const caught = await audit(cheat, BOB);
    expect(caught.code).toBe(1);
    const { findings } = JSON.parse(caught.out.toString()).report;
    const proof = findings.find(({ code }: { code: string }) => code === "share-dropped");
    expect(proof).toMatchObject({ severity: "proof" });
    expect(Object.keys(proof.evidence).length).toBeGreaterThan(0);
  });

  it.each(["status", "miners", "rounds", "payouts", "pay"])("is told of by 'agon pool %s'", async (name) => {
    const place = name === "pay" ? ["--data", join(folder.dir, "pool")] : [];
    const ended = await agon(["pool", name, "--pool", String(pool.process.said.api), ...place, "--json"]);
    expect([ended.err, ended.code]).toEqual(["", 0]);
    expect(Object.keys(JSON.parse(ended.out.toString())).length).toBeGreaterThan(0);
  });

  it("answers as its description says, and refuses what makes no sense", async () => {
    const calls = pool.client.pool;
    const [round] = (await calls.rounds({ limit: 100 })).items.filter(({ block }) => block?.state === "confirmed");
    const { id, shares } = round!;
    const answers: readonly [TSchema, unknown][] = [
      [contract.PoolInfo, await calls.status()],
      [contract.PoolHistory, await calls.history({ hours: 1 })],
      [contract.PoolLuck, await calls.luck()],
      [contract.PoolMiners, await calls.miners()],
      [contract.PoolMiner, await calls.miner(ALICE)],
      [contract.PoolCredits, await calls.credits(ALICE)],
      [contract.PoolMinerPayouts, await calls.minerPayouts(ALICE)],
      [contract.PoolAccount, await calls.account(ALICE)],
      [contract.PoolPayouts, await calls.payouts()],
      [contract.PoolRounds, await calls.rounds({ limit: 2 })],
      [contract.PoolRound, await calls.round(id)],
      [contract.PoolHeads, await calls.heads(id)],
      [contract.PoolRecords, await calls.records(id, { from: 0, count: 5 })],
      [contract.PoolProof, await calls.inclusion(id, { leaf: 0, size: shares })],
      [contract.PoolProof, await calls.consistency(id, { from: 1, to: shares })],
      [contract.PoolStatementAnswer, await calls.statement(id)],
      [contract.PoolReceipts, await calls.receipts({ address: ALICE, limit: 3 })],
    ];
    for (const [schema, answer] of answers) expect([...Value.Errors(schema, answer)]).toEqual([]);
    const described = await fetch(`${pool.client.baseUrl}/v1/openapi.json`);
    const { paths } = (await described.json()) as { paths: object };
    expect(Object.keys(paths)).toContain("/v1/pool/rounds/{round}/inclusion");
    expect(await pool.client.metrics()).toMatch(/^agon_stratum_shares_total\{result="accepted"\} \d/m);

    const refusals: readonly [string, string, number][] = [
      ["GET", "/v1/pool/miners/nonsense", 400],
      ["GET", `/v1/pool/miners/${formatAddress(devAccount(9).address, "tagon")}`, 404],
      ["GET", `/v1/pool/miners/${formatAddress(devAccount(3).address, "agon")}`, 400],
      ["GET", "/v1/pool/miners?limit=101", 400],
      ["GET", "/v1/pool/miners?before=-1", 400],
      ["GET", "/v1/pool/rounds/999999", 404],
      ["GET", "/v1/pool/rounds/x", 400],
      ["GET", "/v1/pool/rounds/1/records?from=0&count=1001", 400],
      ["GET", "/v1/pool/rounds/1/inclusion?leaf=0", 400],
      ["GET", `/v1/pool/receipts?address=${ALICE}&after=1`, 400],
      ["GET", "/v1/pool/receipts", 400],
      ["GET", "/v1/pool/history?hours=0", 400],
      ["POST", "/v1/pool/orders/pay", 401],
      ["POST", "/v1/pool/status", 405],
      ["GET", "/v1/admin/mine", 404],
      ["GET", "/v1/pool/none", 404],
    ];
    for (const [method, path, status] of refusals) {
      const answer = await fetch(`${pool.client.baseUrl}${path}`, { method });
      expect([path, answer.status]).toEqual([path, status]);
      expect(await answer.json()).toMatchObject({ error: { message: expect.any(String) } });
    }
    const nobody = { address: formatAddress(devAccount(9).address, "tagon"), threshold: null };
    await expect(calls.setThreshold(nobody)).rejects.toMatchObject({ status: 409, code: "miner-unknown" });
    const withdrawal = { to: ALICE, amount: "18446744073709551615" };
    await expect(calls.withdraw(withdrawal)).rejects.toMatchObject({ status: 409, code: "pool-account-short" });
  });

  it("keeps its miners when the node goes away, and tells them", async () => {
    const miner = await joinPool(pool, ALICE);
    await devnet.stop("SIGTERM");
    await vi.waitFor(() => expect(miner.notices.join("\n")).toContain("No new work at present"), PATIENCE);
    await vi.waitFor(
      async () => expect((await pool.client.pool.status()).troubles.join()).toContain("no work"),
      PATIENCE,
    );
    expect((await pool.client.health()).ok).toBe(false);
    expect((await pool.client.pool.miner(ALICE)).connections).toBe(1);
    await expect(pool.client.block("head")).rejects.toMatchObject({ code: "node-unreachable" });
    expect(await pool.process.stop("SIGTERM")).toBeOneOf([0, 143]);
  });
});

/** Owed, on its way or paid, or so once its blocks have matured; in atoms. */
async function earned(address: string): Promise<bigint> {
  const { immature, owed, paying, paid } = await pool.client.pool.miner(address);
  return BigInt(immature) + BigInt(owed) + BigInt(paying) + BigInt(paid);
}

/** Sums over all miners, in atoms. */
async function booksOf() {
  const { items } = await pool.client.pool.miners({ limit: 100 });
  const sum = (read: (item: (typeof items)[number]) => string): bigint =>
    items.reduce((all, item) => all + BigInt(read(item)), 0n);
  const [owed, paying, paid] = [sum((one) => one.owed), sum((one) => one.paying), sum((one) => one.paid)];
  return { paid, total: owed + paying + paid };
}

/** Ids are the bytes of the hash as they are; miners read them from the end. */
function explorerOrder(id: string): string {
  return Buffer.from(id, "hex").reverse().toString("hex");
}
