/** A pool over its real journal, looked at from outside by a miner: honest, and cheating in each way that the audit knows. */
import { describe, expect, test } from "vitest";
import { type Address, fromHex } from "#base";
import { formatAddress } from "#crypto";
import { auditPool } from "../trust/audit.ts";
import type { AuditReport, AuditRequest, AuditSource } from "../trust/audit-source.ts";
import { decodeReceipt, isReceiptSigned } from "../trust/receipt.ts";
import type { Scheme } from "../trust/schemes.ts";
import { createLogTree, isIncluded, leafHash } from "../trust/share-log.ts";
import { signStatement } from "../trust/statement.ts";
import { decodeSignedTreeHead, isTreeHeadSigned, signTreeHead } from "../trust/tree-head.ts";
import { createPublished } from "./queries/published.ts";
import { loadReceipts } from "./queries/receipts.ts";
import { testAddress } from "./testing/share-maker.ts";
import {
  CHAIN_ID,
  createTestPool,
  POOL_KEY,
  PREFIX,
  RECEIPT_SEED,
  REWARD_ATOMS,
  type TestPool,
  type TestPoolOptions,
} from "./testing/test-pool.ts";

const ME = testAddress(1);
const ROUNDS = 3;

async function run(options: TestPoolOptions = {}): Promise<TestPool> {
  const pool = await createTestPool({ blockWork: 64n, thresholdAtoms: REWARD_ATOMS, ...options });
  for (let round = 0; round < ROUNDS; round++) {
    const share = (who: number, work: bigint) =>
      pool.maker.worked({ address: testAddress(who), work, timeMs: pool.clock.nowMs(), height: round + 1 });
    await pool.count([share(1, 4n), share(2, 8n), share(1, 4n), share(3, 2n), share(2, 8n)]);
    await pool.accounting.shares.publishHead();
    await pool.count([share(1, 4n), share(1, 4n), share(3, 2n)]);
    await pool.find(share(2, pool.maker.blockWork));
  }
  pool.mine(6);
  await pool.accounting.settle();
  await pool.accounting.pay();
  pool.mine(5);
  await pool.accounting.settle();
  return pool;
}

const sourceOf = (pool: TestPool): AuditSource => createPublished(pool.options, pool.parts);

async function receiptsOf(pool: TestPool, address: Address): Promise<Uint8Array[]> {
  const page = await loadReceipts(pool.options, pool.parts, formatAddress(address, PREFIX), null);
  return page.receipts.map(({ bytes }) => bytes);
}

async function audit(
  pool: TestPool,
  source: AuditSource = sourceOf(pool),
  wishes: Partial<AuditRequest> = {},
): Promise<AuditReport> {
  return auditPool(source, pool.chain, await requestOf(pool, wishes));
}

async function requestOf(pool: TestPool, wishes: Partial<AuditRequest> = {}): Promise<AuditRequest> {
  return {
    chainId: CHAIN_ID,
    poolKey: POOL_KEY,
    address: ME,
    receipts: await receiptsOf(pool, ME),
    knownHeads: [],
    knownThresholds: [],
    maturityBlocks: pool.options.maturityBlocks,
    rounds: [],
    ...wishes,
  };
}

const codes = (report: AuditReport): string[] => [...new Set(report.findings.map(({ code }) => code))];

