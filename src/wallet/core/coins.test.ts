import fc from "fast-check";
import { expect, test } from "vitest";
import { formatCoins, parseCoins } from "./coins.ts";

test("to text", () => {
  const atoms = [0n, 1n, 100_000_000n, 1_250_000_000n, -5n, 2n ** 64n - 1n];
  expect(atoms.map(formatCoins)).toEqual(["0", "0.00000001", "1", "12.5", "-0.00000005", "184467440737.09551615"]);
});

test("from text", () => {
  expect(["0", "1.5", "007", "0.00000001", "184467440737.09551615"].map(parseCoins)).toEqual([
    0n,
    150_000_000n,
    700_000_000n,
    1n,
    2n ** 64n - 1n,
  ]);
  const wrong = ["", ".5", "1.", "-1", "+1", "1e3", "1,5", "1.000000001", " 1", "0x10", "184467440737.09551616", "١"];
  expect(wrong.map(parseCoins)).toEqual(wrong.map(() => null));
});

test("there and back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (atoms) => parseCoins(formatCoins(atoms)) === atoms),
  );
});
