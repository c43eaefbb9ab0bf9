/** How the target follows a hash rate: arrival times are drawn, nothing is hashed. */
import { describe, expect, test } from "vitest";
import { asHash, asKey, type Random, seededRandom } from "#base";
import { builtInSpec, chainIdOf } from "#spec";
import { createPowEngine, type PowBlock } from "./pow-engine.ts";
import type { PowSnapshot } from "./snapshot.ts";

const ZERO = asHash(new Uint8Array(32));
const ME = { key: asKey(new Uint8Array(32)), reveal: () => null };
const spec = builtInSpec("test");
const engine = createPowEngine(spec, chainIdOf(spec));

/** Exponential with this mean. */
function drawMs(random: Random, meanMs: number): number {
  return -Math.log((random.below(2 ** 40) + 1) / (2 ** 40 + 1)) * meanMs;
}

interface Chain {
  snapshot: PowSnapshot;
  nowMs: number;
}

/** Mines for some time. @returns times between blocks, in ms */
function mine(chain: Chain, random: Random, hashesPerSecond: number, forMs: number): number[] {
  const gaps: number[] = [];
  const endMs = chain.nowMs + forMs;
  for (;;) {
    const parent = chain.snapshot;
    const turn = engine.turn(parent, ME, chain.nowMs);
    if (turn.kind !== "now") throw new Error(turn.kind);
    const foundMs =
      chain.nowMs + drawMs(random, (1_000 * Number(engine.describe(parent).difficulty)) / hashesPerSecond);
    if (foundMs > endMs) {
      chain.nowMs = endMs;
      return gaps;
    }
    gaps.push(foundMs - chain.nowMs);
    chain.nowMs = foundMs;
    const header = {
      version: 1,
      height: parent.height + 1,
      parent: parent.id,
      timeMs: Math.max(Math.floor(foundMs), turn.minTimeMs),
      bodyRoot: ZERO,
      stateRoot: ZERO,
      proposer: new Uint8Array(20) as PowBlock["header"]["proposer"],
      claim: engine.encodeClaim(turn.claim),
      seal: new Uint8Array(28),
    };
    const parsed = engine.parse(header);
    if (!parsed.ok) throw new Error(parsed.error.code);
    expect(engine.checkOnParent(parsed.value, parent, foundMs)).toEqual({ kind: "ok" });
    chain.snapshot = engine.advance(parent, parsed.value, null, null);
  }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const MINUTE_MS = 60_000;
const RATE = 81_920;

function settled(seed: number): { chain: Chain; random: Random } {
  const random = seededRandom(seed);
  const chain = { snapshot: engine.genesis(ZERO), nowMs: spec.genesis.timeMs };
  mine(chain, random, RATE, 10 * MINUTE_MS);
  return { chain, random };
}

describe("the test chain's target follows the hash rate", () => {
  test("steady: one block in 5 s", () => {
    const { chain, random } = settled(1);
    const gapMs = mean(mine(chain, random, RATE, 120 * MINUTE_MS));
    expect(gapMs).toBeGreaterThan(4_600);
    expect(gapMs).toBeLessThan(5_400);
  });

  test("one throttled core keeps the spacing from genesis on", () => {
    const random = seededRandom(2);
    const chain = { snapshot: engine.genesis(ZERO), nowMs: spec.genesis.timeMs };
    const gapMs = mean(mine(chain, random, 8_192, 120 * MINUTE_MS));
    expect(gapMs).toBeGreaterThan(4_500);
    expect(gapMs).toBeLessThan(6_500);
  });

  test.each([3, 4, 5])("ten times the rate: fast for some minutes, then 5 s again (seed %i)", (seed) => {
    const { chain, random } = settled(seed);
    const before = engine.describe(chain.snapshot).difficulty;
    const burst = mine(chain, random, 10 * RATE, 10 * MINUTE_MS);
    expect(burst.length).toBeGreaterThan(130);
    expect(burst.length).toBeLessThan(220);
    const gapMs = mean(mine(chain, random, 10 * RATE, 60 * MINUTE_MS));
    expect(gapMs).toBeGreaterThan(4_400);
    expect(gapMs).toBeLessThan(5_600);
    expect(engine.describe(chain.snapshot).difficulty).toBeGreaterThan(4n * before);
  });

  test.each([6, 7, 8])("a tenth of the rate: slow for some minutes, then 5 s again (seed %i)", (seed) => {
    const { chain, random } = settled(seed);
    mine(chain, random, 10 * RATE, 20 * MINUTE_MS);
    const slow = mine(chain, random, RATE, 10 * MINUTE_MS);
    expect(slow.length).toBeLessThan(120);
    expect(slow.length).toBeGreaterThan(50);
    const gapMs = mean(mine(chain, random, RATE, 60 * MINUTE_MS));
    expect(gapMs).toBeGreaterThan(4_400);
    expect(gapMs).toBeLessThan(5_600);
  });

  test("a pause of eight hours is forgotten", () => {
    const { chain, random } = settled(9);
    chain.nowMs += 480 * MINUTE_MS;
    mine(chain, random, RATE, 5 * MINUTE_MS);
    const gapMs = mean(mine(chain, random, RATE, 60 * MINUTE_MS));
    expect(gapMs).toBeGreaterThan(4_400);
    expect(gapMs).toBeLessThan(5_600);
  });
});

test("the dev chain's target never moves", () => {
  const dev = builtInSpec("dev");
  const fixed = createPowEngine(dev, chainIdOf(dev));
  const genesis = fixed.genesis(ZERO);
  const later = { ...genesis, height: 1_000_000, timeMs: genesis.timeMs + 1 };
  expect(fixed.describe(later).target).toBe(2n ** 242n);
});
