/** Roots and proofs of lists of hashes, exactly SSZ's for List[Bytes32, 2^limitDepth] (rule BYTES-5). */
import { asHash, assertInvariant, concatBytes, equalBytes, type Hash, InvariantError, writeUint } from "#base";
import { hashPairs } from "#crypto/platform";

const MAX_DEPTH = 48;

/** Root of the subtree of zeros, by its depth. */
const ZERO_ROOTS: readonly Hash[] = zeroRoots();

/** Shows that a leaf stands at `index` of a list of `count` leaves. */
export interface MerkleProof {
  readonly index: number;
  readonly count: number;
  /** From the leaf upwards, one for each level of the full tree. */
  readonly siblings: readonly Hash[];
}

/**
 * @param leaves 32 bytes each, at most 2^limitDepth
 * @param limitDepth at most 48
 */
export function merkleRoot(leaves: readonly Uint8Array[], limitDepth: number): Hash {
  assertFits(leaves.length, limitDepth);
  if (leaves.length === 0) return mixInLength(ZERO_ROOTS[limitDepth]!, 0);
  let level = lowestLevel(leaves);
  for (let depth = 0; depth < limitDepth; depth++) level = levelAbove(level, depth);
  return mixInLength(level, leaves.length);
}

/** @param index of one of the leaves */
export function merkleProof(leaves: readonly Uint8Array[], limitDepth: number, index: number): MerkleProof {
  assertFits(leaves.length, limitDepth);
  assertInvariant(Number.isInteger(index) && index >= 0 && index < leaves.length, `no leaf ${index}`);
  const siblings: Hash[] = [];
  let level = lowestLevel(leaves);
  let at = index;
  for (let depth = 0; depth < limitDepth; depth++) {
    const start = (at ^ 1) * 32;
    siblings.push(start < level.length ? asHash(level.slice(start, start + 32)) : ZERO_ROOTS[depth]!);
    level = levelAbove(level, depth);
    at = Math.floor(at / 2);
  }
  return { index, count: leaves.length, siblings };
}

/** Whether the list with this root has this leaf where the proof says. */
export function checkMerkleProof(root: Hash, leaf: Uint8Array, proof: MerkleProof, limitDepth: number): boolean {
  const { index, count, siblings } = proof;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(count) || leaf.length !== 32) return false;
  if (index < 0 || index >= count || count > 2 ** limitDepth || siblings.length !== limitDepth) return false;
  let node: Uint8Array = leaf;
  let at = index;
  for (const sibling of siblings) {
    if (sibling.length !== 32) return false;
    node = at % 2 === 0 ? hashPair(node, sibling) : hashPair(sibling, node);
    at = Math.floor(at / 2);
  }
  return equalBytes(mixInLength(node, count), root);
}

function assertFits(count: number, limitDepth: number): void {
  assertInvariant(limitDepth >= 0 && limitDepth <= MAX_DEPTH, `no Merkle tree of depth ${limitDepth}`);
  assertInvariant(count <= 2 ** limitDepth, `${count} leaves do not fit a tree of depth ${limitDepth}`);
}

function lowestLevel(leaves: readonly Uint8Array[]): Uint8Array {
  const level = new Uint8Array(leaves.length * 32);
  leaves.forEach((leaf, index) => {
    if (leaf.length !== 32) throw new InvariantError(`a leaf has 32 bytes, not ${leaf.length}`);
    level.set(leaf, index * 32);
  });
  return level;
}

/** Hashes a whole level at once; an odd one is completed by the zero subtree of its depth. */
function levelAbove(level: Uint8Array, depth: number): Uint8Array {
  const whole = level.length % 64 === 0 ? level : concatBytes(level, ZERO_ROOTS[depth]!);
  const above = new Uint8Array(whole.length / 2);
  hashPairs(whole, above);
  return above;
}

function mixInLength(root: Uint8Array, count: number): Hash {
  const length = new Uint8Array(32);
  writeUint(length, 0, 32, BigInt(count));
  return hashPair(root, length);
}

function hashPair(left: Uint8Array, right: Uint8Array): Hash {
  const out = new Uint8Array(32);
  hashPairs(concatBytes(left, right), out);
  return asHash(out);
}

function zeroRoots(): Hash[] {
  const roots = [asHash(new Uint8Array(32))];
  for (let depth = 0; depth < MAX_DEPTH; depth++) roots.push(hashPair(roots[depth]!, roots[depth]!));
  return roots;
}
