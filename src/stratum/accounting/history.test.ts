/** Random lives of a pool under each scheme: after each step its books are exact, and what the chain did is what they say. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, test } from "vitest";
import { fuzzFactor, testSeed } from "../../../test/support/seed.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { SCHEMES } from "../trust/schemes.ts";
import { HistoryWorld, MINERS } from "./testing/history-world.ts";

const STEPS = 40;
const LIVES = 2;

type Step = (world: HistoryWorld) => Promise<void> | void;

const who = fc.integer({ min: 0, max: MINERS.length - 1 });
const named = (weight: number, name: string, steps: fc.Arbitrary<[words: string, step: Step]>) => ({
  weight,
  arbitrary: steps.map(([words, step]) => Object.assign(step, { toString: () => `${name} ${words}` })),
});

const steps = fc.oneof(
  named(
    6,
    "share",
    fc.tuple(who, fc.integer({ min: 1, max: 60 })).map(([i, work]) => [`${i} ${work}`, (w) => w.share(i, work)]),
  ),
  named(
    6,
    "find",
    fc.tuple(who, fc.integer({ min: 0, max: 4 })).map(([i, luck]) => [`${i} ${luck}`, (w) => w.find(i, luck === 0)]),
  ),
  named(
    4,
    "mine",
    fc.integer({ min: 1, max: 6 }).map((count) => [`${count}`, (w) => w.mine(count)]),
  ),
  named(4, "pay", fc.constant(["", (w) => w.pay()])),
  named(2, "settle", fc.constant(["", (w) => w.checkSettled()])),
  named(
    1,
    "reorganise",
    fc.integer({ min: 1, max: 14 }).map((depth) => [`${depth}`, (w) => w.reorganise(depth)]),
  ),
  named(
    1,
    "flicker",
    fc.integer({ min: 1, max: 12 }).map((depth) => [`${depth}`, (w) => w.flicker(depth)]),
  ),
  named(1, "forget", fc.constant(["", (w) => w.forgetWaiting()])),
  named(
    2,
    "order",
    fc
      .tuple(who, fc.option(fc.integer({ min: 4, max: 90 })))
      .map(([i, coins]) => [`${i} ${coins}`, (w) => w.order(i, coins)]),
  ),
  named(
    1,
    "withdraw",
    fc.tuple(who, fc.integer({ min: 0, max: 110 })).map(([i, part]) => [`${i} ${part} %`, (w) => w.withdraw(i, part)]),
  ),
  named(1, "die", fc.constant(["", (w) => w.die()])),
  named(
    2,
    "die settling",
    fc.integer({ min: 0, max: 9 }).map((calls) => [`${calls}`, (w) => w.dieWithin(calls, () => w.settle())]),
  ),
  named(
    2,
    "die paying",
    fc.integer({ min: 0, max: 9 }).map((calls) => [`${calls}`, (w) => w.dieWithin(calls, () => w.pay())]),
  ),
);

describe.each([[["pplns"]], [["prop"]], [["pps"]], [["solo"]], [SCHEMES]] as const)("%s", (schemes) => {
  test("whatever happens, every atom is somewhere, and once", { timeout: 60_000 * fuzzFactor }, async () => {
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
      { seed: fuzzFactor > 1 ? testSeed : 4, numRuns: LIVES * fuzzFactor, endOnFailure: true },
    );
  });
});
