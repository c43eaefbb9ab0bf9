/** Ten miners of unequal power, 500 rounds, each scheme: money follows work, and the sums are exact. */
import { describe, expect, test } from "vitest";
import { seededRandom } from "#base";
import { sumOf } from "../trust/split.ts";
import { testAddress } from "./testing/share-maker.ts";
import { createTestPool, REWARD_ATOMS, type TestPool } from "./testing/test-pool.ts";

const ROUNDS = 500;
/** Hash rates, and the difficulty that each was given. */
const MINERS = Array.from({ length: 10 }, (_, i) => ({
  address: testAddress(i),
  power: i + 1,
  work: BigInt(1 + (i % 3) * 2),
}));
const POWER = MINERS.reduce((sum, { power }) => sum + power, 0);
const BLOCK_WORK = 64n;
const MATURITY = 5;
/** Neighbouring rounds share a PPLNS window; batches of so many hardly do. */
const BATCH_ROUNDS = 25;

describe.each(["pplns", "prop", "pps", "solo"] as const)("%s", (scheme) => {
  test("pays shares of the money equal to shares of the work", { timeout: 600_000 }, async () => {
    const terms = { scheme, feePpm: 15_000, windowBlocks: 2 };
    await using pool = await createTestPool({
      terms,
      blockWork: BLOCK_WORK,
      reserveAtoms: 200n * REWARD_ATOMS,
      watchBlocks: 20,
    });
    const work = await mineRounds(pool);
    pool.mine(MATURITY);
    await pool.accounting.settle();

    const books = await pool.accounting.checkBooks();
    expect(await pool.accounting.checkBooks(true)).toEqual(books);
    const open = await pool.database.reader.selectFrom("blocks").select("id").where("closed", "=", 0).execute();
    expect(open.length).toBeLessThan(ROUNDS / 2);
    expect(books.problems).toEqual([]);
    expect(books.rewardsAtoms).toBe(BigInt(ROUNDS) * REWARD_ATOMS);
    expect(books.owedAtoms + books.poolAtoms + books.burnedAtoms).toBe(books.rewardsAtoms);
    expect(await pool.accounting.surplusAtoms()).toBe(0n);
    if (scheme !== "pps")
      expect(books.poolAtoms + books.burnedAtoms).toBe(BigInt(ROUNDS) * ((REWARD_ATOMS * 15n) / 1_000n));

    const batches = await loadBatches(pool, scheme);
    const allWork = work.reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n);
    for (const [i, { amountAtoms }] of work.entries()) {
      const fair = Number(amountAtoms) / Number(allWork);
      const { mean, error } = meanOf(batches.map((batch) => batch[i]!));
      if (scheme === "pps") {
        expect(mean).toBeCloseTo(fair, 9);
        continue;
      }
      expect(error).toBeLessThan(0.2 * fair + 0.01);
      expect(Math.abs(mean - fair), `miner ${i}: ${mean} for ${fair} ± ${error}`).toBeLessThan(3 * error);
    }
  });
});

/** @returns the work of each miner, as `amountAtoms` */
async function mineRounds(pool: TestPool): Promise<{ amountAtoms: bigint }[]> {
  const random = seededRandom(2_026);
  const works = MINERS.map(() => ({ amountAtoms: 0n }));
  const counted = [];
  for (let round = 0; round < ROUNDS; ) {
    const who = pickMiner(random.below(POWER * 105));
    if (who === null) continue;
    const { address, work } = MINERS[who]!;
    works[who]!.amountAtoms += work;
    const share = pool.maker.unworked({ address, work, timeMs: pool.clock.nowMs(), height: round + 1 });
    if (BigInt(random.below(Number(pool.maker.blockWork))) >= work) {
      counted.push(pool.accounting.shares.accepted(share));
      continue;
    }
    await pool.find(share);
    round++;
    if (round % 20 === 0) await pool.accounting.settle();
  }
  await Promise.all(counted);
  return works;
}

/** A miner makes shares in proportion to its power and against its difficulty; null: this draw makes none. */
function pickMiner(draw: number): number | null {
  let left = draw;
  for (const [i, { power, work }] of MINERS.entries()) {
    left -= (power * 105) / Number(work);
    if (left < 0) return i;
  }
  return null;
}

/** Each miner's part of the miners' money, by batches of rounds; PPS as a whole. */
async function loadBatches(pool: TestPool, scheme: string): Promise<number[][]> {
  const { reader } = pool.database;
  const blocks = await reader.selectFrom("blocks").select(["id", "round"]).execute();
  const rounds = new Map(blocks.map(({ id, round }) => [id, round]));
  const miners = await reader.selectFrom("miners").select(["id", "address"]).execute();
  const ids = MINERS.map(
    ({ address }) =>
      miners.find((miner) => miner.address === pool.maker.unworked({ address, work: 1n, timeMs: 0 }).address)?.id,
  );
  const credits = await reader.selectFrom("credits").selectAll().execute();
  const batchOf = (ref: string): number => (scheme === "pps" ? 0 : Math.floor((rounds.get(ref)! - 1) / BATCH_ROUNDS));
  const batches = scheme === "pps" ? 1 : ROUNDS / BATCH_ROUNDS;
  const sums = Array.from({ length: batches }, () => MINERS.map(() => ({ amountAtoms: 0n })));
  for (const { ref, miner, amount } of credits) {
    const who = ids.indexOf(miner);
    sums[batchOf(ref)]![who]!.amountAtoms += BigInt(amount);
  }
  return sums.map((batch) => batch.map(({ amountAtoms }) => Number(amountAtoms) / Number(sumOf(batch))));
}

function meanOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}
