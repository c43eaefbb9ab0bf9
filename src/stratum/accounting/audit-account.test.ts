/** What an audit says of a miner's account: credits, thresholds, and whether the pool pays when it should. */
import { describe, expect, onTestFinished, test } from "vitest";
import { formatAddress } from "#crypto";
import { devAccount, signThreshold } from "#wallet/core";
import { auditPool } from "../trust/audit.ts";
import type { AuditedAccount, AuditRequest, AuditSource } from "../trust/audit-source.ts";
import { takeThreshold } from "../trust/taken-threshold.ts";
import { createPublished } from "./queries/published.ts";
import { loadReceipts } from "./queries/receipts.ts";
import {
  CHAIN_ID,
  createTestPool,
  POOL_KEY,
  PREFIX,
  RECEIPT_SEED,
  type TestPool,
  type TestPoolOptions,
} from "./testing/test-pool.ts";

const COIN = 100_000_000n;
/** So many blocks after a payout was due, and clocks that differ allowed for, nobody can say that it was not late. */
const LONG = 200;
const me = devAccount(3);
const orderOf = (coins: bigint | null, timeMs: number) => {
  const thresholdAtoms = coins === null ? null : coins * COIN;
  return signThreshold({ chainId: CHAIN_ID, poolKey: POOL_KEY, seed: me.seed, thresholdAtoms, timeMs });
};

/** One block of mine is mature; 49.5 coins are owed. */
async function earn(coins: bigint | null, options: TestPoolOptions = {}): Promise<TestPool> {
  const terms = { scheme: "solo", feePpm: 10_000, windowBlocks: 2 } as const;
  const pool = await createTestPool({ terms, blockWork: 64n, ...options });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const { clock, maker, accounting } = pool;
  await pool.find(maker.worked({ address: me.address, work: maker.blockWork, timeMs: clock.nowMs() }));
  if (coins !== null) await accounting.orderThreshold(orderOf(coins, clock.nowMs()));
  pool.mine(5);
  await accounting.settle();
  return pool;
}

async function audit(pool: TestPool, edit: Partial<AuditSource> = {}, wishes: Partial<AuditRequest> = {}) {
  const { receipts } = await loadReceipts(pool.options, pool.parts, formatAddress(me.address, PREFIX), null);
  const report = await auditPool({ ...sourceOf(pool), ...edit }, pool.chain, {
    ...{ chainId: CHAIN_ID, poolKey: POOL_KEY, address: me.address, receipts: receipts.map(({ bytes }) => bytes) },
    ...{ knownHeads: [], knownThresholds: [], maturityBlocks: pool.options.maturityBlocks, rounds: [] },
    ...wishes,
  });
  return report.findings.map(({ severity, code }) => [severity, code]);
}

const sourceOf = (pool: TestPool): AuditSource => createPublished(pool.options, pool.parts);

const editAccount = (pool: TestPool, edit: (account: AuditedAccount) => Partial<AuditedAccount>) => ({
  async account(address: typeof me.address) {
    const account = (await sourceOf(pool).account(address))!;
    return { ...account, ...edit(account) };
  },
});

describe("a pool that keeps to thresholds passes", () => {
  test.each([40n, null])("with an order of %s coins", async (coins) => {
    const pool = await earn(coins, coins === null ? { thresholdAtoms: 40n * COIN } : {});
    await pool.accounting.pay();
    pool.mine(LONG);
    await pool.accounting.settle();
    expect(await audit(pool)).toEqual([]);
    expect((await sourceOf(pool).account(me.address))!.payouts).toHaveLength(1);
  });

  test.each([60n, null])("and owes what is below them, %s coins", async (coins) => {
    const pool = await earn(coins);
    pool.mine(LONG);
    await pool.accounting.settle();
    expect(await audit(pool)).toEqual([]);
  });

  test("and a threshold that was lowered just now may wait", async () => {
    const pool = await earn(60n);
    pool.mine(LONG);
    await pool.accounting.settle();
    pool.clock.runTo((await pool.chain.timeMsAt(LONG)) - 1);
    await pool.accounting.orderThreshold(orderOf(40n, pool.clock.nowMs()));
    expect(await audit(pool)).toEqual([]);
    pool.mine(LONG);
    expect(await audit(pool)).toEqual([["wrong", "payout-overdue"]]);
  });
});

