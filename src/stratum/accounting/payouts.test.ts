import { describe, expect, test } from "vitest";
import { InvariantError, seededRandom } from "#base";
import { buildTransfer, devAccount } from "#wallet/core";
import { driveUntil } from "../../../test/support/drive.ts";
import { createAccounting } from "./accounting.ts";
import { type Payee, planPayout } from "./payout-plan.ts";
import type { LedgerChain } from "./testing/ledger-chain.ts";
import { testAddress } from "./testing/share-maker.ts";
import { CHAIN_ID, createTestChain, createTestPool, REWARD_ATOMS, type TestPool } from "./testing/test-pool.ts";

const costs = { feePerByteAtoms: 20n, newAccountBurnAtoms: 10_000n, minOutputAtoms: 1_000n };
const solo = { scheme: "solo", feePpm: 10_000, windowBlocks: 2 } as const;

const share = (pool: TestPool, who = 1, work = 3n) =>
  pool.maker.unworked({ address: testAddress(who), work, timeMs: pool.clock.nowMs() });

describe("a plan", () => {
  const payees = (count: number): Payee[] =>
    Array.from({ length: count }, (_, i) => ({
      miner: i,
      address: testAddress(seededRandom(i).below(2 ** 15) * 2 + (i % 2)),
      owedAtoms: 100_000n + BigInt(i),
      hasAccount: i % 3 > 0,
    }));

  test("adds up for any number of payees", () => {
    for (const count of [1, 2, 3, 7, 100, 511, 512]) {
      const plan = planPayout(payees(count), 10n ** 12n, costs)!;
      expect(plan.outputs).toHaveLength(count);
      expect(plan.feeAtoms).toBe(20n * BigInt(118 + 28 * count));
      const sum = plan.outputs.reduce((total, { amountAtoms }) => total + amountAtoms, 0n);
      expect(sum + plan.feeAtoms + plan.burnAtoms).toBe(plan.costAtoms);
      const fees = plan.outputs.map(({ feeAtoms }) => feeAtoms);
      expect(fees.toSorted((a, b) => Number(b - a))).toEqual(fees);
      expect(fees[0]! - fees.at(-1)!).toBeLessThanOrEqual(1n);
    }
  });

  test("holds what one transaction and the balance can", () => {
    expect(planPayout(payees(600), 10n ** 12n, costs)!.outputs).toHaveLength(512);
    expect(planPayout(payees(600), 1_000_000n, costs)!.outputs).toHaveLength(9);
    expect(planPayout(payees(600), 1n, costs)).toBeNull();
    expect(planPayout([{ ...payees(1)[0]!, owedAtoms: 5_000n }], 10n ** 12n, costs)).toBeNull();
  });
});

