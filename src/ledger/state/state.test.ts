import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError, toHex, utf8 } from "#base";
import { sha256 } from "#crypto";
import { oracleRoot } from "../testing/tree-oracle.ts";
import type { StateEntry } from "../types.ts";
import { createKeySlot, setKey } from "./key-slot.ts";
import { State } from "./state.ts";
import { BALANCE, maturingKey, TABLES } from "./tables.ts";

const EMPTY_ROOT = "00".repeat(32);

interface Model {
  readonly balances: Map<string, bigint>;
}

function addressOf(name: string): Uint8Array {
  return sha256(utf8(name)).slice(0, 20);
}

function createHarness() {
  const state = new State({ indexSeed: 1, capacity: 64 });
  const balances = new Map<string, bigint>();
  const slot = createKeySlot(TABLES.account);
  const find = (name: string): number => state.find(setKey(slot, addressOf(name)));
  return {
    state,
    balances,
    put(name: string, balance: bigint): void {
      const found = find(name);
      state.setWord(found >= 0 ? found : state.create(slot), BALANCE, balance);
      balances.set(name, balance);
    },
    remove(name: string): void {
      const found = find(name);
      expect(found >= 0).toBe(balances.delete(name));
      if (found >= 0) state.remove(found);
    },
    set(to: Map<string, bigint>): void {
      balances.clear();
      for (const [name, balance] of to) balances.set(name, balance);
    },
    root: () => toHex(state.root()),
  };
}

function expectedRoot(balances: Model["balances"]): string {
  const entries = [...balances].map(([name, balance]): StateEntry => {
    const value = new Uint8Array(16);
    new DataView(value.buffer).setBigUint64(8, balance, true);
    return { table: "account", key: addressOf(name), value };
  });
  return toHex(oracleRoot(entries));
}

const operation = fc.record({
  name: fc.nat(40).map(String),
  kind: fc.constantFrom("put", "put", "remove"),
  value: fc.bigInt(0n, 2n ** 63n),
});
const batches = fc.array(
  fc.record({
    operations: fc.array(operation, { maxLength: 30 }),
    end: fc.constantFrom("keep", "rollback", "root, rollback", "undo"),
  }),
  { maxLength: 12 },
);

describe("the state", () => {
  test("has zeros as root when empty, and the leaf when there is one (rule STATE-5)", () => {
    const harness = createHarness();
    expect(harness.root()).toBe(EMPTY_ROOT);
    harness.put("a", 5n);
    expect(harness.root()).toBe(expectedRoot(harness.balances));
    harness.remove("a");
    expect(harness.root()).toBe(EMPTY_ROOT);
  });

  test("has the root of the definition whatever happened before (rule STATE-6)", () => {
    fc.assert(
      fc.property(batches, (list) => {
        const harness = createHarness();
        const { state } = harness;
        for (const { operations, end } of list) {
          const before = new Map(harness.balances);
          for (const { name, kind, value } of operations) {
            if (kind === "put") harness.put(name, value);
            else harness.remove(name);
          }
          if (end === "root, rollback") expect(harness.root()).toBe(expectedRoot(harness.balances));
          if (end === "rollback" || end === "root, rollback") state.rollback();
          else {
            const changes = state.takeChanges();
            if (end === "undo") {
              const after = harness.root();
              state.move(changes, "backwards");
              expect(harness.root()).toBe(expectedRoot(before));
              state.move(changes, "forwards");
              expect(harness.root()).toBe(after);
              state.move(changes, "backwards");
            }
          }
          if (end !== "keep") harness.set(before);
          expect(harness.root()).toBe(expectedRoot(harness.balances));
          expect(state.leafCount).toBe(harness.balances.size);
        }
      }),
    );
  });

  test("uses ids and nodes again: ten times its size in inserts and removes leaves no trace", () => {
    const harness = createHarness();
    for (let i = 0; i < 200; i++) harness.put(`stays ${i}`, BigInt(i));
    const root = harness.root();
    const nodes = harness.state.nodeCount;
    const reserved = harness.state.reservedBytes;
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 50; i++) harness.put(`goes ${round} ${i}`, 1n);
      if (round % 2 === 0) harness.root();
      for (let i = 0; i < 50; i++) harness.remove(`goes ${round} ${i}`);
      if (round % 3 === 0) harness.root();
      harness.state.takeChanges();
    }
    expect(harness.root()).toBe(root);
    expect(harness.state.nodeCount).toBe(nodes);
    expect(harness.state.reservedBytes).toBe(reserved);
  });

  test("grows", () => {
    const harness = createHarness();
    for (let i = 0; i < 3_000; i++) harness.put(`${i}`, BigInt(i));
    expect(harness.root()).toBe(expectedRoot(harness.balances));
    harness.state.rollback();
    expect(harness.root()).toBe(EMPTY_ROOT);
    expect(harness.state.nodeCount).toBe(0);
  });

  test("notes a key once that a batch removes and makes again", () => {
    const harness = createHarness();
    harness.put("a", 1n);
    harness.state.takeChanges();
    harness.remove("a");
    harness.put("b", 7n);
    harness.put("a", 2n);
    const changes = harness.state.takeChanges();
    expect(changes.entries.map(({ before, after }) => [before?.[8], after?.[8]])).toEqual([
      [1, 2],
      [undefined, 7],
    ]);
    harness.state.move(changes, "backwards");
    expect(harness.root()).toBe(expectedRoot(new Map([["a", 1n]])));
  });

  test("says nothing of a key that a batch makes and removes", () => {
    const harness = createHarness();
    harness.put("a", 1n);
    harness.remove("a");
    expect(harness.state.takeChanges().entries).toEqual([]);
  });

  test("knows its maturing credits", () => {
    const { state } = createHarness();
    const leaf = state.create(setKey(createKeySlot(TABLES.maturing), maturingKey(3, 1)));
    expect([...state.maturing]).toEqual([leaf]);
    state.rollback();
    expect([...state.maturing]).toEqual([]);
  });

  test("refuses changes that do not fit it", () => {
    const harness = createHarness();
    harness.put("a", 1n);
    const changes = harness.state.takeChanges();
    expect(() => harness.state.move(changes, "forwards")).toThrow(InvariantError);
    harness.put("a", 2n);
    expect(() => harness.state.move(changes, "backwards")).toThrow("in the middle of a batch");
    harness.state.takeChanges();
    expect(() => harness.state.move(changes, "backwards")).toThrow("a value differs");
    harness.remove("a");
    harness.state.takeChanges();
    expect(() => harness.state.move(changes, "backwards")).toThrow("a key is missing");
  });

  test("refuses a key twice, and one of another length", () => {
    const harness = createHarness();
    harness.put("a", 1n);
    const slot = setKey(createKeySlot(TABLES.account), addressOf("a"));
    expect(() => harness.state.create(slot)).toThrow("created twice");
    expect(() => setKey(slot, new Uint8Array(21))).toThrow(InvariantError);
  });
});
