/** The authenticated state (rules STATE-3 to STATE-6): a plain binary tree in memory, hashed where it changed. */
import { ascii, padded, sha256, ZERO32 } from "./bytes.ts";

const LEAF = padded(ascii("agon/state/leaf"), 32);

/** STATE-1: the first three on every chain, the others on chains of stake. */
export type Table =
  | ("account" | "maturing" | "supply")
  | ("validator" | "owner" | "signer" | "change" | "unbonding" | "offence" | "stake");
type Node = Leaf | Inner | null;

interface Leaf {
  readonly path: Buffer;
  readonly hash: Buffer;
}

interface Inner {
  readonly sides: [Node, Node];
  /** Null until it is asked for after a change below. */
  hash: Buffer | null;
}

export class StateTree {
  #root: Node = null;

  set(table: Table, key: Buffer, value: Buffer): void {
    const path = pathOf(table, key);
    const hash = sha256(sha256(path, sha256(padded(value, 64))), LEAF);
    this.#root = insert(this.#root, { path, hash }, 0);
  }

  remove(table: Table, key: Buffer): void {
    this.#root = without(this.#root, pathOf(table, key), 0);
  }

  root(): Buffer {
    return hashOf(this.#root);
  }
}

function pathOf(table: Table, key: Buffer): Buffer {
  return sha256(padded(ascii(`agon/state/${table}`), 32), padded(key, 32));
}

function bitOf(path: Buffer, depth: number): 0 | 1 {
  return ((path[depth >> 3]! >> (7 - (depth & 7))) & 1) as 0 | 1;
}

function isInner(node: Node): node is Inner {
  return node !== null && "sides" in node;
}

function insert(node: Node, leaf: Leaf, depth: number): Node {
  if (node === null) return leaf;
  if (!isInner(node)) {
    if (node.path.equals(leaf.path)) return leaf;
    const inner: Inner = { sides: [null, null], hash: null };
    inner.sides[bitOf(node.path, depth)] = node;
    return insert(inner, leaf, depth);
  }
  const bit = bitOf(leaf.path, depth);
  node.sides[bit] = insert(node.sides[bit], leaf, depth + 1);
  node.hash = null;
  return node;
}

function without(node: Node, path: Buffer, depth: number): Node {
  if (node === null) return null;
  if (!isInner(node)) return node.path.equals(path) ? null : node;
  const bit = bitOf(path, depth);
  node.sides[bit] = without(node.sides[bit], path, depth + 1);
  node.hash = null;
  const [left, right] = node.sides;
  if (left === null && !isInner(right)) return right;
  if (right === null && !isInner(left)) return left;
  return node;
}

function hashOf(node: Node): Buffer {
  if (node === null) return ZERO32;
  if (!isInner(node)) return node.hash;
  node.hash ??= sha256(hashOf(node.sides[0]), hashOf(node.sides[1]));
  return node.hash;
}
