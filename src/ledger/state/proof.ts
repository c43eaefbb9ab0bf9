/** Proofs that a key has a value, or is not there, under a root (rules STATE-7 and STATE-8). Needs no state to check. */
import { blameSender, concatBytes, equalBytes, err, type Fault, type Hash, ok, type Result } from "#base";
import { sha256 } from "#crypto";
import { createKeySlot, setKey } from "./key-slot.ts";
import { leafHashOf, pathOf, valueHashOf } from "./leaf-hashes.ts";
import { pathBit } from "./leaf-records.ts";
import type { State } from "./state.ts";
import { TABLES, type Table, type TableName, tableByTag } from "./tables.ts";

const MAX_SIBLINGS = 256;
const EMPTY = new Uint8Array(32);
const END = { empty: 0, other: 1, value: 2 } as const;
const HEAD_BYTES = 3;

/** Where the path of the key ends: nowhere, at another key's leaf, or at its own. */
export type ProofEnd =
  | { readonly kind: "empty" }
  | { readonly kind: "other"; readonly path: Uint8Array; readonly valueHash: Uint8Array }
  | { readonly kind: "value"; readonly value: Uint8Array };

export interface StateProof {
  readonly end: ProofEnd;
  /** The hash beside each step of the path, from the root downwards; 32 zero bytes for an empty one. */
  readonly siblings: readonly Uint8Array[];
}

/** @param state whose root was asked for since its last change */
export function prove(state: State, tableName: TableName, key: Uint8Array): StateProof {
  const table = TABLES[tableName];
  const siblings: Uint8Array[] = [];
  const path = pathOf(table, key);
  const leaf = state.walk(path, (hash) => siblings.push(hash.slice()));
  if (leaf < 0) return { end: { kind: "empty" }, siblings };
  if (leaf === state.find(setKey(createKeySlot(table), key)))
    return { end: { kind: "value", value: state.value(leaf).slice(0, table.valueBytes) }, siblings };
  const other = tableByTag(state.key(leaf)[0]!)!;
  const otherPath = pathOf(other, state.key(leaf).subarray(1, 1 + other.keyBytes));
  return { end: { kind: "other", path: otherPath, valueHash: valueHashOf(state.value(leaf)) }, siblings };
}

/**
 * @returns the value under the key, null when the key is shown not to be there, or `proof-malformed`, `proof-wrong`
 */
export function checkProof(
  root: Hash,
  tableName: TableName,
  key: Uint8Array,
  proof: StateProof,
): Result<Uint8Array | null, Fault> {
  const table = TABLES[tableName];
  if (!isWellFormed(table, key, proof)) return err(blameSender("proof-malformed"));
  const { end, siblings } = proof;
  const path = pathOf(table, key);
  if (end.kind === "other" && !sharesPath(path, end.path, siblings.length)) return err(blameSender("proof-wrong"));
  let hash: Uint8Array = endHash(path, end);
  for (let depth = siblings.length - 1; depth >= 0; depth--) {
    const sibling = siblings[depth]!;
    hash = sha256(pathBit(path, depth) === 0 ? concatBytes(hash, sibling) : concatBytes(sibling, hash));
  }
  if (!equalBytes(hash, root)) return err(blameSender("proof-wrong"));
  return ok(end.kind === "value" ? end.value : null);
}

/** `end u8 ‖ count u16 ‖ bit map of the siblings that are not empty ‖ these ‖ the end's bytes`. */
export function encodeProof({ end, siblings }: StateProof): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES + Math.ceil(siblings.length / 8));
  head[0] = END[end.kind];
  head[1] = siblings.length & 0xff;
  head[2] = siblings.length >> 8;
  const full = siblings.filter((sibling, i) => {
    const isFull = !equalBytes(sibling, EMPTY);
    if (isFull) head[HEAD_BYTES + (i >> 3)]! |= 1 << (i & 7);
    return isFull;
  });
  if (end.kind === "value") return concatBytes(head, ...full, end.value);
  return end.kind === "other" ? concatBytes(head, ...full, end.path, end.valueHash) : concatBytes(head, ...full);
}

/** The parts share memory with `bytes`; whether the proof is right is left to {@link checkProof}. */
export function decodeProof(bytes: Uint8Array): Result<StateProof, Fault> {
  const malformed = err(blameSender("proof-malformed"));
  const count = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8);
  let at = HEAD_BYTES + Math.ceil(count / 8);
  if (bytes.length < at || count > MAX_SIBLINGS) return malformed;
  const siblings: Uint8Array[] = [];
  if (count % 8 !== 0 && bytes[at - 1]! >> (count % 8) !== 0) return malformed;
  for (let i = 0; i < count; i++) {
    const isFull = ((bytes[HEAD_BYTES + (i >> 3)]! >> (i & 7)) & 1) === 1;
    siblings.push(isFull ? bytes.subarray(at, at + 32) : EMPTY);
    if (isFull) at += 32;
  }
  const rest = bytes.subarray(at);
  if (at > bytes.length) return malformed;
  if (bytes[0] === END.empty && rest.length === 0) return ok({ end: { kind: "empty" }, siblings });
  if (bytes[0] === END.value) return ok({ end: { kind: "value", value: rest }, siblings });
  if (bytes[0] !== END.other || rest.length !== 64) return malformed;
  return ok({ end: { kind: "other", path: rest.subarray(0, 32), valueHash: rest.subarray(32) }, siblings });
}

function isWellFormed(table: Table, key: Uint8Array, { end, siblings }: StateProof): boolean {
  if (key.length !== table.keyBytes || siblings.length > MAX_SIBLINGS) return false;
  if (siblings.some((sibling) => sibling.length !== 32)) return false;
  if (end.kind === "value") return end.value.length === table.valueBytes;
  return end.kind === "empty" || (end.path.length === 32 && end.valueHash.length === 32);
}

/** The other key lies below the same node, and is another. */
function sharesPath(path: Uint8Array, other: Uint8Array, depth: number): boolean {
  if (equalBytes(path, other)) return false;
  for (let i = 0; i < depth; i++) if (pathBit(path, i) !== pathBit(other, i)) return false;
  return true;
}

function endHash(path: Uint8Array, end: ProofEnd): Uint8Array {
  if (end.kind === "empty") return EMPTY;
  return end.kind === "other" ? leafHashOf(end.path, end.valueHash) : leafHashOf(path, valueHashOf(end.value));
}