describe("an honest pool", () => {
  test.each(["pplns", "prop", "pps", "solo"] as const)("passes under %s", async (scheme: Scheme) => {
    const terms = { scheme, feePpm: 10_000, windowBlocks: 2 };
    await using pool = await run({ terms, reserveAtoms: 10n * REWARD_ATOMS });
    const report = await audit(pool);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ waiting: 0, foreign: 0, unavailable: [] });
    expect(report.checked).toMatchObject({ receipts: 4 * ROUNDS, rounds: ROUNDS, shares: 9 * ROUNDS });
    expect(report.checked.credits).toBeGreaterThan(0);
    expect([report.checked.blocks, report.unknownBlocks]).toEqual([ROUNDS, 0]);
  });

  test("is not held against a node that has none of its blocks, and the report says so", async () => {
    await using pool = await run();
    const elsewhere = { ...pool.chain, block: async () => null };
    const report = await auditPool(sourceOf(pool), elsewhere, await requestOf(pool));
    expect(report.findings).toEqual([]);
    expect([report.checked.blocks, report.unknownBlocks]).toEqual([ROUNDS, ROUNDS]);
  });

  test("pays what the audit then finds in the chain", async () => {
    await using pool = await run({
      terms: { scheme: "prop", feePpm: 0, windowBlocks: 2 },
      thresholdAtoms: REWARD_ATOMS / 10n,
    });
    const report = await audit(pool);
    expect(report.findings).toEqual([]);
    expect(report.checked.payouts).toBe(1);
  });

  test("may end a round while it is audited", async () => {
    await using pool = await run();
    const share = (work: bigint) =>
      pool.maker.worked({ address: ME, work, timeMs: pool.clock.nowMs(), height: ROUNDS + 1 });
    await pool.count([share(4n)]);
    await pool.accounting.shares.publishHead();
    const source = sourceOf(pool);
    let isOver = false;
    const report = await audit(pool, {
      ...source,
      async heads(round) {
        const heads = await source.heads(round);
        if (round === ROUNDS + 1 && !isOver) {
          isOver = true;
          await pool.find(share(pool.maker.blockWork));
          pool.mine(6);
          await pool.accounting.settle();
        }
        return heads;
      },
    });
    expect(isOver).toBe(true);
    expect(report.findings).toEqual([]);
  });

  test("a share that no head covers yet is waited for", async () => {
    await using pool = await run();
    await pool.count([pool.maker.worked({ address: ME, work: 2n, timeMs: pool.clock.nowMs() })]);
    expect(await audit(pool)).toMatchObject({ findings: [], waiting: 1 });
    await pool.accounting.shares.publishHead();
    expect(await audit(pool)).toMatchObject({ findings: [], waiting: 0 });
  });

  test("receipts of others and of other pools prove nothing", async () => {
    await using pool = await run();
    const others = await receiptsOf(pool, testAddress(2));
    const forged = Uint8Array.from(others[0]!);
    forged[3]! ^= 1;
    const report = await audit(pool, sourceOf(pool), { receipts: [...others, forged, new Uint8Array(9)] });
    expect(report).toMatchObject({ findings: [], foreign: others.length + 2 });
  });
});

