/** What one share earned: by which blocks it is paid, how much of it counts in each, and for what part of an atom. */
import { ed25519PublicKey, formatAddress } from "#crypto";
import { ppsValue, type Scheme } from "../../trust/schemes.ts";
import { decodeShareRecord, type ShareRecord } from "../../trust/share-record.ts";
import { blockWorkOf } from "../../trust/share-work.ts";
import type { Reader } from "../database.ts";
import { recordBytesOf } from "../record-bytes.ts";
import { termsOf } from "../round-state.ts";
import type { BlockState, BlocksTable, RoundsTable } from "../tables.ts";
import type { QueryContext } from "./query-context.ts";

export interface ShareView {
  readonly round: number;
  readonly leaf: number;
  readonly address: string;
  readonly worker: string;
  readonly timeMs: number;
  readonly work: bigint;
  /** Blocks that the share was worth when it was made; a statistic. */
  readonly expected: number;
  readonly payments: readonly SharePayment[];
}

export interface SharePayment {
  readonly scheme: Scheme;
  /** Whose block pays; under PPS the share's own. */
  readonly round: number;
  readonly block: string | null;
  readonly state: BlockState;
  /** What of the share's work lies in the window. */
  readonly countedWork: bigint;
  readonly totalWork: bigint | null;
  /** In millionths of an atom, rounded down; an address' shares together are then rounded after rules PAY-2 and PAY-6. */
  readonly microAtoms: bigint;
}

const MICRO = 1_000_000n;
const PAGE = 2_000;
/** Rounds after the share's own that are looked at: windows are shorter. */
const MOST_ROUNDS = 1_000;

/** @returns null for a share that is not, or no longer, in the journal */
export async function loadShare(
  { options, parts }: QueryContext,
  round: number,
  leaf: number,
): Promise<ShareView | null> {
  const db = parts.database.reader;
  const poolKey = ed25519PublicKey(parts.receiptSeed);
  const row = await db
    .selectFrom("shares")
    .selectAll()
    .where("round", "=", round)
    .where("leaf", "=", leaf)
    .executeTakeFirst();
  const record = row === undefined ? null : decodeShareRecord(recordBytesOf(poolKey, row));
  if (record === null) return null;
  const { address, worker, timeMs, work, header } = record;
  return {
    round,
    leaf,
    address: formatAddress(address, options.addressPrefix),
    worker,
    timeMs,
    work,
    expected: Number(work) / Number(blockWorkOf(header)!),
    payments: await loadPayments(db, record, await workAfter(db, record)),
  };
}

type EndedRound = RoundsTable &
  Pick<BlocksTable, "reward" | "fee" | "total_work" | "state" | "block_work"> & { readonly block: string };

async function loadPayments(db: Reader, record: ShareRecord, after: bigint): Promise<SharePayment[]> {
  const own = await db.selectFrom("rounds").selectAll().where("id", "=", record.round).executeTakeFirstOrThrow();
  const payments: SharePayment[] = own.scheme === "pps" ? [payByPps(own, record)] : [];
  const rounds = await db
    .selectFrom("rounds")
    .innerJoin("blocks", "blocks.round", "rounds.id")
    .selectAll("rounds")
    .select(["blocks.id as block", "blocks.reward", "blocks.fee", "blocks.total_work", "blocks.state"])
    .select("blocks.block_work")
    .where("rounds.id", ">=", record.round)
    .where("rounds.id", "<", record.round + MOST_ROUNDS)
    .orderBy("rounds.id")
    .execute();
  let later = after;
  for (const round of rounds) {
    if (round.id > record.round) later += BigInt(round.work);
    const payment = payByBlock(round, record, later);
    if (payment !== null) payments.push(payment);
  }
  return payments;
}

/** @param later work between the share and the end of the round */
function payByBlock(round: EndedRound, record: ShareRecord, later: bigint): SharePayment | null {
  const counted = countedWork(round, record, later);
  if (counted <= 0n || round.reward === null) return null;
  const total = BigInt(round.total_work!);
  const net = BigInt(round.reward) - BigInt(round.fee!);
  return {
    scheme: round.scheme,
    round: round.id,
    block: round.block,
    state: round.state,
    countedWork: counted,
    totalWork: total,
    microAtoms: (net * MICRO * counted) / total,
  };
}

function countedWork(round: EndedRound, { work, round: own, leaf }: ShareRecord, later: bigint): bigint {
  if (round.scheme === "pplns") {
    const left = BigInt(round.window_blocks) * BigInt(round.block_work) - later;
    return left < work ? left : work;
  }
  if (round.scheme === "prop") return round.id === own ? work : 0n;
  // Alone with the block, a solo share's work is counted as 1 of 1.
  return round.scheme === "solo" && round.id === own && leaf === round.shares - 1 ? 1n : 0n;
}

function payByPps(round: RoundsTable, record: ShareRecord): SharePayment {
  const value = ppsValue(termsOf(round), { ...record, blockWork: blockWorkOf(record.header)! });
  return {
    scheme: "pps",
    round: round.id,
    block: null,
    state: "confirmed",
    countedWork: record.work,
    totalWork: null,
    microAtoms: (value * MICRO) >> 64n,
  };
}

/** Work of the shares after this one in its round. */
async function workAfter(db: Reader, { round, leaf, poolKey }: ShareRecord): Promise<bigint> {
  let sum = 0n;
  for (let from = leaf; ; ) {
    const rows = await db
      .selectFrom("shares")
      .selectAll()
      .where("round", "=", round)
      .where("leaf", ">", from)
      .orderBy("leaf")
      .limit(PAGE)
      .execute();
    for (const row of rows) sum += decodeShareRecord(recordBytesOf(poolKey, row))?.work ?? 0n;
    if (rows.length < PAGE) return sum;
    from = rows.at(-1)!.leaf;
  }
}
