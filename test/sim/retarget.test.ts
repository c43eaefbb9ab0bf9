import { describe, expect, it } from "vitest";
import { targetToCompact } from "#consensus";
import { builtInSpec, type WorkChainSpec } from "#spec";
import { testSeed } from "../support/seed.ts";
import { createSimulation, type SimNode } from "./simulation.ts";

const test = builtInSpec("test");
/** The rules of the `test` chain with an easier start, so that ten times the work is searched in seconds here. */
const START_HASHES = 256n;
const spec: WorkChainSpec = {
  ...test,
  engine: { ...test.engine, limitBits: targetToCompact(2n ** 256n / START_HASHES) },
};
const RATE = (Number(START_HASHES) * 1_000) / spec.engine.spacingMs;

describe("retargeting of the test chain", () => {
  it("follows ten times the hash rate, and a tenth again", async () => {
    const sim = createSimulation(spec, testSeed);
    const steady = await sim.add("steady", { hashRate: 2 * RATE });
    await sim.run(400_000);
    expectSpacing(await meanSpacingMs(sim, steady, 400_000));
    const strong = await sim.add("strong", { hashRate: 18 * RATE, knows: ["steady"] });
    await sim.run(600_000);
    expectSpacing(await meanSpacingMs(sim, steady, 500_000));
    await sim.stop(strong);
    await sim.run(900_000);
    expectSpacing(await meanSpacingMs(sim, steady, 500_000));
    await sim.stopAll();
  });
});

async function meanSpacingMs(
  sim: ReturnType<typeof createSimulation>,
  node: SimNode,
  durationMs: number,
): Promise<number> {
  const before = node.core.chain.head.header.height;
  await sim.run(durationMs);
  return durationMs / (node.core.chain.head.header.height - before);
}

/** Within about four standard errors of a mean of a hundred exponential intervals. */
function expectSpacing(meanMs: number): void {
  const message = `seed ${testSeed}: a block every ${Math.round(meanMs)} ms`;
  expect(meanMs, message).toBeGreaterThan(0.6 * spec.engine.spacingMs);
  expect(meanMs, message).toBeLessThan(1.55 * spec.engine.spacingMs);
}
