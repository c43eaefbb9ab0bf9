import { describe, expect, test } from "vitest";
import { seededRandom } from "#base";
import { normalTail, poissonAtLeast, poissonAtMost, poissonBand } from "./poisson.ts";
import { judgeAll, judgeLuck } from "./withholding.ts";

describe("tails of the Poisson law", () => {
  test.each([
    [0, 1, Math.exp(-1)],
    [1, 1, 2 * Math.exp(-1)],
    [0, 6.907755278982137, 1e-3],
    [3, 10, 0.010336050675925726],
    [10, 10, 0.5830397501929856],
    [70, 100, 0.0009714440282773],
  ])("P(X ≤ %i) for a mean of %f", (count, mean, probability) => {
    expect(poissonAtMost(count, mean) / probability).toBeCloseTo(1, 3);
    expect(poissonAtMost(count, mean) + poissonAtLeast(count + 1, mean)).toBeCloseTo(1, 12);
  });

  test("far tails do not underflow into nonsense", () => {
    expect(Math.log(poissonAtMost(0, 700))).toBeCloseTo(-700, 6);
    expect(poissonAtLeast(400, 100)).toBeGreaterThan(0);
    expect(poissonAtLeast(400, 100)).toBeLessThan(1e-90);
    expect(poissonAtMost(9_700, 9_900)).toBeCloseTo(poissonAtMost(9_802, 10_003), 2);
  });

  test("the normal tail", () => {
    expect(normalTail(0)).toBeCloseTo(0.5, 12);
    expect(normalTail(1.959963984540054)).toBeCloseTo(0.025, 9);
    expect(normalTail(3.0001)).toBeCloseTo(normalTail(2.9999), 5);
    expect(normalTail(6) / 9.865876450377e-10).toBeCloseTo(1, 6);
    expect(normalTail(-1)).toBeCloseTo(0.8413447460685429, 9);
  });

  test("bands are those of the tables", () => {
    // Exact two-sided regions: no more than 2.5 % below, no more than 2.5 % above.
    expect(poissonBand(10, 0.95)).toEqual({ low: 4, high: 17 });
    expect(poissonBand(1, 0.95)).toEqual({ low: 0, high: 3 });
    expect(poissonBand(0, 0.99)).toEqual({ low: 0, high: 0 });
    const wide = poissonBand(50_000, 0.99);
    expect(wide.low).toBeCloseTo(50_000 - 2.576 * Math.sqrt(50_000), -1);
    expect(wide.high).toBeCloseTo(50_000 + 2.576 * Math.sqrt(50_000), -1);
  });
});

describe("the detector of withholding, classic and all-out (aoa, eyal)", () => {
  test("says nothing before it can know, nor of honest bad luck", () => {
    expect(judgeLuck({ name: "a", expected: 6, found: 0 }, 1).verdict).toBe("too-early");
    expect(judgeLuck({ name: "a", expected: 10, found: 5 }, 1).verdict).toBe("normal");
    expect(judgeLuck({ name: "a", expected: 0, found: 0 }, 1)).toMatchObject({
      luck: null,
      fewer: 1,
      verdict: "too-early",
    });
  });

  test("suspects, and names, as improbability grows", () => {
    expect(judgeLuck({ name: "a", expected: 7, found: 0 }, 1).verdict).toBe("suspect");
    expect(judgeLuck({ name: "a", expected: 14, found: 0 }, 1).verdict).toBe("withholding");
    expect(judgeLuck({ name: "a", expected: 20, found: 40 }, 1)).toMatchObject({ verdict: "normal", luck: 2 });
  });

  test("looking at many miners makes it slower to accuse", () => {
    const record = { name: "a", expected: 7, found: 0 };
    expect(judgeLuck(record, 1_000).verdict).toBe("normal");
    expect(judgeLuck(record, 1_000).corrected).toBeCloseTo(1_000 * Math.exp(-7), 9);
    const all = judgeAll([record, { name: "b", expected: 30, found: 2 }]);
    expect(all.map(({ name }) => name)).toEqual(["b", "a"]);
  });

  test("of 2,000 honest miners over 50 expected blocks hardly one is suspected, and each withholder is", () => {
    const random = seededRandom(5);
    const uniform = (): number => (random.below(2 ** 32) + 0.5) / 2 ** 32;
    const poisson = (mean: number): number => {
      let count = -1;
      for (let left = mean; left > 0; count++) left += Math.log(uniform());
      return count;
    };
    const honest = Array.from({ length: 2_000 }, (_, i) => ({ name: `h${i}`, expected: 50, found: poisson(50) }));
    const cheats = Array.from({ length: 20 }, (_, i) => ({ name: `c${i}`, expected: 50, found: poisson(5) }));
    const reports = judgeAll([...honest, ...cheats]);
    const suspects = reports.filter(({ verdict }) => verdict === "suspect" || verdict === "withholding");
    expect(suspects.filter(({ name }) => name.startsWith("h")).length).toBeLessThanOrEqual(1);
    expect(suspects.filter(({ name }) => name.startsWith("c"))).toHaveLength(20);
  });
});
