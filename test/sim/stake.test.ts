/** Whole nodes on a chain of stake: what becomes final, and what never does. */
import { afterEach, describe, expect, it } from "vitest";
import { toHex } from "#base";
import type { StakeChainSpec } from "#spec";
import { testSeed } from "../support/seed.ts";
import { stakeSpec, type TestValidator, testSeat, testSigning, testValidator } from "../support/validators.ts";
import { agree, createSimulation, type SimNode, type Simulation } from "./simulation.ts";

const VALIDATORS = ["v0", "v1", "v2", "v3", "v4", "v5", "v6"].map(testValidator);
const COIN = 100_000_000n;
const SLOT_MS = 1_000;
const EPOCH_MS = 6 * SLOT_MS;

let sim: Simulation;
afterEach(() => sim.stopAll());

interface World {
  readonly spec: StakeChainSpec;
  readonly nodes: readonly SimNode[];
}

/** One node for each validator, the first of which the others know. */
async function network(count: number, setup: Parameters<typeof stakeSpec>[2] = {}): Promise<World> {
  const validators = VALIDATORS.slice(0, count);
  const spec = stakeSpec(
    validators,
    validators.map(() => 1_000),
    setup,
  );
  sim = createSimulation(spec, testSeed, {}, 0);
  const nodes: SimNode[] = [];
  for (const validator of validators) nodes.push(await add(validator, nodes.length === 0 ? [] : ["v0"]));
  return { spec, nodes };
}

function add(validator: TestValidator, knows: readonly string[]): Promise<SimNode> {
  return sim.add(validator.name, { seat: testSeat([validator]), knows });
}

const finalizedOf = (node: SimNode): number => node.core.chain.finalizedHeight;
const headOf = (node: SimNode): number => node.core.chain.head.header.height;

/** All that was ever final anywhere lies on one chain. */
function expectOneHistory(nodes: readonly SimNode[]): void {
  const highest = nodes.reduce((a, b) => (finalizedOf(a) > finalizedOf(b) ? a : b));
  for (const { name, core } of nodes) {
    const { height, id } = core.chain.finalized;
    expect({ name, id: toHex(id) }).toEqual({ name, id: toHex(highest.core.chain.blockAt(height)!.id) });
    expect(core.chain.violation).toBeNull();
  }
}