describe("payouts", () => {
  const earn = async (pool: TestPool, who: number): Promise<void> => {
    await pool.find(share(pool, who));
    pool.mine(5);
    await pool.accounting.settle();
  };

  test("a nonce that somebody else used stops them, until an operator releases the payout", async () => {
    await using pool = await createTestPool({ terms: solo, thresholdAtoms: REWARD_ATOMS / 10n });
    await earn(pool, 2);
    const { seed } = devAccount(0);
    const thief = buildTransfer({
      chainId: CHAIN_ID,
      seed,
      nonce: 0,
      outputs: [{ to: testAddress(9), amountAtoms: 5_000n }],
    });
    await pool.accounting.pay();
    pool.chain.forgetWaiting();
    await pool.chain.submit(thief.bytes);
    pool.mine(1);
    await pool.accounting.settle();
    const { releasePayout: release } = pool.accounting;
    const { conflict } = pool.accounting.payouts;
    const [row] = await pool.database.reader.selectFrom("payouts").selectAll().execute();
    expect(conflict()).toBe(row!.tx_id);
    await earn(pool, 3);
    await pool.accounting.pay();
    expect(await pool.database.reader.selectFrom("payouts").selectAll().execute()).toHaveLength(1);
    await expect(release("00".repeat(32))).rejects.toMatchObject({ code: "payout-unknown" });
    await release(row!.tx_id);
    await expect(release(row!.tx_id)).rejects.toMatchObject({
      code: "payout-not-in-conflict",
      message: expect.stringContaining("given up already"),
    });
    expect(await pool.accounting.checkBooks()).toMatchObject({ problems: [], payingAtoms: 0n });
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    expect(conflict()).toBeNull();
    expect(pool.chain.balanceOf(testAddress(3))).toBeGreaterThan(0n);
    expect((await pool.accounting.checkBooks()).problems).toEqual([]);
    // What the thief took is missing, and is said.
    expect(await pool.accounting.surplusAtoms()).toBe(-5_000n - 10_000n - thief.transaction.feeAtoms);
  });

  test("a payout is not released while it may still be executed", async () => {
    await using pool = await createTestPool({ terms: solo, thresholdAtoms: REWARD_ATOMS / 10n });
    await earn(pool, 2);
    await pool.accounting.pay();
    const [row] = await pool.database.reader.selectFrom("payouts").selectAll().execute();
    await expect(pool.accounting.releasePayout(row!.tx_id)).rejects.toThrow("can still be executed");
    pool.mine(1);
    await expect(pool.accounting.releasePayout(row!.tx_id)).rejects.toThrow("is in the chain");
  });

  test("several may be on their way, with nonces in a row, and nobody is in two", async () => {
    await using pool = await createTestPool({ terms: solo, thresholdAtoms: REWARD_ATOMS / 10n });
    for (const who of [2, 3]) {
      await earn(pool, who);
      await pool.accounting.pay();
      await pool.find(share(pool, who));
    }
    await pool.accounting.pay();
    const rows = await pool.database.reader.selectFrom("payouts").select("nonce").orderBy("id").execute();
    expect(rows.map(({ nonce }) => nonce)).toEqual([0, 1]);
    pool.mine(9);
    await pool.accounting.settle();
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    expect(await pool.accounting.checkBooks()).toMatchObject({ problems: [], owedAtoms: 0n, payingAtoms: 0n });
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
  });

  test("more miners than one transaction holds are paid by two, each of them once", async () => {
    const terms = { scheme: "prop", feePpm: 10_000, windowBlocks: 2 } as const;
    await using pool = await createTestPool({ terms, thresholdAtoms: 1_000_000n, minThresholdAtoms: 1_000_000n });
    await pool.count(Array.from({ length: 599 }, (_, i) => share(pool, i + 1)));
    await pool.find(share(pool, 600));
    pool.mine(5);
    await pool.accounting.settle();
    await pool.accounting.pay();
    const outputs = await pool.database.reader.selectFrom("payout_outputs").select(["payout", "miner"]).execute();
    expect(
      Map.groupBy(outputs, ({ payout }) => payout)
        .values()
        .map(({ length }) => length)
        .toArray(),
    ).toEqual([512, 88]);
    expect(new Set(outputs.map(({ miner }) => miner)).size).toBe(600);
    pool.mine(4);
    await pool.accounting.settle();
    expect(await pool.accounting.checkBooks()).toMatchObject({ problems: [], owedAtoms: 0n, payingAtoms: 0n });
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
    for (const who of [1, 600]) expect(pool.chain.balanceOf(testAddress(who))).toBeGreaterThan(8_000_000n);
  });

  test("what a long absence has hidden is seen afterwards, however deep it lies by then", async () => {
    await using pool = await createTestPool({ terms: solo, thresholdAtoms: REWARD_ATOMS / 10n, watchBlocks: 20 });
    await earn(pool, 2);
    await pool.accounting.pay();
    pool.mine(11);
    await pool.accounting.settle();
    expect(await pool.accounting.checkBooks()).toMatchObject({ rewardsAtoms: REWARD_ATOMS, payingAtoms: 0n });
    pool.chain.revert(17);
    pool.mine(100);
    await pool.accounting.settle();
    const books = await pool.accounting.checkBooks();
    expect(books).toMatchObject({ problems: [], rewardsAtoms: 0n, paidAtoms: 0n });
    expect(books.payingAtoms).toBeGreaterThan(0n);
    expect(pool.news.map(({ name }) => name).slice(-2)).toEqual(["block-orphaned", "payout-dropped"]);
  });

  test("books that do not add up stop the pool at its start", async () => {
    await using pool = await createTestPool({ terms: solo });
    await earn(pool, 2);
    await pool.database.reader.updateTable("miners").set({ owed: "1" }).execute();
    const { problems } = await pool.accounting.checkBooks();
    expect(problems).toEqual([expect.stringMatching(/has 1 owed, its entries say 4950000000$/)]);
    await expect(createAccounting(pool.options, pool.parts)).rejects.toThrow(InvariantError);
  });
});