describe("found out is a pool that", () => {
  test("never pays, its own threshold or that of the miner being reached", async () => {
    for (const pool of [await earn(40n), await earn(null, { thresholdAtoms: 40n * COIN })]) {
      pool.mine(90);
      expect(await audit(pool)).toEqual([]);
      pool.mine(LONG);
      await pool.accounting.settle();
      expect(await audit(pool)).toEqual([["wrong", "payout-overdue"]]);
    }
  });

  test("signs a payout and keeps it to itself", async () => {
    const pool = await earn(40n);
    await pool.accounting.pay();
    pool.chain.forgetWaiting();
    pool.mine(90);
    expect(await audit(pool)).toEqual([]);
    pool.mine(LONG);
    expect(await audit(pool)).toEqual([["wrong", "payout-overdue"]]);
  });

  test("pays long after it should: a suspicion, for it may have been down", async () => {
    const pool = await earn(40n);
    pool.mine(LONG);
    await pool.accounting.settle();
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    expect(await audit(pool)).toEqual([["suspicion", "payout-late"]]);
  });

  test("pays before it should, or from another sum than the miner signed", async () => {
    const pool = await earn(40n);
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    const high = takeThreshold(CHAIN_ID, orderOf(60n, pool.clock.nowMs() - 700_000), RECEIPT_SEED);
    const early = editAccount(pool, () => ({ thresholdAtoms: 60n * COIN, thresholdOrders: [high] }));
    expect(await audit(pool, early)).toEqual([["wrong", "payout-early"]]);
    const other = editAccount(pool, () => ({ thresholdAtoms: 100n * COIN }));
    expect(await audit(pool, other)).toEqual([["wrong", "threshold-ignored"]]);
  });

  test("makes up an order of the miner, or forgets one that it took", async () => {
    const pool = await earn(40n);
    const account = (await sourceOf(pool).account(me.address))!;
    const [taken] = account.thresholdOrders;
    const forged = { ...taken!, order: { ...taken!.order, thresholdAtoms: 900n * COIN } };
    const made = editAccount(pool, () => ({ thresholdAtoms: 900n * COIN, thresholdOrders: [forged] }));
    expect(await audit(pool, made)).toEqual([["wrong", "threshold-forged"]]);
    const forgets = editAccount(pool, () => ({ thresholdAtoms: 100n * COIN, thresholdOrders: [] }));
    expect(await audit(pool, forgets)).toEqual([]);
    expect(await audit(pool, forgets, { knownThresholds: [taken!] })).toEqual([["wrong", "threshold-ignored"]]);
    expect(await audit(pool, {}, { knownThresholds: [taken!, forged] })).toEqual([]);
  });

  test("credits less than it signed, or nothing for a block that is deep in the chain", async () => {
    const pool = await earn(60n);
    pool.mine(LONG);
    await pool.accounting.settle();
    const source = sourceOf(pool);
    const changed = (change: object): Partial<AuditSource> => ({
      async credits(address, before) {
        const page = await source.credits(address, before);
        return { ...page, items: page.items.map((credit) => ({ ...credit, ...change })) };
      },
    });
    const less = editAccount(pool, ({ earnedAtoms, owedAtoms }) => ({
      earnedAtoms: earnedAtoms - COIN,
      owedAtoms: owedAtoms - COIN,
    }));
    expect(await audit(pool, less)).toEqual([["wrong", "balance-differs"]]);
    const both = { ...less, ...changed({ amountAtoms: 4_850_000_000n }) };
    expect(await audit(pool, both)).toEqual([["wrong", "balance-differs"]]);
    const nothing = editAccount(pool, () => ({ earnedAtoms: 0n, owedAtoms: 0n }));
    const withheld = { ...nothing, ...changed({ state: "orphaned" }) };
    expect(await audit(pool, withheld)).toEqual([["wrong", "credit-withheld"]]);
  });
});
