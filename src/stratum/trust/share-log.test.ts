import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asHash, concatBytes, fromHex, type Hash, toHex } from "#base";
import { sha256 } from "#crypto";
import {
  appendLeaf,
  createLogTree,
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
  isConsistent,
  isIncluded,
  leafHash,
} from "./share-log.ts";

/** The inputs that RFC 6962's own test data begin with, and the roots over the first n of them. */
const RFC_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const RFC_ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const leaves = (count: number): Hash[] =>
  Array.from({ length: count }, (_, i) => leafHash(new Uint8Array([i, i >> 8])));

function grow(hashes: readonly Hash[]): Frontier {
  return hashes.reduce(appendLeaf, EMPTY_FRONTIER);
}

describe("the log of shares", () => {
  test("has the roots of RFC 6962", () => {
    const hashes = RFC_LEAVES.map((hex) => leafHash(fromHex(hex)!));
    const tree = createLogTree(hashes);
    RFC_ROOTS.forEach((root, size) => {
      expect(toHex(tree.root(size))).toBe(root);
      expect(toHex(frontierRoot(grow(hashes.slice(0, size))))).toBe(root);
    });
  });

  test("every leaf is proved under every size, and nothing else is", () => {
    const hashes = leaves(19);
    const tree = createLogTree(hashes);
    for (let size = 1; size <= hashes.length; size++) {
      const root = tree.root(size);
      for (let leaf = 0; leaf < size; leaf++) {
        const proof = tree.inclusionProof(leaf, size);
        expect(isIncluded(root, size, leaf, hashes[leaf]!, proof)).toBe(true);
        expect(isIncluded(root, size, leaf, leafHash(new Uint8Array([99])), proof)).toBe(false);
        expect(isIncluded(root, size, (leaf + 1) % size, hashes[leaf]!, proof)).toBe(size === 1);
        expect(isIncluded(root, size, leaf, hashes[leaf]!, [...proof, root])).toBe(false);
        expect(isIncluded(root, size, leaf, hashes[leaf]!, proof.slice(1))).toBe(size === 1);
      }
    }
  });

  test("every size grew from every smaller one, and from no other root", () => {
    const hashes = leaves(19);
    const tree = createLogTree(hashes);
    const other = createLogTree(hashes.map((hash) => sha256(hash)));
    for (let to = 0; to <= hashes.length; to++)
      for (let from = 0; from <= to; from++) {
        const proof = tree.consistencyProof(from, to);
        const [older, newer] = [from, to].map((size) => ({ size, root: tree.root(size) }));
        expect(isConsistent(older!, newer!, proof)).toBe(true);
        if (from === 0) continue;
        expect(isConsistent({ size: from, root: other.root(from) }, newer!, proof)).toBe(false);
        expect(isConsistent(older!, { size: to, root: other.root(to) }, proof)).toBe(false);
        expect(isConsistent(newer!, older!, proof)).toBe(from === to);
      }
  });

  test("a proof of garbage is refused without an error", () => {
    const nodes = fc.array(fc.uint8Array({ minLength: 31, maxLength: 32 }), { maxLength: 12 });
    const root = asHash(new Uint8Array(32));
    fc.assert(
      fc.property(nodes, fc.integer({ max: 40, min: -2 }), fc.integer({ max: 40, min: -2 }), (proof, a, b) => {
        expect(isIncluded(root, a, b, root, proof)).toBe(false);
        const isTrivial = (a === b && a >= 0 && proof.length === 0) || (a === 0 && b >= 0 && proof.length === 0);
        expect(isConsistent({ size: a, root }, { size: b, root }, proof)).toBe(isTrivial);
      }),
    );
  });

  test("a frontier is a few hashes, however long the log", () => {
    const frontier = grow(leaves(1_000));
    expect(frontier.nodes).toHaveLength(6);
    expect(concatBytes(...frontier.nodes)).toHaveLength(6 * 32);
    expect(frontierRoot(frontier)).toEqual(createLogTree(leaves(1_000)).root(1_000));
  });
});
