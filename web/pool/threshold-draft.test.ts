import { expect, test } from "vitest";
import { checkThreshold } from "./threshold-draft.ts";

const COIN = 100_000_000n;
const miner = { minThreshold: String(COIN), threshold: String(20n * COIN), thresholdFrom: "miner" } as const;

test("a threshold is an amount that the pool takes, and another than before", () => {
  expect(checkThreshold(" 12.5 ", miner)).toEqual({ problem: null, thresholdAtoms: 1_250_000_000n });
  expect(checkThreshold("", miner)).toEqual({ problem: null, thresholdAtoms: null });
  expect(checkThreshold("1", miner).thresholdAtoms).toBe(COIN);
  expect(checkThreshold("0.99999999", miner).problem).toMatch(/least .* is 1\./);
  expect(checkThreshold("20", miner).problem).toMatch(/already/);
  // What it signs stands, and what the pool has for everybody may change.
  expect(checkThreshold("20", { ...miner, thresholdFrom: "pool" }).thresholdAtoms).toBe(20n * COIN);
  for (const text of ["x", "-5", "1.123456789"]) expect(checkThreshold(text, miner).problem).toMatch(/Write an amount/);
});
