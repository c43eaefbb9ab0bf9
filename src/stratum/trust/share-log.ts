/** The append-only Merkle log of a round's shares, hashed as RFC 6962 does (rules LOG-1 to LOG-3). */
import { asHash, assertInvariant, type Hash } from "#base";
import { sha256 } from "#crypto";

const LEAF_PREFIX = 0;
const INNER_PREFIX = 1;

/** H(0x00 ‖ record) */
export function leafHash(record: Uint8Array): Hash {
  const bytes = new Uint8Array(1 + record.length);
  bytes[0] = LEAF_PREFIX;
  bytes.set(record, 1);
  return sha256(bytes);
}

/** H(0x01 ‖ left ‖ right) */
export function innerHash(left: Uint8Array, right: Uint8Array): Hash {
  const bytes = new Uint8Array(65);
  bytes[0] = INNER_PREFIX;
  bytes.set(left, 1);
  bytes.set(right, 33);
  return sha256(bytes);
}

/** Roots of the complete subtrees that a log of `size` leaves falls into, the largest first. */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly Hash[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] };

/** In amortised constant time, without the leaves before. */
export function appendLeaf({ size, nodes }: Frontier, leaf: Hash): Frontier {
  let node = leaf;
  let kept = nodes.length;
  for (let rest = size; rest % 2 === 1; rest = (rest - 1) / 2) node = innerHash(nodes[--kept]!, node);
  return { size: size + 1, nodes: [...nodes.slice(0, kept), node] };
}

export function frontierRoot({ nodes }: Frontier): Hash {
  if (nodes.length === 0) return sha256(new Uint8Array(0));
  return nodes.reduceRight((root, node) => innerHash(node, root));
}

/** A log with all its leaves, which can prove things about every size it had. */
export interface LogTree {
  readonly size: number;
  root(size: number): Hash;
  /** Siblings from the leaf upwards that lead to the root of the first `size` leaves. */
  inclusionProof(leaf: number, size: number): Hash[];
  /** Nodes that lead from the root of the first `from` leaves to that of the first `to`; none for `from` 0. */
  consistencyProof(from: number, to: number): Hash[];
}

/** @param leaves their hashes, in the order of the log */
export function createLogTree(leaves: readonly Hash[]): LogTree {
  /** By height, the roots of complete subtrees from the left. */
  const levels: Hash[][] = [[...leaves]];
  for (let below = levels[0]!; below.length > 1; below = levels.at(-1)!) {
    const above: Hash[] = [];
    for (let i = 0; i + 1 < below.length; i += 2) above.push(innerHash(below[i]!, below[i + 1]!));
    levels.push(above);
  }

  /** Ranges are those of RFC 6962: each starts at a multiple of the largest power of two that it holds. */
  const range = (start: number, end: number): Hash => {
    const left = splitAt(end - start);
    if (left === 0) return levels[Math.log2(end - start)]![start / (end - start)]!;
    return innerHash(range(start, start + left), range(start + left, end));
  };
  const path = (leaf: number, start: number, end: number): Hash[] => {
    if (end - start === 1) return [];
    const middle = start + (splitAt(end - start) || (end - start) / 2);
    return leaf < middle
      ? [...path(leaf, start, middle), range(middle, end)]
      : [...path(leaf, middle, end), range(start, middle)];
  };
  /** `isWhole`: the old tree is exactly the range's start and is known to whoever checks. */
  const subproof = (from: number, start: number, end: number, isWhole: boolean): Hash[] => {
    if (from === end) return isWhole ? [] : [range(start, end)];
    const middle = start + (splitAt(end - start) || (end - start) / 2);
    return from <= middle
      ? [...subproof(from, start, middle, isWhole), range(middle, end)]
      : [...subproof(from, middle, end, false), range(start, middle)];
  };
  const assertSize = (size: number): void => assertInvariant(size <= leaves.length, `the log has no ${size} leaves`);

  return {
    size: leaves.length,
    root(size) {
      assertSize(size);
      return size === 0 ? frontierRoot(EMPTY_FRONTIER) : range(0, size);
    },
    inclusionProof(leaf, size) {
      assertSize(size);
      assertInvariant(leaf >= 0 && leaf < size, `leaf ${leaf} is not among the first ${size}`);
      return path(leaf, 0, size);
    },
    consistencyProof(from, to) {
      assertSize(to);
      assertInvariant(from >= 0 && from <= to, `no log grew from ${from} to ${to}`);
      return from === 0 ? [] : subproof(from, 0, to, true);
    },
  };
}

/** The largest power of two below `count`, or 0 where `count` is a power of two itself. */
function splitAt(count: number): number {
  const power = 2 ** Math.floor(Math.log2(count));
  return power === count ? 0 : power;
}

/** Whether the log of `size` leaves with this root has the leaf at this place (rule LOG-3). */
export function isIncluded(root: Hash, size: number, at: number, leaf: Hash, proof: readonly Uint8Array[]): boolean {
  if (!isCount(size) || !isCount(at) || at >= size) return false;
  let [node, index, last]: [Hash, number, number] = [leaf, at, size - 1];
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== 32) return false;
    if (index % 2 === 1 || index === last) {
      node = innerHash(sibling, node);
      while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    } else node = innerHash(node, sibling);
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && isSame(node, root);
}

/** Whether the log only grew between two roots (rule LOG-4). */
export function isConsistent(
  from: { readonly size: number; readonly root: Hash },
  to: { readonly size: number; readonly root: Hash },
  proof: readonly Uint8Array[],
): boolean {
  if (!isCount(from.size) || !isCount(to.size) || from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && isSame(from.root, to.root);
  if (from.size === 0) return proof.length === 0;
  if (proof.some((node) => node.length !== 32)) return false;
  const nodes = Number.isInteger(Math.log2(from.size)) ? [from.root, ...proof] : [...proof];
  let [index, last] = [from.size - 1, to.size - 1];
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  const first = nodes.shift();
  if (first === undefined) return false;
  let [older, newer] = [asHash(first), asHash(first)];
  for (const node of nodes) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      older = innerHash(node, older);
      newer = innerHash(node, newer);
      while (index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)];
    } else newer = innerHash(newer, node);
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && isSame(older, from.root) && isSame(newer, to.root);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, i) => byte === b[i]);
}
