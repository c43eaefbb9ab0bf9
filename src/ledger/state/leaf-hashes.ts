/** Paths and leaf hashes, of one leaf or of many at once (rules STATE-3 and STATE-4). Each preimage has 64 bytes. */
import { concatBytes, type Hash, utf8 } from "#base";
import { hashPairs, sha256 } from "#crypto";
import type { KeyIndex } from "./key-index.ts";
import { type LeafRecords, RECORD_WORDS, VALUE_WORD } from "./leaf-records.ts";
import type { NodeTree } from "./node-tree.ts";
import type { Table } from "./tables.ts";

const CHUNK = 1024;
/** Of 64 bits. */
const HASH_WORDS = 4;
const LINE_WORDS = 8;

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
  /** Computes the paths of leaves from their keys. */
  writePaths(leaves: Int32Array, keys: KeyIndex, records: LeafRecords): void;
  /** Computes the hashes of placed leaves from their records and writes them into the tree. */
  writeHashes(leaves: Int32Array, records: LeafRecords, tree: NodeTree): void;
}

export function createLeafHasher(): LeafHasher {
  const lines = new BigUint64Array(CHUNK * LINE_WORDS);
  const hashes = new BigUint64Array(CHUNK * HASH_WORDS);
  /** Whose right halves hold the leaf tag always. */
  const tagLines = new BigUint64Array(CHUNK * LINE_WORDS);
  const lineBytes = new Uint8Array(lines.buffer);
  const hashBytes = new Uint8Array(hashes.buffer);
  const tagLineBytes = new Uint8Array(tagLines.buffer);
  for (let i = 0; i < CHUNK; i++) tagLineBytes.set(LEAF_TAG, i * 64 + 32);

  const hashLines = (bytes: Uint8Array, count: number): void =>
    hashPairs(bytes.subarray(0, count * 64), hashBytes.subarray(0, count * 32));

  const hashChunk = (leaves: Int32Array, start: number, count: number, records: LeafRecords): void => {
    const { words } = records;
    for (let i = 0; i < count; i++) {
      const from = leaves[start + i]! * RECORD_WORDS + VALUE_WORD;
      const to = i * LINE_WORDS;
      for (let k = 0; k < HASH_WORDS; k++) lines[to + k] = words[from + k]!;
      for (let k = HASH_WORDS; k < LINE_WORDS; k++) lines[to + k] = 0n;
    }
    hashLines(lineBytes, count);
    for (let i = 0; i < count; i++) {
      const from = leaves[start + i]! * RECORD_WORDS;
      const to = i * LINE_WORDS;
      for (let k = 0; k < HASH_WORDS; k++) lines[to + k] = words[from + k]!;
      for (let k = 0; k < HASH_WORDS; k++) lines[to + HASH_WORDS + k] = hashes[i * HASH_WORDS + k]!;
    }
    hashLines(lineBytes, count);
    for (let i = 0; i < count; i++)
      for (let k = 0; k < HASH_WORDS; k++) tagLines[i * LINE_WORDS + k] = hashes[i * HASH_WORDS + k]!;
    hashLines(tagLineBytes, count);
  };

  return {
    writePaths(leaves, keys, records) {
      for (let start = 0; start < leaves.length; start += CHUNK) {
        const count = Math.min(CHUNK, leaves.length - start);
        for (let i = 0; i < count; i++) keys.copyPathLine(leaves[start + i]!, lineBytes, i * 64);
        hashLines(lineBytes, count);
        for (let i = 0; i < count; i++) {
          const to = leaves[start + i]! * RECORD_WORDS;
          for (let k = 0; k < HASH_WORDS; k++) records.words[to + k] = hashes[i * HASH_WORDS + k]!;
        }
      }
    },
    writeHashes(leaves, records, tree) {
      for (let start = 0; start < leaves.length; start += CHUNK) {
        const count = Math.min(CHUNK, leaves.length - start);
        hashChunk(leaves, start, count, records);
        for (let i = 0; i < count; i++) tree.writeLeafHash(leaves[start + i]!, hashes, i * HASH_WORDS);
      }
    },
  };
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes);
  return whole;
}
