import { expect, test } from "vitest";
import { engineFor } from "#consensus";
import { builtInSpec, chainIdOf } from "#spec";
import { openTestChain } from "../../test/support/forge.ts";
import { createSlotLimit } from "./slot-limit.ts";

async function header() {
  const world = await openTestChain();
  const [block] = await world.mine(1);
  return block!.header;
}

test("the fifth block of one key in one slot is not taken from gossip; other slots and keys are", async () => {
  const spec = builtInSpec("pos-dev");
  const limit = createSlotLimit(engineFor(spec, chainIdOf(spec)));
  const signed = (key: number, slot: number) => ({
    timeMs: spec.genesis.timeMs + slot * spec.engine.slotMs,
    seal: new Uint8Array(96).fill(key, 0, 32),
  });
  const base = await header();
  const admit = (key: number, slot: number) => limit.admit({ ...base, ...signed(key, slot) });
  expect([1, 2, 3, 4, 5].map(() => admit(1, 7))).toEqual([true, true, true, true, false]);
  expect([admit(1, 8), admit(2, 7), admit(1, 7)]).toEqual([true, true, false]);
});

test("whoever searches may find what they find", async () => {
  const spec = builtInSpec("dev");
  const limit = createSlotLimit(engineFor(spec, chainIdOf(spec)));
  const found = await header();
  expect(Array.from({ length: 9 }, () => limit.admit(found))).not.toContain(false);
});
