import { describe, expect, it } from "vitest";
import { difficulty, hashRate, span } from "./amounts.ts";

describe("amounts of mining", () => {
  it("rates have a unit", () => {
    expect([0, 999, 1_000, 14_236_000, 999_600_000].map(hashRate)).toEqual([
      ...["0 H/s", "999 H/s", "1.00 kH/s", "14.2 MH/s", "1.00 GH/s"],
    ]);
  });
  it("times are short, and endless ones a dash", () => {
    expect([0.42, 42, 90, 600, 9_000, 200_000, 1e9, 1e20, Number.POSITIVE_INFINITY].map(span)).toEqual([
      ...["0.4 s", "42 s", "90 s", "10 min", "2.5 h", "2.3 days", "32 years", "3.2e+12 years", "–"],
    ]);
  });
  it("difficulties may be far below 1", () => {
    expect([0.00052341, 1, 12.345, 1_234_567].map(difficulty)).toEqual(["0.000523", "1", "12.3", "1.23 M"]);
  });
});
