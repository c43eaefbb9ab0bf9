/** Whoever has a share of the weight gets that share of the slots, as chance would have it (rule STAKE-18). */
import { expect, test } from "vitest";
import { asHash, type Hash } from "#base";
import { taggedHash } from "#crypto";
import { chiSquaredP } from "../../../test/support/chi-squared.ts";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import { drawNumber, findDrawn, prefixSums } from "./draw.ts";
import { encodeU64 } from "./encode-u64.ts";
import { epochSeed, firstMix, nextMix } from "./seed.ts";
import { createSlots } from "./slots.ts";

const FILLED_SLOTS = 10_000;
const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);
const STAKES = [40, 20, 15, 10, 5, 5, 5];
const ATOMS = 10n ** 12n;

const stakes = STAKES.map((stake) => BigInt(stake) * ATOMS);
const total = 100n * ATOMS;

/** The numbers drawn below the total in so many slots when every leader comes; the chain's reveals follow from `seed`. */
function drawNumbers(seed: number, below: bigint): bigint[] {
  const chainId = taggedHash("agon/test-chain/v1", encodeU64(seed));
  const slots = createSlots({ genesisMs: 0, slotMs: 1, epochSlots: 15 });
  let mix: Hash = firstMix();
  let drawSeed = epochSeed(chainId, mix, 0);
  return Array.from({ length: FILLED_SLOTS }, (_, i) => {
    const slot = i + 1;
    const epoch = slots.epochOf(slot);
    if (slot === slots.firstSlot(epoch)) drawSeed = epochSeed(chainId, mix, epoch);
    if (slots.isMixing(slot)) mix = nextMix(chainId, mix, asHash(drawSeed));
    return drawNumber(chainId, drawSeed, slot, below);
  });
}

function countDrawn(weights: readonly bigint[], drawn: readonly bigint[]): number[] {
  const ends = prefixSums(weights.map((weight) => ({ weight })));
  const counts = weights.map(() => 0);
  for (const number of drawn) counts[findDrawn(ends, number)]!++;
  return counts;
}

function expectFair(ps: readonly number[]): void {
  for (const p of ps) expect(p).toBeGreaterThan(0.0005);
  expect(ps.filter((p) => p < 0.05).length).toBeLessThanOrEqual(4);
}

test("uneven stakes get their shares of 10,000 slots, and a stake split over 20 keys its own and no more", () => {
  const [first, split, ...others] = stakes as [bigint, bigint, ...bigint[]];
  const inParts = [first, ...Array.from({ length: 20 }, () => split / 20n), ...others];
  const drawn = SEEDS.map((seed) => drawNumbers(seed, total));
  expectFair(drawn.map((numbers) => chiSquaredP(countDrawn(stakes, numbers), STAKES)));
  expectFair(
    drawn.map((numbers) => {
      // Turned, so that the parts do not lie where the whole stake lay.
      const turned = numbers.map((number) => (number + total / 3n) % total);
      const counts = countDrawn(inParts, turned);
      const together = counts.slice(1, 21).reduce((sum, count) => sum + count, 0);
      return chiSquaredP([counts[0]!, together, ...counts.slice(21)], STAKES);
    }),
  );
  const parts = drawn.map((numbers) => countDrawn(inParts, numbers).slice(1, 21));
  expectFair(
    parts.map((counts) =>
      chiSquaredP(
        counts,
        counts.map(() => 1),
      ),
    ),
  );
});

test("weights that are wrong by a tenth do not pass", () => {
  const altered = stakes.map((stake, i) => (stake * (i % 2 === 0 ? 11n : 9n)) / 10n);
  const alteredTotal = altered.reduce((sum, each) => sum + each, 0n);
  for (const seed of SEEDS)
    expect(chiSquaredP(countDrawn(altered, drawNumbers(seed, alteredTotal)), STAKES)).toBeLessThan(0.01);
});

test("the engine draws as these figures were drawn", () => {
  const line = createStakeLine(stakes);
  const { chainId, lottery } = line;
  let head = line.genesis();
  const table = lottery.tables(head).current;
  const ends = prefixSums(table.entries);
  let mix: Hash = firstMix();
  let drawSeed = epochSeed(chainId, mix, 0);
  for (let slot = 1; slot <= 100; slot++) {
    if (slot % 15 === 0) drawSeed = epochSeed(chainId, mix, slot / 15);
    const drawn = table.entries[findDrawn(ends, drawNumber(chainId, drawSeed, slot, table.total))]!;
    expect(lottery.leaderOf(slot, head)).toEqual(drawn.key);
    const block = line.seal(head, slot);
    if (slot % 15 < 10) mix = nextMix(chainId, mix, asHash(block.header.claim));
    head = line.extend(head, slot);
  }
});
