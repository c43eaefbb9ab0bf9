import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes, toHex } from "#base";
import { sha256 } from "#crypto";
import { type OracleLeaf, oracleTree } from "../testing/tree-oracle.ts";
import { LeafRecords, RECORD_BYTES } from "./leaf-records.ts";
import { NodeTree } from "./node-tree.ts";

const CAPACITY = 64;

function createHarness() {
  const records = new LeafRecords(CAPACITY);
  const tree = new NodeTree(records, 2);
  tree.growLeaves(CAPACITY);
  const leaves = new Map<number, OracleLeaf>();
  return {
    tree,
    leaves,
    add(leaf: number, path: Uint8Array): void {
      records.bytes.set(path, leaf * RECORD_BYTES);
      leaves.set(leaf, { path, hash: sha256(path) });
    },
    place(added: readonly number[]): void {
      tree.place(Int32Array.from(added));
      for (const leaf of added) {
        const hash = leaves.get(leaf)!.hash.slice();
        tree.writeLeafHash(leaf, new BigUint64Array(hash.buffer), 0);
      }
    },
    remove(leaf: number): void {
      tree.unplace(leaf);
      leaves.delete(leaf);
    },
    check(): void {
      tree.rehash();
      expect(toHex(tree.rootBytes())).toBe(toHex(oracleTree([...leaves.values()], 0)));
    },
  };
}

/** Shares `length` bits with zeros, then differs. */
function pathWithPrefix(length: number, rest: number): Uint8Array {
  const path = new Uint8Array(32);
  path[length >> 3]! |= 0x80 >> (length & 7);
  path[31]! ^= rest;
  return path;
}

describe("the tree", () => {
  test("is right for paths that part late, in any order", () => {
    const paths = fc.uniqueArray(
      fc.tuple(fc.nat(247), fc.nat(255)).map(([length, rest]) => pathWithPrefix(length, rest)),
      { maxLength: 30, comparator: (a, b) => compareBytes(a, b) === 0 },
    );
    fc.assert(
      fc.property(paths, fc.array(fc.nat(1_000), { maxLength: 40 }), (list, removals) => {
        const harness = createHarness();
        const half = list.length >> 1;
        for (const leaves of [[...list.keys()].slice(0, half), [...list.keys()].slice(half)]) {
          for (const leaf of leaves) harness.add(leaf, list[leaf]!);
          harness.place(leaves);
          harness.check();
        }
        for (const [i, pick] of removals.entries()) {
          const held = [...harness.leaves.keys()];
          if (held.length > 0) harness.remove(held[pick % held.length]!);
          if (i % 3 === 0) harness.check();
        }
        harness.check();
      }),
    );
  });

  test("goes down to the last bit and comes back", () => {
    const harness = createHarness();
    const last = new Uint8Array(32);
    last[31] = 1;
    harness.add(0, new Uint8Array(32));
    harness.add(1, last);
    harness.place([0, 1]);
    harness.check();
    expect(harness.tree.nodeCount).toBe(256);
    harness.remove(1);
    harness.check();
    expect(harness.tree.nodeCount).toBe(0);
    harness.remove(0);
    harness.check();
  });

  test("refuses two leaves with one path", () => {
    const harness = createHarness();
    harness.add(0, new Uint8Array(32));
    harness.add(1, new Uint8Array(32));
    expect(() => harness.place([0, 1])).toThrow("the same path");
  });

  test("reports what it has reserved", () => {
    expect(createHarness().tree.reservedBytes).toBeGreaterThan(0);
  });
});
