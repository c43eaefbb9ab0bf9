/** The round that shares are being counted in, as it is in memory; the database has the same after each batch. */
import { asHash, assertInvariant, type BlockId, concatBytes, equalBytes, type Hash, type Key } from "#base";
import type { Terms } from "../trust/schemes.ts";
import type { Frontier } from "../trust/share-log.ts";
import { decodeShareRecord } from "../trust/share-record.ts";
import { blockWorkOf } from "../trust/share-work.ts";
import type { Reader } from "./database.ts";
import { recordBytesOf } from "./record-bytes.ts";
import type { RoundsTable } from "./tables.ts";

/** In a header. */
const PARENT_AT = 4;
const PAGE = 5_000;

export interface Tally {
  readonly work: bigint;
  readonly shares: number;
  readonly expected: number;
}

export interface RoundState {
  readonly id: number;
  readonly terms: Terms;
  readonly startedMs: number;
  readonly frontier: Frontier;
  readonly previousRoot: Hash;
  /** Of the block that ended the round before; null in the first. */
  readonly wonParent: BlockId | null;
  readonly work: bigint;
  readonly expected: number;
  /** By miner. */
  readonly tallies: Map<number, Tally>;
}

/** @param before the round that has ended, and the header of its block; null for the first round */
export function beginRound(
  terms: Terms,
  startedMs: number,
  before: { readonly id: number; readonly root: Hash; readonly header: Uint8Array } | null,
): RoundState {
  return {
    ...{ id: (before?.id ?? 0) + 1, terms, startedMs, frontier: { size: 0, nodes: [] } },
    previousRoot: before?.root ?? asHash(new Uint8Array(32)),
    wonParent: before === null ? null : parentOf(before.header),
    ...{ work: 0n, expected: 0, tallies: new Map() },
  };
}

/**
 * Of so many blocks a share could be the one: none on a parent on which the round before ended, since of siblings the chain
 * takes one (rule LUCK-1).
 */
export function expectationOf(header: Uint8Array, work: bigint, blockWork: bigint, wonParent: BlockId | null): number {
  if (wonParent !== null && equalBytes(parentOf(header), wonParent)) return 0;
  return Number(work) / Number(blockWork);
}

function parentOf(header: Uint8Array): BlockId {
  return asHash(header.slice(PARENT_AT, PARENT_AT + 32));
}

export function addTally(tallies: Map<number, Tally>, miner: number, { work, shares, expected }: Tally): void {
  const before = tallies.get(miner);
  tallies.set(miner, {
    work: (before?.work ?? 0n) + work,
    shares: (before?.shares ?? 0) + shares,
    expected: (before?.expected ?? 0) + expected,
  });
}

export function roundRow(round: RoundState): RoundsTable {
  const { scheme, feePpm, windowBlocks } = round.terms;
  return {
    id: round.id,
    scheme,
    fee_ppm: feePpm,
    window_blocks: windowBlocks,
    started_ms: round.startedMs,
    ended_ms: null,
    shares: round.frontier.size,
    work: String(round.work),
    expected: round.expected,
    frontier: Buffer.from(concatBytes(...round.frontier.nodes)),
    previous_root: Buffer.from(round.previousRoot),
  };
}

export function termsOf(row: Pick<RoundsTable, "scheme" | "fee_ppm" | "window_blocks">): Terms {
  return { scheme: row.scheme, feePpm: row.fee_ppm, windowBlocks: row.window_blocks };
}

/** @returns null before the first round */
export async function loadCurrentRound(db: Reader, poolKey: Key): Promise<RoundState | null> {
  const row = await db.selectFrom("rounds").selectAll().where("ended_ms", "is", null).executeTakeFirst();
  if (row === undefined) return null;
  const wonParent = await loadWonParent(db, row.id, poolKey);
  const tallies = await tallyShares(db, row.id, poolKey, wonParent);
  const nodes: Hash[] = [];
  for (let at = 0; at < row.frontier.length; at += 32)
    nodes.push(asHash(new Uint8Array(row.frontier.slice(at, at + 32))));
  return {
    id: row.id,
    terms: termsOf(row),
    startedMs: row.started_ms,
    frontier: { size: row.shares, nodes },
    previousRoot: asHash(new Uint8Array(row.previous_root)),
    wonParent,
    work: BigInt(row.work),
    expected: row.expected,
    tallies,
  };
}

/** From the last share of the round before. */
async function loadWonParent(db: Reader, round: number, poolKey: Key): Promise<BlockId | null> {
  const before = db
    .selectFrom("shares")
    .selectAll()
    .where("round", "=", round - 1);
  const row = await before.orderBy("leaf", "desc").limit(1).executeTakeFirst();
  const record = row === undefined ? null : decodeShareRecord(recordBytesOf(poolKey, row));
  return record === null ? null : parentOf(record.header);
}

async function tallyShares(
  db: Reader,
  round: number,
  poolKey: Key,
  wonParent: BlockId | null,
): Promise<Map<number, Tally>> {
  const tallies = new Map<number, Tally>();
  for (let from = 0; ; from += PAGE) {
    const rows = await db
      .selectFrom("shares")
      .selectAll()
      .where("round", "=", round)
      .where("leaf", ">=", from)
      .where("leaf", "<", from + PAGE)
      .orderBy("leaf")
      .execute();
    for (const row of rows) {
      const record = decodeShareRecord(recordBytesOf(poolKey, row));
      assertInvariant(record !== null, `share ${row.leaf} of round ${round} cannot be read`);
      const expected = expectationOf(record.header, record.work, blockWorkOf(record.header)!, wonParent);
      addTally(tallies, row.miner, { work: record.work, shares: 1, expected });
    }
    if (rows.length < PAGE) return tallies;
  }
}
