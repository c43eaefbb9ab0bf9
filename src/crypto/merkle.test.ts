import { ByteVectorType, ListCompositeType } from "@chainsafe/ssz";
import { describe, expect, test } from "vitest";
import { asHash, type Hash, InvariantError } from "#base";
import { sha256 } from "#crypto/platform";
import { checkMerkleProof, merkleProof, merkleRoot } from "./merkle.ts";

const leavesOf = (count: number): Hash[] =>
  Array.from({ length: count }, (_, i) => sha256(new Uint8Array([i, i >> 8])));

describe("the root is SSZ's", () => {
  test.each([
    [0, [0, 1]],
    [1, [0, 1, 2]],
    [4, [0, 1, 2, 3, 5, 15, 16]],
    [16, [0, 1, 7, 1000, 1025]],
    [40, [0, 3, 64]],
  ])("limit 2^%i", (limitDepth, counts) => {
    const type = new ListCompositeType(new ByteVectorType(32), 2 ** limitDepth);
    for (const count of counts) {
      const leaves = leavesOf(count);
      expect(merkleRoot(leaves, limitDepth)).toEqual(type.hashTreeRoot(leaves));
    }
  });
});

test("a list may be long", () => {
  const leaves = new Array<Hash>(200_000).fill(leavesOf(1)[0]!);
  expect(merkleRoot(leaves, 20)).not.toEqual(merkleRoot(leaves.slice(1), 20));
});

test("more leaves than the limit are our own mistake", () => {
  expect(() => merkleRoot(leavesOf(5), 2)).toThrow(InvariantError);
  expect(() => merkleRoot([new Uint8Array(31)], 2)).toThrow(InvariantError);
});

describe("proofs", () => {
  test("each leaf of each small list", () => {
    for (let count = 1; count <= 9; count++) {
      const leaves = leavesOf(count);
      const root = merkleRoot(leaves, 5);
      leaves.forEach((leaf, index) => {
        const proof = merkleProof(leaves, 5, index);
        expect(proof.siblings.length).toBe(5);
        expect(checkMerkleProof(root, leaf, proof, 5)).toBe(true);
      });
    }
  });

  test("nothing else passes", () => {
    const leaves = leavesOf(6);
    const root = merkleRoot(leaves, 5);
    const proof = merkleProof(leaves, 5, 4);
    const leaf = leaves[4]!;
    const other = asHash(new Uint8Array(32));
    const refused = [
      checkMerkleProof(other, leaf, proof, 5),
      checkMerkleProof(root, leaves[3]!, proof, 5),
      checkMerkleProof(root, leaf, { ...proof, index: 5 }, 5),
      checkMerkleProof(root, leaf, { ...proof, index: 4 + 64 }, 5),
      checkMerkleProof(root, leaf, { ...proof, index: -1 }, 5),
      checkMerkleProof(root, leaf, { ...proof, index: 4.5 }, 5),
      checkMerkleProof(root, leaf, { ...proof, count: 7 }, 5),
      checkMerkleProof(root, leaf, { ...proof, count: 2 ** 40 }, 5),
      checkMerkleProof(root, leaf, { ...proof, siblings: proof.siblings.slice(1) }, 5),
      checkMerkleProof(root, leaf, { ...proof, siblings: proof.siblings.with(2, other) }, 5),
      checkMerkleProof(root, leaf, proof, 6),
      checkMerkleProof(root, leaf.subarray(1), proof, 5),
    ];
    expect(refused).not.toContain(true);
  });
});
