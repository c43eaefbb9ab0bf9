import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, type Random, seededRandom, toHex } from "#base";
import { testAddress } from "../accounting/testing/share-maker.ts";
import { cutWindow, divideReward, mergeWork, ppsAtoms, ppsValue, type Terms } from "./schemes.ts";
import { splitByWork, sumOf, type WorkShare } from "./split.ts";

const [alice, bob, carol] = [testAddress(1), testAddress(2), testAddress(3)];
const terms = (scheme: Terms["scheme"], feePpm = 0): Terms => ({ scheme, feePpm, windowBlocks: 2 });

const workShares = fc
  .uniqueArray(fc.record({ n: fc.nat(60_000), work: fc.bigInt({ min: 1n, max: 2n ** 90n }) }), {
    selector: ({ n }) => n,
    minLength: 1,
    maxLength: 30,
  })
  .map((list) => list.map(({ n, work }): WorkShare => ({ address: testAddress(n), work })));
const atoms = fc.bigInt({ min: 0n, max: 2n ** 63n });

describe("largest remainders", () => {
  test("the example of rule PAY-2", () => {
    const credits = splitByWork(100n, [
      { address: carol, work: 1n },
      { address: bob, work: 1n },
      { address: alice, work: 1n },
    ]);
    expect(credits.map(({ address, amountAtoms }) => [toHex(address), amountAtoms])).toEqual([
      [toHex(alice), 34n],
      [toHex(bob), 33n],
      [toHex(carol), 33n],
    ]);
  });

  test("not an atom is lost or made, and nobody is a whole atom off", () => {
    fc.assert(
      fc.property(atoms, workShares, (amount, shares) => {
        const credits = splitByWork(amount, shares);
        const total = shares.reduce((sum, { work }) => sum + work, 0n);
        expect(sumOf(credits)).toBe(amount);
        expect(credits.toSorted((a, b) => compareBytes(a.address, b.address))).toEqual(credits);
        for (const { work, amountAtoms } of credits) {
          const off = amountAtoms * total - amount * work;
          expect(off < total && -off < total).toBe(true);
        }
      }),
    );
  });

  test("the order of shares changes nothing", () => {
    fc.assert(
      fc.property(atoms, workShares, (amount, shares) => {
        expect(splitByWork(amount, shares.toReversed())).toEqual(splitByWork(amount, shares));
      }),
    );
  });
});

describe("a reward is divided", () => {
  test.each(["pplns", "prop", "solo", "pps"] as const)("to the last atom under %s", (scheme) => {
    fc.assert(
      fc.property(atoms, workShares, fc.nat(1_000_000), (reward, shares, feePpm) => {
        const works = { round: shares, window: shares, finder: shares[0]!.address };
        const division = divideReward(terms(scheme, feePpm), reward, works);
        expect(division.poolAtoms + sumOf(division.credits)).toBe(reward);
        expect(division.feeAtoms).toBe((reward * BigInt(feePpm)) / 1_000_000n);
      }),
    );
  });

  test("without any work that counts, all of it is the pool's", () => {
    const works = { round: [], window: [], finder: alice };
    expect(divideReward(terms("prop", 10), 1_000n, works)).toMatchObject({ poolAtoms: 1_000n, credits: [] });
  });

  test("the window cuts its oldest share", () => {
    const shares = [1n, 2n, 3n, 4n].map((work) => ({ address: alice, work }));
    expect([...cutWindow(shares, 5n)].map(({ work }) => work)).toEqual([1n, 2n, 2n]);
    expect([...cutWindow(shares, 6n)].map(({ work }) => work)).toEqual([1n, 2n, 3n]);
    expect([...cutWindow(shares, 99n)].map(({ work }) => work)).toEqual([1n, 2n, 3n, 4n]);
  });

  test("PPS pays a block's work the whole reward less the fee", () => {
    const value = ppsValue(terms("pps", 20_000), { work: 10n, blockWork: 1_000n, rewardAtoms: 5_000_000_000n });
    expect(ppsAtoms(value * 100n)).toBe(4_900_000_000n);
    expect(ppsAtoms(ppsValue(terms("pps"), { work: 1n, blockWork: 3n, rewardAtoms: 1n }) * 3n)).toBe(0n);
  });
});

describe("pool hopping on PROP (hopping)", () => {
  test("pays the hopper under PROP and not under PPLNS", () => {
    const random = seededRandom(7);
    const prop = hop("prop", random);
    const pplns = hop("pplns", random);
    // Known from the analysis of proportional pools: leaving at 43 % of the difficulty pays up to 28 % more.
    expect(prop.mean).toBeGreaterThan(1.12);
    expect(prop.mean - 4 * prop.error).toBeGreaterThan(1);
    expect(Math.abs(pplns.mean - 1)).toBeLessThan(3 * pplns.error);
    expect(pplns.error).toBeLessThan(0.03);
  });
});

/** @returns what a hopper earns for a unit of work, in units of what everybody earns on average */
function hop(scheme: "prop" | "pplns", random: Random): { mean: number; error: number } {
  const blockWork = 120;
  const leaveAt = Math.round(0.43 * blockWork);
  const scale = 1_000_000_000n;
  const ratios: number[] = [];
  let log: WorkShare[] = [];
  for (let batch = 0; batch < 20; batch++) {
    let [earned, spent] = [0, 0];
    for (let block = 0; block < 150; block++) {
      const round: WorkShare[] = [];
      for (let found = false; !found; ) {
        // Half of the power hops: it is here while the round is young.
        const isHopper = round.length < leaveAt && random.below(2) === 0;
        if (isHopper) spent++;
        round.push({ address: isHopper ? alice : bob, work: 1n });
        found = random.below(blockWork) === 0;
      }
      log = [...log, ...round].slice(-2 * blockWork);
      const window = mergeWork(cutWindow(log.toReversed(), BigInt(2 * blockWork)));
      const { credits } = divideReward(terms(scheme), scale, { round: mergeWork(round), window, finder: bob });
      earned += Number(credits.find(({ address }) => address === alice)?.amountAtoms ?? 0n);
    }
    ratios.push((earned / Number(scale)) * (blockWork / spent));
  }
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ratios.length - 1);
  return { mean, error: Math.sqrt(variance / ratios.length) };
}
