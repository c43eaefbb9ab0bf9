import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  DIFFICULTY_1_TARGET,
  difficultyOf,
  greatestDifficultyFor,
  LEAST_DIFFICULTY,
  limitOf,
  MOST_DIFFICULTY,
  roundDifficulty,
  withinLimit,
} from "./difficulty.ts";

const anyDifficulty = fc.double({ min: LEAST_DIFFICULTY, max: MOST_DIFFICULTY, noNaN: true });

describe("a difficulty", () => {
  test.each([
    [1, DIFFICULTY_1_TARGET],
    [2, DIFFICULTY_1_TARGET / 2n],
    [3, DIFFICULTY_1_TARGET / 3n],
    [0.5, 0xffffn << 209n],
    [2 ** -31, 0xffffn << 239n],
    [2 ** 128, 0xffffn << 80n],
    [1.5, (DIFFICULTY_1_TARGET * 2n) / 3n],
  ])("of %d has an exact target", (value, target) => {
    expect(difficultyOf(value).target).toBe(target);
  });

  test("of 1 is 2^32 hashes and a few", () => {
    expect(difficultyOf(1).work).toBe(4_295_032_833n);
    expect(difficultyOf(2 ** -31).work).toBe(2n);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -32, 2 ** 129])("of %d does not exist", (value) => {
    expect(() => difficultyOf(value)).toThrow(RangeError);
  });

  test("is rounded down, by less than a sixteenth, and then stays", () => {
    fc.assert(
      fc.property(anyDifficulty, (value) => {
        const rounded = roundDifficulty(value);
        expect(rounded).toBeLessThanOrEqual(value);
        expect(rounded).toBeGreaterThan((value * 15) / 16);
        expect(roundDifficulty(rounded)).toBe(rounded);
        expect(JSON.parse(JSON.stringify(rounded))).toBe(rounded);
      }),
    );
    expect(roundDifficulty(1e-300)).toBe(LEAST_DIFFICULTY);
    expect(roundDifficulty(1e300)).toBe(MOST_DIFFICULTY);
  });

  test("below a block's misses no block, and the next one would", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 100n, max: DIFFICULTY_1_TARGET << 30n }), (target) => {
        const value = greatestDifficultyFor(target);
        expect(difficultyOf(value).target).toBeGreaterThanOrEqual(target);
        expect(difficultyOf(roundDifficulty(value * 1.07)).target).toBeLessThan(target);
      }),
    );
  });

  test("as a C miner computes it in doubles gives no share that is refused", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -20, max: 2 ** 60, noNaN: true }), (any) => {
        const value = roundDifficulty(any);
        // minerd's diff_to_target: 64 bits at word k.
        let [k, left] = [6, value];
        for (; k > 0 && left > 1; k--) left /= 2 ** 32;
        const mantissa = BigInt(Math.floor(4294901760 / left));
        const theirs = mantissa << BigInt(32 * k);
        const ours = difficultyOf(value).target;
        // From 2^47 on their quotient may have been rounded up to a whole number: one hash in as many.
        expect(theirs <= ours + (ours >> 47n)).toBe(true);
        if (mantissa < 2n ** 47n) expect(theirs <= ours).toBe(true);
      }),
    );
  });
});

test("hashes are compared with limits as numbers", () => {
  const number = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(withinLimit(limitOf(a), limitOf(b))).toBe(a <= b);
      expect(withinLimit(limitOf(a), limitOf(a))).toBe(true);
    }),
  );
});
