/** The root of rule STATE-5, word for word: slow and obvious, to hold the tree against. */
import { concatBytes, type Hash, utf8 } from "#base";
import { sha256 } from "#crypto";
import type { StateEntry } from "../types.ts";

export interface OracleLeaf {
  readonly path: Uint8Array;
  readonly hash: Uint8Array;
}

export function oracleRoot(entries: Iterable<StateEntry>): Uint8Array {
  return oracleTree(Array.from(entries, oracleLeaf), 0);
}

export function oracleTree(leaves: readonly OracleLeaf[], depth: number): Uint8Array {
  if (leaves.length === 0) return new Uint8Array(32);
  if (leaves.length === 1) return leaves[0]!.hash;
  const side = (bit: number): Uint8Array =>
    oracleTree(
      leaves.filter(({ path }) => ((path[Math.floor(depth / 8)]! >> (7 - (depth % 8))) & 1) === bit),
      depth + 1,
    );
  return sha256(concatBytes(side(0), side(1)));
}

function oracleLeaf({ table, key, value }: StateEntry): OracleLeaf {
  const path = sha256(concatBytes(padded(utf8(`agon/state/${table}`), 32), padded(key, 32)));
  const inner = sha256(concatBytes(path, sha256(padded(value, 64))));
  return { path, hash: sha256(concatBytes(inner, padded(utf8("agon/state/leaf"), 32))) as Hash };
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  return concatBytes(bytes, new Uint8Array(length - bytes.length));
}