describe("a network of validators", () => {
  it("fills every slot, makes epochs final two behind, and takes the same course for the same seed", async () => {
    const traces: string[] = [];
    for (let run = 0; run < 2; run++) {
      const { nodes } = await network(4);
      await sim.run(5 * EPOCH_MS);
      await sim.runUntil(() => agree(nodes), 3_000, "agreement");
      expect(headOf(nodes[0]!)).toBeGreaterThanOrEqual(28);
      expect(nodes[0]!.core.chain.head.snapshot.finalized.epoch).toBeGreaterThanOrEqual(3);
      expectOneHistory(nodes);
      traces.push(sim.traceHash());
      await sim.stopAll();
    }
    expect(traces[0]).toBe(traces[1]);
  });

  it("makes blocks final while two thirds of the stake are there, and none when they are not, and goes on after", async () => {
    const { nodes } = await network(4);
    await sim.runUntil(() => finalizedOf(nodes[0]!) > 0, 10 * EPOCH_MS, "finality");
    await sim.stop(nodes[3]!);
    const rest = nodes.slice(0, 3);
    const before = finalizedOf(rest[0]!);
    await sim.runUntil(() => finalizedOf(rest[0]!) >= before + 12, 10 * EPOCH_MS, "finality with three of four");
    await sim.stop(nodes[2]!);
    await sim.run(2 * EPOCH_MS);
    const stuck = finalizedOf(rest[0]!);
    const height = headOf(rest[0]!);
    await sim.run(4 * EPOCH_MS);
    expect(finalizedOf(rest[0]!)).toBe(stuck);
    expect(headOf(rest[0]!)).toBeGreaterThan(height);
    await sim.restart(nodes[2]!, { seat: testSeat([VALIDATORS[2]!]), knows: ["v0"] });
    await sim.restart(nodes[3]!, { seat: testSeat([VALIDATORS[3]!]), knows: ["v0"] });
    await sim.runUntil(() => finalizedOf(nodes[3]!) > stuck && agree(nodes), 12 * EPOCH_MS, "finality of all");
    expectOneHistory(nodes);
  });

  it.each([
    ["three of seven and four", [3, 4]],
    ["two of seven and five", [2, 5]],
  ] as const)("split in %s heals to one chain and never has two finalities", async (_what, [few]) => {
    const { nodes } = await network(7);
    await sim.runUntil(() => finalizedOf(nodes[0]!) > 0, 10 * EPOCH_MS, "finality");
    const names = nodes.map(({ name }) => name);
    const [left, right] = [nodes.slice(0, few), nodes.slice(few)];
    const before = finalizedOf(left[0]!);
    sim.partition([names.slice(0, few), names.slice(few)]);
    await sim.run(6 * EPOCH_MS);
    // What was on its way into finality when the line was cut may still get there.
    const [weak, strong] = [finalizedOf(left[0]!), finalizedOf(right[0]!)];
    expect(weak).toBeLessThanOrEqual(before + 12);
    if (few === 2) expect(strong).toBeGreaterThan(before + 12);
    else expect(strong).toBeLessThanOrEqual(before + 12);
    expect(headOf(left[0]!)).toBeGreaterThan(before);
    sim.heal();
    await sim.runUntil(() => agree(nodes), 12 * EPOCH_MS, "agreement");
    await sim.runUntil(() => nodes.every((node) => finalizedOf(node) > strong + 12), 12 * EPOCH_MS, "new finality");
    expectOneHistory(nodes);
  });

  it("lets those who do not vote leak away after too long without finality, unslashed, and is final again", async () => {
    const { nodes } = await network(4, { engine: { leakEpochs: 3 } });
    await sim.runUntil(() => finalizedOf(nodes[0]!) > 0, 10 * EPOCH_MS, "finality");
    await sim.stop(nodes[3]!);
    await sim.stop(nodes[2]!);
    const rest = nodes.slice(0, 2);
    const before = finalizedOf(rest[0]!);
    await sim.runUntil(() => finalizedOf(rest[0]!) > before + 12, 20 * EPOCH_MS, "finality after the leak");
    const stake = rest[0]!.core.chain.stake()!;
    const leaked = stake.validators().map((each) => each.leaked);
    expect(leaked).toEqual([false, false, true, true]);
    for (const each of stake.validators()) expect([each.slashedAtoms, each.bondedAtoms]).toEqual([0n, 1_000n * COIN]);
    expectOneHistory(rest);
  });

  it("brings a node that was away for long to the same state, over many epochs of headers it could not check at once", async () => {
    const { nodes } = await network(4);
    await sim.run(2 * EPOCH_MS);
    await sim.stop(nodes[3]!);
    await sim.run(40 * EPOCH_MS);
    await sim.restart(nodes[3]!, { seat: testSeat([VALIDATORS[3]!]), knows: ["v0"] });
    await sim.runUntil(() => agree(nodes), 3 * EPOCH_MS, "agreement");
    const late = await sim.add("late", { knows: ["v1"] });
    await sim.runUntil(() => agree([...nodes, late]), 3 * EPOCH_MS, "a newcomer");
    expectOneHistory([...nodes, late]);
  });

  it.each([
    ["ahead", 180_000],
    ["behind", -180_000],
  ] as const)(
    "goes on without a validator whose clock is minutes %s, which says so and signs nothing",
    async (_side, clockAheadMs) => {
      const { nodes } = await network(4);
      await sim.runUntil(() => finalizedOf(nodes[0]!) > 0, 10 * EPOCH_MS, "finality");
      const [wrong] = nodes.slice(3);
      await sim.stop(wrong!);
      await sim.restart(wrong!, { seat: testSeat([VALIDATORS[3]!]), knows: ["v0"], clockAheadMs });
      await sim.runUntil(() => wrong!.core.obstacle()?.includes("clock") === true, EPOCH_MS, "an obstacle");
      expect(wrong!.core.notices.texts().join(" ")).toContain("clock-wrong");
      const { blocks } = nodes[0]!.core.chain.stake()!.validatorOf(VALIDATORS[3]!.key)!;
      const before = finalizedOf(nodes[0]!);
      await sim.runUntil(() => finalizedOf(nodes[0]!) > before + 12, 10 * EPOCH_MS, "finality of the others");
      expect(nodes[0]!.core.chain.stake()!.validatorOf(VALIDATORS[3]!.key)!.blocks).toBe(blocks);
      expect(nodes[0]!.core.obstacle()).toBeNull();
    },
  );

  it("lets a validator that has lost its chain sign nothing before it has caught up", async () => {
    const { spec, nodes } = await network(3);
    await sim.runUntil(() => finalizedOf(nodes[0]!) > 0, 10 * EPOCH_MS, "finality");
    await sim.stop(nodes[2]!);
    await sim.run(4 * EPOCH_MS);
    const signed: number[] = [];
    const signing = testSigning([VALIDATORS[2]!]);
    const noting: typeof signing = {
      sign(job) {
        if (job.guard.domain === "block") signed.push(job.guard.slot);
        return signing.sign(job);
      },
    };
    const empty = await sim.add("again", {
      seat: { ...testSeat([VALIDATORS[2]!], noting), alone: false },
      knows: ["v0"],
    });
    const startSlot = Math.floor((sim.nowMs() - spec.genesis.timeMs) / SLOT_MS);
    await sim.runUntil(
      () => signed.length > 0 && agree([nodes[0]!, empty]),
      8 * EPOCH_MS,
      "a block of the one that came back",
    );
    const { chain } = nodes[0]!.core;
    expect(chain.blockAt(1)!.header.timeMs).toBeLessThan(spec.genesis.timeMs + startSlot * SLOT_MS);
    const onChain = new Set<number>();
    for (let height = 1; height <= headOf(nodes[0]!); height++)
      onChain.add((chain.blockAt(height)!.header.timeMs - spec.genesis.timeMs) / SLOT_MS);
    expect(signed.filter((slot) => !onChain.has(slot))).toEqual([]);
  });
});
