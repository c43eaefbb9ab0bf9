import { describe, expect, test } from "vitest";
import { formatAddress } from "#crypto";
import { testAddress } from "../testing/share-maker.ts";
import { createTestPool, PREFIX, REWARD_ATOMS, type TestPool } from "../testing/test-pool.ts";
import { loadCredits, loadMiner, loadMinerPayouts, loadMiners } from "./miner-view.ts";
import { loadLuck, loadPoolSamples, loadPoolStatus } from "./pool-view.ts";
import { loadReceipts } from "./receipts.ts";
import { loadPayouts, loadRound, loadRounds } from "./round-view.ts";
import { loadShare } from "./share-view.ts";

const name = (who: number): string => formatAddress(testAddress(who), PREFIX);
const MINUTE_MS = 60_000;

async function run(scheme: "pplns" | "pps" = "pplns", rounds = 3): Promise<TestPool> {
  const pool = await createTestPool({
    terms: { scheme, feePpm: 10_000, windowBlocks: 2 },
    blockWork: 100n,
    thresholdAtoms: REWARD_ATOMS,
    reserveAtoms: 100n * REWARD_ATOMS,
  });
  for (let round = 1; round <= rounds; round++) {
    const share = (who: number, work: bigint) =>
      pool.maker.unworked({ address: testAddress(who), work, timeMs: pool.clock.nowMs(), height: round });
    await pool.count([share(1, 60n), share(2, 20n), share(3, 7n)]);
    await pool.find(share(1, 13n));
    pool.clock.runTo(pool.clock.nowMs() + MINUTE_MS);
  }
  pool.mine(5);
  await pool.accounting.settle();
  await pool.accounting.pay();
  pool.mine(4);
  await pool.accounting.settle();
  await pool.accounting.shares.saveSamples();
  return pool;
}

describe("what the pool says", () => {
  test("its state, in sums that agree with the books", async () => {
    await using pool = await run();
    await pool.count([pool.maker.unworked({ address: testAddress(4), work: 50n, timeMs: pool.clock.nowMs() })]);
    const status = await loadPoolStatus(pool);
    const books = await pool.accounting.checkBooks();
    expect(status).toMatchObject({
      round: { id: 4, shares: 1, work: 50n, miners: 1 },
      blocks: { pending: 0, confirmed: 3, orphaned: 0 },
      activeMiners: 3,
      owedAtoms: books.owedAtoms,
      paidAtoms: books.paidAtoms,
      poolAtoms: books.poolAtoms,
      obstacle: null,
      conflict: null,
    });
    expect(status.hashRate).toBeCloseTo(300 / 180, 6);
    expect(status.round.effort).toBeCloseTo(0.5, 1);
    expect((await loadPoolSamples(pool, 0)).map(({ shares }) => shares)).toEqual([4, 4, 4]);
  });

  test("its miners, page by page", async () => {
    await using pool = await run();
    const first = await loadMiners(pool, { limit: 2 });
    const second = await loadMiners(pool, { limit: 2, before: first.next! });
    expect([...first.items, ...second.items].map(({ address }) => address)).toEqual([name(3), name(2), name(1)]);
    expect(second.next).toBeNull();
  });

  test("its rounds and why each block is divided so", async () => {
    await using pool = await run();
    const { items } = await loadRounds(pool);
    expect(items.map(({ id, block }) => [id, block?.state ?? null])).toEqual([
      [4, null],
      [3, "confirmed"],
      [2, "confirmed"],
      [1, "confirmed"],
    ]);
    const ended = await loadRounds(pool, { block: items[2]!.block!.id });
    expect(ended).toEqual({ items: [items[2]], next: null });
    expect((await loadRounds(pool, { block: "00".repeat(32) })).items).toEqual([]);
    const round = (await loadRound(pool, 2))!;
    expect(round.block).toMatchObject({ finder: name(1), rewardAtoms: REWARD_ATOMS, feeAtoms: REWARD_ATOMS / 100n });
    expect(round.parts.map(({ address }) => address)).toEqual([name(1), name(2), name(3)]);
    expect(round.parts.reduce((sum, { amountAtoms }) => sum + amountAtoms!, 0n) + round.block!.poolAtoms!).toBe(
      REWARD_ATOMS,
    );
    expect(round.heads).toMatchObject([{ size: 4, final: true }]);
    expect(await loadRound(pool, 4)).toMatchObject({ parts: [], endedMs: null });
    expect(await loadRound(pool, 99)).toBeNull();
  });

  test("payouts, with what each cost", async () => {
    await using pool = await run();
    const [payout] = (await loadPayouts(pool)).items;
    expect(payout).toMatchObject({ state: "confirmed", nonce: 0, outputs: 1, burnAtoms: 10_000n });
    const [mine] = (await loadMinerPayouts(pool, name(1))).items;
    expect(mine!.amountAtoms + mine!.feeAtoms + mine!.burnAtoms).toBe(mine!.grossAtoms);
    expect(mine!.grossAtoms).toBe(payout!.costAtoms);
    expect(pool.chain.balanceOf(testAddress(1))).toBe(mine!.amountAtoms);
  });

  test("luck, by round and by miner", async () => {
    await using pool = await run();
    const luck = await loadLuck(pool);
    expect(luck.pool).toMatchObject({ found: 3, verdict: "too-early" });
    expect(luck.pool.luck).toBeCloseTo(1, 1);
    expect(luck.tests).toBe(3);
    expect(luck.rounds.map(({ round }) => round)).toEqual([3, 2, 1]);
    expect(luck.miners.find((miner) => miner.name === name(1))).toMatchObject({ found: 3 });
  });
});

