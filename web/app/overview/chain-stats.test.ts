import { expect, test } from "vitest";
import { blockIntervalsS, hashRate, mean, meanThroughput, smooth, throughput, withPrefix } from "./chain-stats.ts";

const blocks = [
  { height: 3, timeMs: 9_000, transactionCount: 8 },
  { height: 2, timeMs: 5_000, transactionCount: 2 },
  { height: 1, timeMs: 4_000, transactionCount: 1 },
  { height: 0, timeMs: 0, transactionCount: 0 },
];

test("intervals leave genesis out, whose time was chosen", () => {
  expect(blockIntervalsS(blocks)).toEqual([1, 4]);
  expect(mean(blockIntervalsS(blocks))).toBe(2.5);
  expect(mean([])).toBeNull();
});

test("throughput counts the transactions that came after the oldest block", () => {
  expect(throughput(blocks)).toEqual([2, 2]);
  expect(meanThroughput(blocks)).toBe(2);
  expect(meanThroughput(blocks.slice(2))).toBeNull();
});

test("smoothing averages with what came before", () => {
  expect(smooth([1, 3, 5], 2)).toEqual([1, 2, 4]);
});

test("a hash rate is weight over time", () => {
  expect(hashRate({ weight: "1000", timeMs: 0 }, { weight: "17384", timeMs: 2_000 })).toBe(8192);
  expect(hashRate({ weight: "0", timeMs: 5 }, { weight: "9", timeMs: 5 })).toBeNull();
});

test.each([
  [0, "0", ""],
  [12, "12", ""],
  [0.5, "0.500", ""],
  [8_190, "8.19", "k"],
  [999_999, "1000", "k"],
  [5_000_000, "5.00", "M"],
])("%d is written %s %s", (value, number, prefix) => {
  expect(withPrefix(value)).toEqual([number, prefix]);
});
