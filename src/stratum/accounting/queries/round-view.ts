/** Rounds and payouts, as lists and one by one. */
import { toHex } from "#base";
import type { Scheme } from "../../trust/schemes.ts";
import type { BlockState, PayoutState } from "../tables.ts";
import { type Page, type PageRequest, pageLimit, pageStart, type QueryContext, toPage } from "./query-context.ts";

export interface RoundLine {
  readonly id: number;
  readonly scheme: Scheme;
  readonly feePpm: number;
  readonly windowBlocks: number;
  readonly startedMs: number;
  /** Null: it counts now, and has no block. */
  readonly endedMs: number | null;
  readonly shares: number;
  readonly work: bigint;
  /** Blocks that its work could expect; luck is 1 ÷ effort. */
  readonly effort: number;
  readonly block: RoundBlock | null;
}

export interface RoundBlock {
  readonly id: string;
  readonly height: number;
  readonly state: BlockState;
  readonly foundMs: number;
  readonly finder: string;
  readonly rewardAtoms: bigint | null;
  readonly feeAtoms: bigint | null;
  readonly poolAtoms: bigint | null;
  readonly totalWork: bigint | null;
  readonly refused: string | null;
}

export interface RoundView extends RoundLine {
  readonly miners: number;
  readonly heads: readonly RoundHead[];
  /** Those with most, at most 100; by amount where the block is divided, else by work. */
  readonly parts: readonly RoundPart[];
}

export interface RoundHead {
  readonly size: number;
  readonly final: boolean;
  readonly timeMs: number;
  readonly root: string;
  readonly signature: string;
}

export interface RoundPart {
  readonly address: string;
  readonly work: bigint;
  readonly amountAtoms: bigint | null;
}

export interface PayoutLine {
  readonly id: number;
  readonly transaction: string;
  readonly nonce: number;
  readonly state: PayoutState;
  readonly createdMs: number;
  readonly height: number | null;
  readonly feeAtoms: bigint;
  readonly burnAtoms: bigint;
  readonly costAtoms: bigint;
  readonly outputs: number;
}

const MOST_HEADS = 100;
const MOST_PARTS = 100;

export interface RoundsRequest extends PageRequest {
  /** Only the round that this block ended, by its id in hex. */
  readonly block?: string;
}

export async function loadRounds(context: QueryContext, request: RoundsRequest = {}): Promise<Page<RoundLine>> {
  const limit = pageLimit(request);
  const { block } = request;
  const rounds = selectRounds(context).where("rounds.id", "<", pageStart(request));
  const rows = await (block === undefined ? rounds : rounds.where("blocks.id", "=", block))
    .orderBy("rounds.id", "desc")
    .limit(limit)
    .execute();
  return toPage(rows.map(roundLine), limit, ({ id }) => id);
}

export async function loadRound(context: QueryContext, id: number): Promise<RoundView | null> {
  const db = context.parts.database.reader;
  const row = await selectRounds(context).where("rounds.id", "=", id).executeTakeFirst();
  if (row === undefined) return null;
  const heads = await db
    .selectFrom("tree_heads")
    .selectAll()
    .where("round", "=", id)
    .orderBy("size", "desc")
    .limit(MOST_HEADS)
    .execute();
  const parts = await loadParts(context, id, row.block_id, row.scheme);
  return {
    ...roundLine(row),
    miners: parts.length,
    heads: heads.map((head) => ({
      size: head.size,
      final: head.final === 1,
      timeMs: head.time_ms,
      root: toHex(head.root),
      signature: toHex(head.signature),
    })),
    parts: parts.slice(0, MOST_PARTS),
  };
}