describe("what a miner sees", () => {
  test("every amount follows from the numbers beside it", async () => {
    await using pool = await run();
    const miner = (await loadMiner(pool, name(2)))!;
    const { items } = await loadCredits(pool, name(2));
    expect(items).toHaveLength(3);
    for (const credit of items) {
      const net = credit.rewardAtoms! - (credit.rewardAtoms! * BigInt(credit.feePpm!)) / 1_000_000n;
      expect((net * credit.myWork) / credit.totalWork! + credit.remainderAtoms).toBe(credit.amountAtoms);
    }
    expect(items.reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n)).toBe(
      miner.owedAtoms + miner.payingAtoms + miner.paidAtoms,
    );
    expect(miner).toMatchObject({ immatureAtoms: 0n, roundPart: 0, thresholdAtoms: REWARD_ATOMS });
    expect(miner.samples).toHaveLength(3);
    expect(await loadMiner(pool, name(77))).toBeNull();
  });

  test("purchases under PPS", async () => {
    await using pool = await run("pps");
    const page = await loadCredits(pool, name(2), { limit: 2 });
    expect(page.items.map(({ kind, round, scheme }) => [kind, round, scheme])).toEqual([
      ["pps", 3, "pps"],
      ["pps", 2, "pps"],
    ]);
    expect(await loadCredits(pool, name(2), { limit: 2, before: page.next! })).toMatchObject({
      items: [{ round: 1 }],
      next: null,
    });
    const blockWork = pool.maker.blockWork;
    expect(page.items[0]!.amountAtoms).toBe((REWARD_ATOMS * 990_000n * 20n) / (blockWork * 1_000_000n));
  });

  test("its receipts, page by page", async () => {
    await using pool = await run();
    const first = await loadReceipts(pool.options, pool.parts, name(1), null, 4);
    const second = await loadReceipts(pool.options, pool.parts, name(1), first.next, 4);
    expect([...first.receipts, ...second.receipts].map(({ round, leaf }) => [round, leaf])).toEqual([
      [1, 0],
      [1, 3],
      [2, 0],
      [2, 3],
      [3, 0],
      [3, 3],
    ]);
    expect(second.next).toBeNull();
    expect(await loadReceipts(pool.options, pool.parts, name(77), null)).toEqual({ receipts: [], next: null });
  });
});

describe("what a share earned", () => {
  /** Micro-atoms of all shares of an address for a block, and the credit that they became. */
  const compare = async (pool: TestPool, who: number, round: number): Promise<void> => {
    const rows = await pool.database.reader.selectFrom("shares").select(["round", "leaf"]).execute();
    let [micro, work] = [0n, 0n];
    for (const row of rows) {
      const view = (await loadShare(pool, row.round, row.leaf))!;
      if (view.address !== name(who)) continue;
      for (const payment of view.payments.filter((each) => each.round === round)) {
        micro += payment.microAtoms;
        work += payment.countedWork;
      }
    }
    const credit = (await loadCredits(pool, name(who))).items.find((each) => each.round === round)!;
    expect(work).toBe(credit.myWork);
    const off = credit.amountAtoms * 1_000_000n - micro;
    expect(off > -1_000_000n && off < 1_000_000n).toBe(true);
  };

  test.each(["pplns", "pps"] as const)("adds up to what its miner was credited under %s", async (scheme) => {
    await using pool = await run(scheme);
    for (const who of [1, 2, 3]) await compare(pool, who, 3);
  });

  test("a share is paid by each block whose window reaches it", async () => {
    await using pool = await run("pplns", 4);
    const first = (await loadShare(pool, 1, 3))!;
    expect(first.payments.map(({ round, countedWork }) => [round, countedWork])).toEqual([
      [1, 13n],
      [2, 13n],
    ]);
    const cut = (await loadShare(pool, 1, 2))!;
    expect(cut.payments.map(({ round }) => round)).toEqual([1, 2]);
    expect(await loadShare(pool, 1, 99)).toBeNull();
  });
});

describe("the pool's own money", () => {
  test("is withdrawn through the books", async () => {
    await using pool = await run();
    const { poolAtoms } = await pool.accounting.checkBooks();
    await expect(pool.accounting.withdraw(testAddress(9), poolAtoms + 1n)).rejects.toMatchObject({
      code: "pool-account-short",
    });
    await pool.accounting.withdraw(testAddress(9), poolAtoms);
    expect(await pool.accounting.checkBooks()).toMatchObject({ problems: [], poolAtoms: 0n });
    expect(await loadMiner(pool, name(9))).toMatchObject({ owedAtoms: poolAtoms });
    await pool.count([pool.maker.unworked({ address: testAddress(9), work: 1n, timeMs: 1 })]);
    expect((await loadCredits(pool, name(9))).items).toMatchObject([{ kind: "withdrawal", amountAtoms: poolAtoms }]);
  });

  test("a miner chooses its threshold, not below the pool's least", async () => {
    await using pool = await run();
    const { setThreshold } = pool.accounting;
    await expect(setThreshold(name(2), 1n)).rejects.toMatchObject({ code: "threshold-too-low" });
    await expect(setThreshold(name(77), null)).rejects.toMatchObject({ code: "miner-unknown" });
    await setThreshold(name(2), 100_000_000n);
    await pool.accounting.pay();
    pool.mine(4);
    await pool.accounting.settle();
    expect(pool.chain.balanceOf(testAddress(2))).toBeGreaterThan(0n);
    expect(pool.chain.balanceOf(testAddress(3))).toBe(0n);
  });
});