describe("a pool that cheats is found out", () => {
  test("it drops shares that it gave receipts for: its own signatures prove it", async () => {
    await using pool = await run({ dropEvery: 4 });
    const report = await audit(pool);
    const dropped = report.findings.filter(({ code }) => code === "share-dropped");
    const rows = await pool.database.reader.selectFrom("withheld").selectAll().execute();
    const mine = await pool.database.reader
      .selectFrom("miners")
      .selectAll()
      .where("address", "=", formatAddress(ME, PREFIX))
      .executeTakeFirstOrThrow();
    expect(dropped).toHaveLength(rows.filter(({ miner }) => miner === mine.id).length);
    expect(dropped.length).toBeGreaterThan(0);
    // Whoever has the evidence alone, and the pool's key, can check it.
    const { receipt: receiptHex, head: headHex, other, path } = dropped[0]!.evidence;
    const receipt = decodeReceipt(fromHex(receiptHex!)!)!;
    const head = decodeSignedTreeHead(fromHex(headHex!)!)!;
    expect(isReceiptSigned(CHAIN_ID, receipt, POOL_KEY)).toBe(true);
    expect(isTreeHeadSigned(CHAIN_ID, head, POOL_KEY)).toBe(true);
    expect(other).not.toBe(receiptHex!.slice(128));
    const nodes = path!.match(/.{64}/g)!.map((hex) => fromHex(hex)!);
    expect(isIncluded(head.root, head.size, receipt.record.leaf, leafHash(fromHex(other!)!), nodes)).toBe(true);
    expect(isIncluded(head.root, head.size, receipt.record.leaf, leafHash(receipt.recordBytes), nodes)).toBe(false);
  });

  test("it says that a round ended before a share", async () => {
    await using pool = await run();
    const source = sourceOf(pool);
    const records = await source.records(1, 0, 3);
    const root = createLogTree(records.map(leafHash)).root(3);
    const [first] = await source.heads(1);
    const short = signTreeHead(CHAIN_ID, { ...first!, size: 3, root, final: true }, RECEIPT_SEED);
    const report = await audit(pool, {
      ...source,
      heads: async (round) => (round === 1 ? [short] : source.heads(round)),
    });
    expect(report.findings.find(({ code }) => code === "share-dropped")).toMatchObject({ severity: "proof", round: 1 });
    const shrunk = await audit(pool, {
      ...source,
      heads: async (round) => [...(await source.heads(round)), ...(round === 1 ? [short] : [])],
    });
    expect(codes(shrunk)).toContain("log-shrunk");
  });

  test("it shows another history than before", async () => {
    await using pool = await run();
    const source = sourceOf(pool);
    const { heads } = await audit(pool);
    expect(heads).toHaveLength(ROUNDS);
    const root = leafHash(new Uint8Array(1));
    const other = signTreeHead(CHAIN_ID, { ...heads[1]!, root }, RECEIPT_SEED);
    const report = await audit(pool, source, { knownHeads: [other] });
    expect(report.findings.map(({ severity, code }) => [severity, code])).toContainEqual(["proof", "log-forked"]);
    const unlinked = {
      ...source,
      heads: async (round: number) =>
        (await source.heads(round)).map((head) =>
          round === 2 ? signTreeHead(CHAIN_ID, { ...head, previousRoot: root }, RECEIPT_SEED) : head,
        ),
    };
    expect(codes(await audit(pool, unlinked))).toContain("log-forked");
    const unsigned = {
      ...source,
      heads: async (round: number) => (await source.heads(round)).map((head) => ({ ...head, timeMs: 1 })),
    };
    expect(codes(await audit(pool, unsigned))).toContain("head-unsigned");
  });

  test("it refuses proofs, or shows other shares than it signed", async () => {
    await using pool = await run();
    const source = sourceOf(pool);
    const silent = { ...source, inclusionProof: async () => null, consistencyProof: async () => null };
    expect(codes(await audit(pool, silent)).sort()).toEqual(["log-unproved", "share-unproved"]);
    const swapped = {
      ...source,
      records: async (round: number, from: number, count: number) =>
        (await source.records(round, from, count)).toReversed(),
    };
    expect(codes(await audit(pool, swapped))).toEqual(expect.arrayContaining(["log-differs", "record-malformed"]));
    const gone = { ...source, records: async () => [] };
    expect(await audit(pool, gone)).toMatchObject({ findings: [], unavailable: [1, 2, 3] });
  });

  test("it counts work that was not done, work of another chain, and work twice", async () => {
    await using pool = await createTestPool({ blockWork: 64n });
    const done = (work = 2n) => pool.maker.worked({ address: ME, work, timeMs: pool.clock.nowMs() });
    const share = done();
    await pool.count([share, { ...share }, { ...done(), work: 2n ** 70n }, { ...done(), height: 7 }]);
    await pool.accounting.shares.publishHead();
    expect(codes(await audit(pool))).toEqual(["record-repeated", "work-too-low", "coinbase-differs"]);
  });

  test("it fits the claims of a friend's shares to their hashes", async () => {
    await using pool = await createTestPool({ blockWork: 1_000_000n });
    const wish = { address: ME, work: 1n, timeMs: pool.clock.nowMs() };
    const shares = Array.from({ length: 60 }, () => pool.maker.worked(wish));
    await pool.count(shares.slice(0, 58));
    await pool.accounting.shares.publishHead();
    expect((await audit(pool)).findings).toEqual([]);
    const fitted = shares
      .map(() => pool.maker.worked({ ...wish, address: testAddress(2) }))
      .map((share) => ({
        ...share,
        work: 2n ** 256n / (BigInt(`0x${Buffer.from(share.hash).reverse().toString("hex")}`) + 1n),
      }));
    await pool.count(fitted);
    await pool.accounting.shares.publishHead();
    expect((await audit(pool)).findings).toMatchObject([{ severity: "suspicion", code: "work-inflated" }]);
  });

  test("it divides a block otherwise than it says", async () => {
    await using pool = await run({ terms: { scheme: "pplns", feePpm: 10_000, windowBlocks: 3 } });
    const source = sourceOf(pool);
    const change = (
      edit: (statement: NonNullable<Awaited<ReturnType<AuditSource["statement"]>>>) => object,
      resign = true,
    ): AuditSource => ({
      ...source,
      async statement(round) {
        const statement = await source.statement(round);
        if (statement === null || round !== 2) return statement;
        const changed = { ...statement, ...edit(statement) };
        return resign ? signStatement(CHAIN_ID, changed, RECEIPT_SEED) : changed;
      },
    });
    const [less, fee] = [
      change(({ credits }) => ({
        credits: credits.map((credit, i) => ({
          ...credit,
          amountAtoms: credit.amountAtoms + (i === 0 ? -1n : i === 1 ? 1n : 0n),
        })),
      })),
      change(({ poolAtoms }) => ({ poolAtoms: poolAtoms + 1n })),
    ];
    // What it signed is neither what the log says nor what the account shows.
    expect(codes(await audit(pool, less))).toEqual(["credits-differ", "balance-differs"]);
    expect((await audit(pool, less)).findings[0]!.text).toMatch(/^yours is \d+ and should be \d+ atoms$/);
    expect(await audit(pool, fee)).toMatchObject({ findings: [{ code: "credits-differ" }] });
    expect(
      codes(
        await audit(
          pool,
          change(() => ({ rewardAtoms: REWARD_ATOMS - 1n })),
        ),
      ),
    ).toContain("statement-reward");
    expect(
      codes(
        await audit(
          pool,
          change(() => ({ block: CHAIN_ID })),
        ),
      ),
    ).toEqual(["statement-block"]);
    expect(
      codes(
        await audit(
          pool,
          change(() => ({ height: 9 }), false),
        ),
      ),
    ).toEqual(["statement-unsigned"]);
  });

  test("it says that it paid", async () => {
    await using pool = await run({ thresholdAtoms: REWARD_ATOMS / 10n });
    const source = sourceOf(pool);
    const edit = (
      change: (account: NonNullable<Awaited<ReturnType<AuditSource["account"]>>>) => object,
    ): AuditSource => ({
      ...source,
      async account(address) {
        const account = (await source.account(address))!;
        return { ...account, ...change(account) };
      },
    });
    const missing = edit(({ payouts }) => ({
      payouts: payouts.map((payout) => ({ ...payout, transaction: CHAIN_ID })),
    }));
    expect(codes(await audit(pool, missing))).toEqual(["payout-missing"]);
    const more = edit(({ payouts }) => ({
      payouts: payouts.map((payout) => ({
        ...payout,
        amountAtoms: payout.amountAtoms + 1n,
        costAtoms: payout.costAtoms - 1n,
      })),
    }));
    expect(codes(await audit(pool, more))).toEqual(["payout-differs"]);
    expect(
      codes(
        await audit(
          pool,
          edit(() => ({ earnedAtoms: 0n })),
        ),
      ),
    ).toEqual(["balance-differs"]);
    expect(
      codes(
        await audit(
          pool,
          edit(() => ({ payouts: [] })),
        ),
      ),
    ).toEqual(["balance-differs"]);
  });
});
