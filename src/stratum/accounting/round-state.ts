/** The round that shares are being counted in, as it is in memory; the database has the same after each batch. */
import { asHash, assertInvariant, concatBytes, type Hash, type Key } from "#base";
import type { Terms } from "../trust/schemes.ts";
import type { Frontier } from "../trust/share-log.ts";
import { decodeShareRecord } from "../trust/share-record.ts";
import { blockWorkOf } from "../trust/share-work.ts";
import type { Reader } from "./database.ts";
import { recordBytesOf } from "./record-bytes.ts";
import type { RoundsTable } from "./tables.ts";

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
  readonly work: bigint;
  readonly expected: number;
  /** By miner. */
  readonly tallies: Map<number, Tally>;
}

export function beginRound(id: number, terms: Terms, startedMs: number, previousRoot: Hash): RoundState {
  const frontier = { size: 0, nodes: [] };
  return { id, terms, startedMs, frontier, previousRoot, work: 0n, expected: 0, tallies: new Map() };
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
  const tallies = await tallyShares(db, row.id, poolKey);
  const nodes: Hash[] = [];
  for (let at = 0; at < row.frontier.length; at += 32)
    nodes.push(asHash(new Uint8Array(row.frontier.slice(at, at + 32))));
  return {
    id: row.id,
    terms: termsOf(row),
    startedMs: row.started_ms,
    frontier: { size: row.shares, nodes },
    previousRoot: asHash(new Uint8Array(row.previous_root)),
    work: BigInt(row.work),
    expected: row.expected,
    tallies,
  };
}

const PAGE = 5_000;

async function tallyShares(db: Reader, round: number, poolKey: Key): Promise<Map<number, Tally>> {
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
      const expected = Number(record.work) / Number(blockWorkOf(record.header)!);
      addTally(tallies, row.miner, { work: record.work, shares: 1, expected });
    }
    if (rows.length < PAGE) return tallies;
  }
}
