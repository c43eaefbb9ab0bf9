import { afterEach, expect, test } from "vitest";
import type { StakeReads } from "#api";
import { type Clock, toHex } from "#base";
import { encodeHeader } from "#model";
import { createSimulation, type SimNode, type Simulation } from "../../../test/sim/simulation.ts";
import { testSeed } from "../../../test/support/seed.ts";
import { stakeSpec, testSeat, testValidator } from "../../../test/support/validators.ts";
import { createStakeReads } from "./stake-ports.ts";

const E = 6;
const SLOT_MS = 1_000;
const VALIDATORS = ["v0", "v1", "v2", "v3"].map(testValidator);

let sim: Simulation;
afterEach(() => sim.stopAll());

async function network(): Promise<{ readonly nodes: readonly SimNode[]; readonly reads: StakeReads }> {
  const spec = stakeSpec(VALIDATORS, [4_000, 3_000, 2_000, 1_000]);
  sim = createSimulation(spec, testSeed, {}, 0);
  const nodes: SimNode[] = [];
  for (const one of VALIDATORS)
    nodes.push(await sim.add(one.name, { seat: testSeat([one]), knows: nodes.length === 0 ? [] : ["v0"] }));
  const clock: Pick<Clock, "nowMs"> = { nowMs: () => sim.nowMs() };
  const reads = createStakeReads({ chain: nodes[0]!.core.chain, clock: clock as Clock, offences: () => [] });
  return { nodes, reads: reads ?? expect.fail("a chain of stake has validators") };
}

test("what is told of validators, epochs and finality is what the chain did", async () => {
  const { nodes, reads } = await network();
  const { chain } = nodes[0]!.core;
  await sim.run(3 * E * SLOT_MS);
  await sim.stop(nodes[3]!);
  await sim.run(3 * E * SLOT_MS);

  const { validators, totalAtoms, at } = await reads.validators();
  expect(at.height).toBe(chain.head.header.height);
  expect(validators.map(({ owner }) => toHex(owner))).toEqual(VALIDATORS.map(({ owner }) => toHex(owner)));
  expect(validators.reduce((sum, one) => sum + one.weightAtoms, 0n)).toBe(totalAtoms);
  // Made and missed slots together are all that are over, genesis aside.
  const over = validators.reduce((sum, { record }) => sum + record.slots, 0);
  const { slot: nowSlot } = reads.now();
  const headSlot = chain.engine.lottery!.slotAt(chain.head.header.timeMs);
  expect(over).toBe(Math.max(headSlot, nowSlot - 1));
  for (const { blocks, record, signingKey } of validators) {
    expect(record.proposed).toBe(blocks);
    const made = record.recent.flatMap(({ block }) => (block === null ? [] : [block]));
    for (const { id } of made) expect(toHex(chain.block(id)!.header.seal.subarray(0, 32))).toBe(toHex(signingKey));
  }
  const [first, , , gone] = validators.map(({ record }) => record);
  expect(first!.voted).toBe(first!.votable);
  expect(first!.blockRewardAtoms).toBeGreaterThan(0n);
  expect(first!.voteRewardAtoms).toBeGreaterThan(0n);
  expect(gone!.voted).toBeLessThan(gone!.votable);
  expect(gone!.recentVotes.at(-1)!.voted).toBe(false);

  const { finalized, justified, votesBefore } = await reads.finality();
  expect(finalized.height).toBe(chain.finalizedHeight);
  expect(toHex(justified.id)).toBe(toHex(chain.head.snapshot.justified.id));
  // Nine tenths of the stake are there.
  expect((votesBefore!.votedAtoms * 10n) / votesBefore!.totalAtoms).toBe(9n);

  const epochs = await reads.epochs(reads.now().epoch, 64);
  expect(epochs.map(({ epoch }) => epoch)).toEqual([6, 5, 4, 3, 2, 1, 0].slice(6 - reads.now().epoch));
  for (const { epoch, state, slots, checkpoint } of epochs) {
    expect(state).toBe(epoch <= finalized.epoch ? "finalized" : epoch <= justified.epoch ? "justified" : "open");
    for (const { block, slot, state: made } of slots)
      if (block !== null)
        expect([made, chain.engine.lottery!.slotAt(chain.block(block.id)!.header.timeMs)]).toEqual(["made", slot]);
    if (checkpoint !== null)
      expect(chain.engine.lottery!.slotAt(chain.block(checkpoint.id)!.header.timeMs)).toBeLessThan(epoch * E);
  }
});

test("duties come true, and a block tells its slot, its maker and its votes", async () => {
  const { nodes, reads } = await network();
  const { chain } = nodes[0]!.core;
  await sim.run((2 * E + 1) * SLOT_MS);
  const told = VALIDATORS.map(({ owner }) => reads.duties(owner, 64)!);
  const last = told[0]!.knownToSlot;
  expect(last).toBe(3 * E - 1);
  const all = told.flatMap(({ slots }) => slots).sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: last - all[0]! + 1 }, (_, i) => all[0]! + i));
  expect(told.map(({ vote }) => vote?.epoch)).toEqual([2, 2, 2, 2]);
  expect(reads.duties(testValidator("stranger").owner, 1)).toBeNull();
  await sim.run((E + 1) * SLOT_MS);

  const makers = new Map<number, string>();
  let votes = 0;
  for (let height = 1; height <= chain.head.header.height; height++) {
    const entry = chain.blockAt(height)!;
    const record = { ...entry, sizeBytes: encodeHeader(entry.header).length, weight: entry.snapshot.weight };
    const draw = reads.draw(record) ?? expect.fail("a block of stake was drawn");
    expect(draw.epoch).toBe(Math.floor(draw.slot / E));
    makers.set(draw.slot, toHex(draw.leader!));
    for (const { voter } of reads.votes(entry.id)) if (voter !== null) votes++;
  }
  VALIDATORS.forEach(({ owner }, i) => {
    for (const slot of told[i]!.slots) expect([slot, makers.get(slot)]).toEqual([slot, toHex(owner)]);
  });
  expect(votes).toBeGreaterThanOrEqual(2 * VALIDATORS.length);
});