describe("PPS", () => {
  const pps = { scheme: "pps", feePpm: 0, windowBlocks: 2 } as const;

  test("the pool's account falls to its reserve and not below; shares wait until a block has filled it", async () => {
    await using pool = await createTestPool({ terms: pps, blockWork: 100n, reserveAtoms: REWARD_ATOMS });
    const { shares } = pool.accounting;
    const blockWork = pool.maker.blockWork;
    await pool.count([share(pool, 1, blockWork / 2n)]);
    await pool.accounting.settle();
    expect(shares.obstacle()).toBeNull();
    await pool.count([share(pool, 2, blockWork)]);
    await pool.accounting.settle();
    expect(shares.obstacle()).toBe("the pool's reserve is spent until its next block");
    expect(await pool.accounting.checkBooks()).toMatchObject({
      problems: [],
      poolAtoms: -REWARD_ATOMS / 2n,
      owedAtoms: REWARD_ATOMS / 2n,
    });
    await pool.find(share(pool, 3, 1n));
    pool.mine(5);
    await pool.accounting.settle();
    expect(shares.obstacle()).toBeNull();
    const books = await pool.accounting.checkBooks();
    expect(books.problems).toEqual([]);
    expect(books.owedAtoms).toBe(REWARD_ATOMS / 2n + REWARD_ATOMS + REWARD_ATOMS / blockWork);
  });

  test("an account below the reserve buys nothing, and is no reason not to start", async () => {
    await using pool = await createTestPool({ terms: pps, blockWork: 100n, reserveAtoms: REWARD_ATOMS });
    await pool.count([share(pool, 1, pool.maker.blockWork / 2n)]);
    await pool.accounting.settle();
    const careful = await createAccounting({ ...pool.options, reserveAtoms: 0n }, pool.parts);
    expect(await careful.checkBooks()).toMatchObject({ problems: [], poolAtoms: -REWARD_ATOMS / 2n });
    await careful.shares.stop();
  });
});

describe("the pool at work", () => {
  test("settles, signs and pays by itself, and goes on after its node was away", async () => {
    let isAway = false;
    const chain = createTestChain();
    const flaky: LedgerChain = {
      ...chain,
      head: () => (isAway ? Promise.reject(new Error("the node does not answer")) : chain.head()),
    };
    await using pool = await createTestPool({ terms: solo, thresholdAtoms: REWARD_ATOMS / 10n, chain: flaky });
    pool.accounting.start();
    await pool.find(share(pool, 2));
    isAway = true;
    pool.mine(6);
    await driveUntil(pool.clock, () => pool.clock.nowMs() >= 1_800_000_000_000 + 20_000);
    expect(pool.news).toEqual([]);
    isAway = false;
    await driveUntil(pool.clock, () => pool.news.some(({ name }) => name === "payout-signed"));
    pool.mine(4);
    await driveUntil(pool.clock, () => pool.news.some(({ name }) => name === "payout-confirmed"));
    expect(pool.chain.balanceOf(testAddress(2))).toBeGreaterThan(0n);
    const heads = await pool.database.reader.selectFrom("tree_heads").selectAll().execute();
    expect(heads).toMatchObject([{ round: 1, size: 1, final: 1 }]);
  });
});
