import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, toHex } from "#base";
import { sha256 } from "#crypto";
import { createKeySlot, setKey } from "./key-slot.ts";
import { leafHashOf, pathOf, valueHashOf } from "./leaf-hashes.ts";
import { pathBit } from "./leaf-records.ts";
import { State } from "./state.ts";
import { TABLES } from "./tables.ts";

const EMPTY_ROOT = "00".repeat(32);

interface Leaf {
  readonly path: Uint8Array;
  readonly hash: Uint8Array;
}

/** The definition, recursively over sorted leaves. */
function oracleRoot(model: ReadonlyMap<string, bigint>): string {
  const leaves = [...model].map(([name, balance]): Leaf => {
    const path = pathOf(TABLES.account, addressOf(name));
    const value = new Uint8Array(16);
    new DataView(value.buffer).setBigUint64(8, balance, true);
    return { path, hash: leafHashOf(path, valueHashOf(value)) };
  });
  leaves.sort((a, b) => compareBytes(a.path, b.path));
  return toHex(subtree(leaves, 0));
}

function subtree(leaves: readonly Leaf[], depth: number): Uint8Array {
  if (leaves.length === 0) return new Uint8Array(32);
  if (leaves.length === 1) return leaves[0]!.hash;
  const middle = leaves.findIndex(({ path }) => pathBit(path, depth) === 1);
  const cut = middle < 0 ? leaves.length : middle;
  const left = subtree(leaves.slice(0, cut), depth + 1);
  const right = subtree(leaves.slice(cut), depth + 1);
  return sha256(new Uint8Array([...left, ...right]));
}

function addressOf(name: string): Uint8Array {
  return sha256(new TextEncoder().encode(name)).slice(0, 20);
}

function createHarness(seed = 1) {
  const state = new State({ indexSeed: seed, capacity: 64 });
  const model = new Map<string, bigint>();
  const slot = createKeySlot();
  const find = (name: string): number => state.find(setKey(slot, TABLES.account, addressOf(name)));
  return {
    state,
    model,
    put(name: string, balance: bigint): void {
      const found = find(name);
      state.setWord(found >= 0 ? found : state.create(slot), 1, balance);
      model.set(name, balance);
    },
    remove(name: string): void {
      const found = find(name);
      expect(found >= 0).toBe(model.delete(name));
      if (found >= 0) state.remove(found);
    },
    root: () => toHex(state.root()),
  };
}

const operation = fc.record({
  name: fc.nat(40),
  kind: fc.constantFrom("put", "put", "remove"),
  value: fc.bigInt(0n, 2n ** 63n),
});
const batches = fc.array(
  fc.record({
    operations: fc.array(operation, { maxLength: 30 }),
    end: fc.constantFrom("keep", "rollback", "root-rollback", "undo"),
  }),
  { maxLength: 12 },
);

describe("the state", () => {
  test("has an empty root, and a leaf as root of one", () => {
    const harness = createHarness();
    expect(harness.root()).toBe(EMPTY_ROOT);
    harness.put("a", 5n);
    expect(harness.root()).toBe(oracleRoot(harness.model));
    harness.remove("a");
    expect(harness.root()).toBe(EMPTY_ROOT);
  });

  test("has the root of the definition whatever happened before", () => {
    fc.assert(
      fc.property(batches, (list) => {
        const harness = createHarness();
        for (const { operations, end } of list) {
          const before = new Map(harness.model);
          for (const { name, kind, value } of operations) {
            if (kind === "put") harness.put(`${name}`, value);
            else harness.remove(`${name}`);
          }
          if (end === "root-rollback") expect(harness.root()).toBe(oracleRoot(harness.model));
          if (end === "rollback" || end === "root-rollback") harness.state.rollback();
          else {
            const changes = harness.state.takeChanges();
            if (end === "undo") {
              const after = harness.root();
              harness.state.move(changes, "backwards");
              expect(harness.root()).toBe(oracleRoot(before));
              harness.state.move(changes, "forwards");
              expect(harness.root()).toBe(after);
              harness.state.move(changes, "backwards");
            }
          }
          if (end !== "keep") {
            harness.model.clear();
            for (const [name, value] of before) harness.model.set(name, value);
          }
          expect(harness.root()).toBe(oracleRoot(harness.model));
          expect(harness.state.leafCount).toBe(harness.model.size);
        }
      }),
      { numRuns: 150 },
    );
  });
});
