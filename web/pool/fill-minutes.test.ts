import { expect, test } from "vitest";
import { fillMinutes } from "./fill-minutes.ts";

test("minutes without shares have a rate of 0, up to the last whole minute", () => {
  const samples = [
    { timeMs: 60_000, shares: 3, hashRate: 5 },
    { timeMs: 240_000, shares: 1, hashRate: 2 },
  ];
  expect(fillMinutes(samples, 370_000)).toEqual({
    timesS: [60, 120, 180, 240, 300],
    hashRates: [5, 0, 0, 2, 0],
    shares: [3, 0, 0, 1, 0],
  });
  expect(fillMinutes(samples, 250_000).timesS.at(-1)).toBe(240);
  expect(fillMinutes([], 1e9)).toEqual({ timesS: [], hashRates: [], shares: [] });
});
