/** Paths and leaf hashes, of one leaf or of many at once (rules STATE-3 and STATE-4). Each preimage has 64 bytes. */
import { concatBytes, type Hash, utf8 } from "#base";
import { hashPairs, sha256 } from "#crypto";
import type { KeyIndex } from "./key-index.ts";
import type { NodeTree } from "./node-tree.ts";
import { KEY_SLOT_BYTES, type Table, tableByTag } from "./tables.ts";

const CHUNK = 1024;
const HASH_WORDS = 8;
const LINE_WORDS = 16;
const VALUE_WORDS = 8;

/** 'agon/state/leaf', zeros up to 32 bytes: what tells a leaf from an inner node. */
const LEAF_TAG = padded(utf8("agon/state/leaf"), 32);

/** SHA-256(label of the table ‖ key ‖ zeros up to 64 bytes). */
export function pathOf(table: Table, key: Uint8Array): Hash {
  return sha256(concatBytes(table.label, padded(key, 32)));
}

/** SHA-256(value ‖ zeros up to 64 bytes). */
export function valueHashOf(value: Uint8Array): Hash {
  return sha256(padded(value, 64));
}

/** SHA-256(SHA-256(path ‖ hash of the value) ‖ leaf tag). */
export function leafHashOf(path: Uint8Array, valueHash: Uint8Array): Hash {
  return sha256(concatBytes(sha256(concatBytes(path, valueHash)), LEAF_TAG));
}

/** The same for many leaves of a tree. */
export interface LeafHasher {
  /** Computes the paths of leaves from their keys and stores them in the tree. */
  writePaths(leaves: readonly number[], keys: KeyIndex, tree: NodeTree): void;
  /** Computes the hashes of placed leaves from paths and values and writes them into the tree. */
  writeHashes(leaves: Int32Array, count: number, values: Int32Array, tree: NodeTree): void;
}

export function createLeafHasher(): LeafHasher {
  const lines = new Int32Array(CHUNK * LINE_WORDS);
  const hashes = new Int32Array(CHUNK * HASH_WORDS);
  const lineBytes = new Uint8Array(lines.buffer);
  const hashBytes = new Uint8Array(hashes.buffer);
  const tagWords = new Int32Array(LEAF_TAG.buffer);
  const hashLines = (count: number): void =>
    hashPairs(lineBytes.subarray(0, count * 64), hashBytes.subarray(0, count * 32));

  /** Moves the hashes of the last round to one side of the lines. */
  const fold = (count: number, side: number): void => {
    for (let i = 0; i < count; i++)
      for (let k = 0; k < HASH_WORDS; k++) lines[i * LINE_WORDS + side + k] = hashes[i * HASH_WORDS + k]!;
  };

  const hashChunk = (leaves: Int32Array, start: number, count: number, values: Int32Array, tree: NodeTree): void => {
    const paths = tree.pathWords;
    for (let i = 0; i < count; i++) {
      const from = leaves[start + i]! * VALUE_WORDS;
      const to = i * LINE_WORDS;
      for (let k = 0; k < VALUE_WORDS; k++) lines[to + k] = values[from + k]!;
      for (let k = VALUE_WORDS; k < LINE_WORDS; k++) lines[to + k] = 0;
    }
    hashLines(count);
    fold(count, HASH_WORDS);
    for (let i = 0; i < count; i++) {
      const from = leaves[start + i]! * HASH_WORDS;
      for (let k = 0; k < HASH_WORDS; k++) lines[i * LINE_WORDS + k] = paths[from + k]!;
    }
    hashLines(count);
    fold(count, 0);
    for (let i = 0; i < count; i++)
      for (let k = 0; k < HASH_WORDS; k++) lines[i * LINE_WORDS + HASH_WORDS + k] = tagWords[k]!;
    hashLines(count);
    for (let i = 0; i < count; i++) tree.writeLeafHash(leaves[start + i]!, hashes, i * HASH_WORDS);
  };

  return {
    writePaths(leaves, keys, tree) {
      for (let start = 0; start < leaves.length; start += CHUNK) {
        const count = Math.min(CHUNK, leaves.length - start);
        lines.fill(0, 0, count * LINE_WORDS);
        for (let i = 0; i < count; i++) {
          const key = keys.keyOf(leaves[start + i]!);
          lineBytes.set(tableByTag(key[0]!)!.label, i * 64);
          lineBytes.set(key.subarray(1, KEY_SLOT_BYTES), i * 64 + 32);
        }
        hashLines(count);
        const paths = tree.pathWords;
        for (let i = 0; i < count; i++)
          for (let k = 0; k < HASH_WORDS; k++) paths[leaves[start + i]! * HASH_WORDS + k] = hashes[i * HASH_WORDS + k]!;
      }
    },
    writeHashes(leaves, total, values, tree) {
      for (let start = 0; start < total; start += CHUNK)
        hashChunk(leaves, start, Math.min(CHUNK, total - start), values, tree);
    },
  };
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
