/** Tables and draws (rules STAKE-4, STAKE-8, STAKE-18). */
import { ascii, sha256, toNumber, u32, u64 } from "../bytes.ts";

export interface Entry {
  readonly key: Buffer;
  readonly weight: bigint;
}

export interface Table {
  readonly leaked: boolean;
  /** In ascending order of keys. */
  readonly entries: readonly Entry[];
  /** Of lower-case hex of keys. */
  readonly weights: ReadonlyMap<string, bigint>;
  readonly total: bigint;
  readonly hash: Buffer;
}

/** @param unordered each key once */
export function makeTable(unordered: readonly Entry[], leaked: boolean): Table {
  const entries = [...unordered].sort((a, b) => Buffer.compare(a.key, b.key));
  const encoded = entries.map(({ key, weight }) => Buffer.concat([key, u64(weight)]));
  const bytes = [Buffer.from([leaked ? 1 : 0]), u32(entries.length), u32(0), ...encoded];
  return {
    leaked,
    entries,
    weights: new Map(entries.map(({ key, weight }) => [key.toString("hex"), weight])),
    total: entries.reduce((sum, { weight }) => sum + weight, 0n),
    hash: sha256(ascii("agon/epoch-table/v1"), ...bytes),
  };
}

export const isSameTable = (a: Table, b: Table): boolean => a.hash.equals(b.hash);

/** STAKE-8. */
export function mixAfter(chainId: Buffer, mix: Buffer, reveal: Buffer): Buffer {
  return sha256(ascii("agon/mix/v1"), chainId, mix, reveal);
}

/** STAKE-8. @param mix of the last block before the epoch */
export function seedOf(chainId: Buffer, mix: Buffer, epoch: bigint): Buffer {
  return sha256(ascii("agon/seed/v1"), chainId, mix, u64(epoch));
}

/** STAKE-18. @returns the key of the leader of a slot */
export function leaderOf(table: Table, chainId: Buffer, seed: Buffer, slot: bigint): Buffer {
  const drawn = sha256(ascii("agon/draw/v1"), chainId, seed, u64(slot)).subarray(0, 16);
  let rest = toNumber(drawn) % table.total;
  for (const { key, weight } of table.entries) {
    if (rest < weight) return key;
    rest -= weight;
  }
  throw new Error("the draw is above the total");
}
