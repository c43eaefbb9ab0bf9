/** Who may be drawn in an epoch, and with what weight (rule STAKE-4). Immutable; known by its hash. */
import { asHash, asKey, assertInvariant, type Hash, type Key } from "#base";
import { taggedHash } from "#crypto";

export interface TableEntry {
  readonly key: Key;
  /** Above 0, below 2^63. */
  readonly weight: bigint;
}

export interface EpochTable {
  /** In ascending order of their keys, each key once. */
  readonly entries: readonly TableEntry[];
  readonly total: bigint;
  /** Whom a fallback is drawn from; empty where the engine has none. */
  readonly bondEntries: readonly TableEntry[];
  readonly bondTotal: bigint;
  /** Those who did not vote for too long were left out: from here on nothing before it is asked for a majority. */
  readonly leaked: boolean;
}

const HEAD_BYTES = 9;
const ENTRY_BYTES = 40;

/** @param entries sorted by key */
export function createEpochTable(
  entries: readonly TableEntry[],
  {
    bondEntries = [],
    leaked = false,
  }: { readonly bondEntries?: readonly TableEntry[]; readonly leaked?: boolean } = {},
): EpochTable {
  return { entries, total: sumOf(entries), bondEntries, bondTotal: sumOf(bondEntries), leaked };
}

/** leaked u8 ‖ entries u32 ‖ bond entries u32 ‖ (key ‖ weight u64) of each, little-endian. */
export function encodeEpochTable({ entries, bondEntries, leaked }: EpochTable): Uint8Array {
  const all = bondEntries.length === 0 ? entries : [...entries, ...bondEntries];
  const bytes = new Uint8Array(HEAD_BYTES + all.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = leaked ? 1 : 0;
  view.setUint32(1, entries.length, true);
  view.setUint32(5, bondEntries.length, true);
  all.forEach(({ key, weight }, i) => {
    bytes.set(key, HEAD_BYTES + i * ENTRY_BYTES);
    view.setBigUint64(HEAD_BYTES + i * ENTRY_BYTES + 32, weight, true);
  });
  return bytes;
}

/** Bytes that we wrote ourselves; the result shares no memory with them. @throws InvariantError when they are no table */
export function decodeEpochTable(bytes: Uint8Array): EpochTable {
  assertInvariant(bytes.length >= HEAD_BYTES, "an epoch table is cut");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [entries, bonds] = [view.getUint32(1, true), view.getUint32(5, true)];
  assertInvariant(bytes.length === HEAD_BYTES + (entries + bonds) * ENTRY_BYTES, "an epoch table has a wrong length");
  const read = (from: number, count: number): TableEntry[] =>
    Array.from({ length: count }, (_, i) => {
      const at = HEAD_BYTES + (from + i) * ENTRY_BYTES;
      return { key: asKey(bytes.slice(at, at + 32)), weight: view.getBigUint64(at + 32, true) };
    });
  return createEpochTable(read(0, entries), { bondEntries: read(entries, bonds), leaked: bytes[0] === 1 });
}

/** H('agon/epoch-table/v1', bytes). */
export function epochTableHash(table: EpochTable): Hash {
  return asHash(taggedHash("agon/epoch-table/v1", encodeEpochTable(table)));
}

function sumOf(entries: readonly TableEntry[]): bigint {
  let sum = 0n;
  for (const { weight } of entries) sum += weight;
  return sum;
}
