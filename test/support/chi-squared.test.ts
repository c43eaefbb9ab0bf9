import { expect, test } from "vitest";
import { chiSquaredP, upperGamma } from "./chi-squared.ts";

test("critical values of the tables have their probabilities", () => {
  const critical = [
    [1, 3.841458820694124, 0.05],
    [1, 6.634896601021213, 0.01],
    [5, 11.070497693516351, 0.05],
    [6, 12.591587243743977, 0.05],
    [6, 16.811893829770927, 0.01],
    [6, 22.457744484825323, 0.001],
    [30, 43.77297182574219, 0.05],
    [100, 124.34211340400407, 0.05],
  ] as const;
  for (const [freedom, statistic, p] of critical) expect(upperGamma(freedom / 2, statistic / 2)).toBeCloseTo(p, 10);
});

test("two degrees of freedom have a closed form, and so have four", () => {
  for (const x of [0, 0.01, 0.5, 1, 2.9, 3, 10, 40]) {
    expect(upperGamma(1, x) / Math.exp(-x)).toBeCloseTo(1, 11);
    expect(upperGamma(2, x) / (Math.exp(-x) * (1 + x))).toBeCloseTo(1, 11);
  }
});

test("counts are compared with shares of any unit", () => {
  expect(chiSquaredP([50, 30, 20], [5, 3, 2])).toBe(1);
  expect(chiSquaredP([60, 25, 15], [0.5, 0.3, 0.2])).toBeCloseTo(Math.exp(-(2 + 25 / 30 + 25 / 20) / 2), 12);
});
