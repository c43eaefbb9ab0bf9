import { describe, expect, test } from "vitest";
import { seededRandom } from "#base";
import { retarget, type ShareWindow } from "./vardiff.ts";

const OPTIONS = {
  shareMs: 10_000,
  retargetMs: 120_000,
  variancePercent: 50,
  minDifficulty: 2 ** -16,
  maxDifficulty: 2 ** 40,
};
const HASHES_PER_DIFFICULTY = 2 ** 32;

/** Shares of a miner of constant rate arrive at random. @returns difficulties over time, and shares sent */
function mine(hashesPerSecond: number, start: number, forMs: number) {
  const random = seededRandom(7);
  let difficulty = start;
  let window: ShareWindow = { sinceMs: 0, shares: 0, difficulty: 0 };
  const settled: number[] = [];
  let shares = 0;
  for (let nowMs = 0; nowMs < forMs; ) {
    const meanMs = (difficulty * HASHES_PER_DIFFICULTY * 1_000) / hashesPerSecond;
    const gapMs = -Math.log((random.below(2 ** 40) + 1) / 2 ** 40) * meanMs;
    // The server looks once a second as well, for miners that send nothing.
    const share = gapMs <= 1_000;
    nowMs += Math.min(gapMs, 1_000);
    if (share) {
      shares++;
      window = { ...window, shares: window.shares + 1, difficulty: window.difficulty + difficulty };
    }
    const next = retarget(window, difficulty, 0, nowMs, OPTIONS);
    if (next === null) continue;
    difficulty = next;
    window = { sinceMs: nowMs, shares: 0, difficulty: 0 };
    if (nowMs > forMs / 2) settled.push(difficulty);
  }
  return { settled, shares };
}

describe("the difficulty of a miner", () => {
  test.each([
    ["a small one", 20_000],
    ["a processor", 12_000_000],
    ["a farm", 100e12],
  ])("of %s settles near one share in ten seconds", (_name, rate) => {
    const { settled, shares } = mine(rate, 2 ** -6, 7_200_000);
    const ideal = (rate * 10) / HASHES_PER_DIFFICULTY;
    const mean = settled.reduce((sum, one) => sum + one, 0) / settled.length;
    expect(mean / ideal).toBeGreaterThan(0.6);
    expect(mean / ideal).toBeLessThan(1.6);
    expect(shares).toBeLessThan(1_400);
  });

  test("a farm that starts at the least is brought there within a hundred shares", () => {
    const { shares } = mine(100e12, 2 ** -16, 10_000);
    expect(shares).toBeLessThan(100);
  });

  test("stays while the rate is near the wanted one, and while little is known", () => {
    const window = { sinceMs: 0, shares: 12, difficulty: 12 };
    expect(retarget(window, 1, 0, 119_999, OPTIONS)).toBeNull();
    expect(retarget(window, 1, 0, 120_000, OPTIONS)).toBe(1);
    expect(retarget({ ...window, shares: 17, difficulty: 17 }, 1, 0, 120_000, OPTIONS)).toBe(1);
    expect(retarget({ ...window, shares: 19, difficulty: 19 }, 1, 0, 120_000, OPTIONS)).toBe(1.5625);
  });

  test("of one that is silent falls to a quarter in a window, not below its own floor nor the pool's", () => {
    const silent = { sinceMs: 0, shares: 0, difficulty: 0 };
    expect(retarget(silent, 1, 0, 120_000, OPTIONS)).toBe(0.25);
    expect(retarget(silent, 1, 0.5, 120_000, OPTIONS)).toBe(0.5);
    expect(retarget(silent, 2 ** -16, 0, 120_000, OPTIONS)).toBe(2 ** -16);
  });
});
