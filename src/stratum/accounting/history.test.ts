/** Random lives of a pool under each scheme: after each step its books are exact, and what the chain did is what they say. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, test } from "vitest";
import { fuzzFactor, testSeed } from "../../../test/support/seed.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { SCHEMES } from "../trust/schemes.ts";
import { HistoryWorld, MINERS } from "./testing/history-world.ts";

const STEPS = 90;

type Step = (world: HistoryWorld) => Promise<void> | void;

const who = fc.integer({ min: 0, max: MINERS.length - 1 });
const named = (weight: number, name: string, steps: fc.Arbitrary<[words: string, step: Step]>) => ({
  weight,
  arbitrary: steps.map(([words, step]) => Object.assign(step, { toString: () => `${name} ${words}` })),
});

const upTo = (most: number, least = 0) => fc.integer({ min: least, max: most });
/** Mostly shallow. */
const depth = fc.oneof({ weight: 4, arbitrary: upTo(4, 1) }, { weight: 1, arbitrary: upTo(14, 5) });

const steps = fc.oneof(
  named(
    8,
    "share",
    fc.tuple(who, upTo(60, 1)).map(([i, work]) => [`${i} ${work}`, (w) => w.share(i, work)]),
  ),
  named(
    9,
    "find",
    fc.tuple(who, upTo(7)).map(([i, luck]) => [`${i} ${luck}`, (w) => w.find(i, luck === 0)]),
  ),
  named(
    5,
    "mine",
    upTo(5, 1).map((count) => [`${count}`, (w) => w.mine(count)]),
  ),
  named(9, "pay", fc.constant(["", (w) => w.pay()])),
  named(2, "settle", fc.constant(["", (w) => w.checkSettled()])),
  named(
    2,
    "reorganise",
    depth.map((blocks) => [`${blocks}`, (w) => w.reorganise(blocks)]),
  ),
  named(
    1,
    "flicker",
    depth.map((blocks) => [`${blocks}`, (w) => w.flicker(blocks)]),
  ),
  named(1, "forget", fc.constant(["", (w) => w.forgetWaiting()])),
  named(
    5,
    "order",
    fc.tuple(who, fc.option(upTo(50, 5))).map(([i, coins]) => [`${i} ${coins}`, (w) => w.order(i, coins)]),
  ),
  named(
    2,
    "withdraw",
    fc.tuple(who, upTo(110)).map(([i, part]) => [`${i} ${part} %`, (w) => w.withdraw(i, part)]),
  ),
  named(1, "die", fc.constant(["", (w) => w.die()])),
  named(
    2,
    "die settling",
    upTo(12).map((calls) => [`${calls}`, (w) => w.dieWithin(calls, () => w.settle())]),
  ),
  named(
    3,
    "die paying",
    upTo(12).map((calls) => [`${calls}`, (w) => w.dieWithin(calls, () => w.pay())]),
  ),
);

describe.each([
  { seed: 1, schemes: ["pplns"] },
  { seed: 2, schemes: ["prop"] },
  { seed: 3, schemes: ["pps"] },
  { seed: 4, schemes: ["solo"] },
  { seed: 5, schemes: SCHEMES },
] as const)("$schemes", ({ schemes, seed }) => {
  test("whatever happens, every atom is somewhere, and once", { timeout: 300_000 * fuzzFactor }, async () => {
    const dir = tempDir("history");
    let life = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: STEPS, maxLength: STEPS }), async (history) => {
        const world = new HistoryWorld(join(dir, `${life++}.db`), schemes);
        await world.open();
        for (const step of history) {
          await step(world);
          await world.check();
        }
        await world.finish();
      }),
      { seed: fuzzFactor > 1 ? testSeed : seed, numRuns: fuzzFactor, endOnFailure: true },
    );
  });
});