export async function loadPayouts({ parts }: QueryContext, request: PageRequest = {}): Promise<Page<PayoutLine>> {
  const limit = pageLimit(request);
  const rows = await parts.database.reader
    .selectFrom("payouts")
    .innerJoin("payout_outputs", "payout_outputs.payout", "payouts.id")
    .select((each) => [
      "payouts.id",
      "tx_id",
      "nonce",
      "state",
      "created_ms",
      "height",
      "fee",
      "payouts.burn",
      "cost",
      each.fn.countAll<number>().as("outputs"),
    ])
    .where("payouts.id", "<", pageStart(request))
    .groupBy(["payouts.id", "tx_id", "nonce", "state", "created_ms", "height", "fee", "payouts.burn", "cost"])
    .orderBy("payouts.id", "desc")
    .limit(limit)
    .execute();
  const lines = rows.map((row) => ({
    id: row.id,
    transaction: row.tx_id,
    nonce: row.nonce,
    state: row.state,
    createdMs: row.created_ms,
    height: row.height,
    feeAtoms: BigInt(row.fee),
    burnAtoms: BigInt(row.burn),
    costAtoms: BigInt(row.cost),
    outputs: Number(row.outputs),
  }));
  return toPage(lines, limit, ({ id }) => id);
}

function selectRounds({ parts }: QueryContext) {
  return parts.database.reader
    .selectFrom("rounds")
    .leftJoin("blocks", "blocks.round", "rounds.id")
    .leftJoin("miners", "miners.id", "blocks.miner")
    .selectAll("rounds")
    .select([
      "blocks.id as block_id",
      "blocks.height",
      "blocks.state",
      "blocks.found_ms",
      "blocks.reward",
      "blocks.fee",
      "blocks.pool_atoms",
      "blocks.total_work",
      "blocks.refused",
      "miners.address",
    ]);
}

type RoundRow = Awaited<ReturnType<ReturnType<typeof selectRounds>["execute"]>>[number];

function roundLine(row: RoundRow): RoundLine {
  const atoms = (text: string | null): bigint | null => (text === null ? null : BigInt(text));
  const block =
    row.block_id === null
      ? null
      : {
          id: row.block_id,
          height: row.height!,
          state: row.state!,
          foundMs: row.found_ms!,
          finder: row.address!,
          rewardAtoms: atoms(row.reward),
          feeAtoms: atoms(row.fee),
          poolAtoms: atoms(row.pool_atoms),
          totalWork: atoms(row.total_work),
          refused: row.refused,
        };
  return {
    id: row.id,
    scheme: row.scheme,
    feePpm: row.fee_ppm,
    windowBlocks: row.window_blocks,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    shares: row.shares,
    work: BigInt(row.work),
    effort: row.expected,
    block,
  };
}

async function loadParts(
  { parts, accounting }: QueryContext,
  round: number,
  block: string | null,
  scheme: Scheme,
): Promise<RoundPart[]> {
  const db = parts.database.reader;
  const [kind, ref] = scheme === "pps" ? (["pps", String(round)] as const) : (["block", block ?? ""] as const);
  const credits = await db
    .selectFrom("credits")
    .innerJoin("miners", "miners.id", "credits.miner")
    .select(["miners.address", "credits.work", "credits.amount"])
    .where("kind", "=", kind)
    .where("ref", "=", ref)
    .execute();
  if (credits.length > 0) {
    const divided = credits.map(({ address, work, amount }) => ({
      address,
      work: BigInt(work),
      amountAtoms: BigInt(amount),
    }));
    return divided.sort((a, b) => compare(b.amountAtoms, a.amountAtoms));
  }
  const current = accounting.shares.round();
  if (current.id === round) {
    const ids = [...current.tallies].sort(([, a], [, b]) => compare(b.work, a.work)).slice(0, MOST_PARTS);
    const rows = await db
      .selectFrom("miners")
      .select(["id", "address"])
      .where(
        "id",
        "in",
        ids.map(([id]) => id),
      )
      .execute();
    const names = new Map(rows.map(({ id, address }) => [id, address]));
    return ids.map(([id, { work }]) => ({ address: names.get(id)!, work, amountAtoms: null }));
  }
  const rows = await db
    .selectFrom("round_work")
    .innerJoin("miners", "miners.id", "round_work.miner")
    .select(["miners.address", "round_work.work"])
    .where("round", "=", round)
    .execute();
  return rows
    .map(({ address, work }) => ({ address, work: BigInt(work), amountAtoms: null }))
    .sort((a, b) => compare(b.work, a.work));
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
