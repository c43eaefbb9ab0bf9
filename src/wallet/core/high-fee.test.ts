import { expect, test } from "vitest";
import { highFeeTimes } from "./high-fee.ts";

test("a fee is high beyond a hundred times the least", () => {
  expect([0n, 1_460n, 146_000n].map((fee) => highFeeTimes(fee, 1_460n))).toEqual([null, null, null]);
  expect(highFeeTimes(146_001n, 1_460n)).toBe(100n);
  expect(highFeeTimes(5_000_000_000n, 1_460n)).toBe(3_424_657n);
  // A chain that asks for nothing gives no proportion.
  expect(highFeeTimes(7n, 0n)).toBeNull();
});
