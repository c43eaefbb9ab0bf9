/** One miner's work and money, with why each amount is what it is. */

import type { Scheme } from "../../trust/schemes.ts";
import type { TakenThreshold } from "../../trust/taken-threshold.ts";
import type { Reader } from "../database.ts";
import type { AccountingParts } from "../parts.ts";
import type { BlockState, BlocksTable, CreditKind, CreditsTable } from "../tables.ts";
import { loadThresholdOrders, thresholdOf } from "../thresholds.ts";
import { loadRates, loadSamples, type SamplePoint } from "./pool-view.ts";
import { type Page, type PageRequest, pageLimit, pageStart, type QueryContext, toPage } from "./query-context.ts";

export interface MinerLine {
  readonly id: number;
  readonly address: string;
  readonly owedAtoms: bigint;
  readonly payingAtoms: bigint;
  readonly paidAtoms: bigint;
  readonly hashRate: number;
  readonly roundWork: bigint;
  readonly roundShares: number;
}

export interface MinerView extends MinerLine {
  /** Of blocks that have not matured. */
  readonly immatureAtoms: bigint;
  /** In force. */
  readonly thresholdAtoms: bigint;
  /** Whose word that is. */
  readonly thresholdFrom: "pool" | "operator" | "miner";
  /** The last that the miner signed. */
  readonly thresholdOrder: TakenThreshold | null;
  /** The least that it may choose. */
  readonly minThresholdAtoms: bigint;
  /** Part of the current round's work, from 0 to 1. */
  readonly roundPart: number;
  readonly samples: readonly SamplePoint[];
}

export interface CreditView {
  readonly kind: CreditKind;
  readonly round: number;
  readonly block: string | null;
  readonly height: number | null;
  /** PPS and withdrawals are earned at once. */
  readonly state: BlockState;
  readonly scheme: Scheme | null;
  readonly feePpm: number | null;
  readonly windowBlocks: number | null;
  readonly rewardAtoms: bigint | null;
  readonly feeAtoms: bigint | null;
  readonly myWork: bigint;
  /** What `myWork` is a part of; null under PPS, where each share has a price of its own. */
  readonly totalWork: bigint | null;
  readonly amountAtoms: bigint;
  /** 1 where the largest remainders gave one atom more than ⌊(reward − fee) × myWork / totalWork⌋, else 0. */
  readonly remainderAtoms: bigint;
}

export interface MinerPayout {
  readonly id: number;
  readonly transaction: string;
  readonly state: "signed" | "confirmed" | "released";
  readonly createdMs: number;
  readonly height: number | null;
  /** Taken from what was owed: amount + fee + burn. */
  readonly grossAtoms: bigint;
  readonly amountAtoms: bigint;
  readonly feeAtoms: bigint;
  readonly burnAtoms: bigint;
}

const DAY_MS = 86_400_000;
const MOST_WITHDRAWALS = 1_000;

export async function loadMiners(context: QueryContext, request: PageRequest = {}): Promise<Page<MinerLine>> {
  const { parts, accounting } = context;
  const db = parts.database.reader;
  const limit = pageLimit(request);
  const rows = await db
    .selectFrom("miners")
    .selectAll()
    .where("id", "<", pageStart(request))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  const rates = await loadRates(db, parts.clock.nowMs());
  const { tallies } = accounting.shares.round();
  const lines = rows.map((row) => lineOf(row, rates.get(row.id) ?? 0, tallies.get(row.id)));
  return toPage(lines, limit, ({ id }) => id);
}

/** @returns null for an address that no share was counted for */
export async function loadMiner(context: QueryContext, address: string): Promise<MinerView | null> {
  const { options, parts, accounting } = context;
  const db = parts.database.reader;
  const row = await db.selectFrom("miners").selectAll().where("address", "=", address).executeTakeFirst();
  if (row === undefined) return null;
  const round = accounting.shares.round();
  const tally = round.tallies.get(row.id);
  const immature = await db
    .selectFrom("credits")
    .innerJoin("blocks", "blocks.id", "credits.ref")
    .select("credits.amount")
    .where("credits.miner", "=", row.id)
    .where("credits.kind", "=", "block")
    .where("blocks.state", "=", "pending")
    .execute();
  const nowMs = parts.clock.nowMs();
  const rate = (await loadRates(db, nowMs)).get(row.id) ?? 0;
  const [order = null] = await loadThresholdOrders(db, options, parts.receiptSeed, row.id, 1);
  return {
    ...lineOf(row, rate, tally),
    immatureAtoms: immature.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    thresholdAtoms: thresholdOf(row.threshold, options),
    thresholdFrom:
      row.threshold === null ? "pool" : (order?.order.thresholdAtoms ?? null) === null ? "operator" : "miner",
    thresholdOrder: order,
    minThresholdAtoms: options.minThresholdAtoms,
    roundPart: round.work === 0n ? 0 : Number(tally?.work ?? 0n) / Number(round.work),
    samples: await loadSamples(db, row.id, nowMs - DAY_MS),
  };
}

/** By round, the newest first; withdrawals come last, on the page with the oldest round. */
export async function loadCredits(
  { parts }: { readonly parts: Pick<AccountingParts, "database"> },
  address: string,
  request: PageRequest = {},
): Promise<Page<CreditView>> {
  const limit = pageLimit(request);
  const credits = selectCredits(parts.database.reader).where("miners.address", "=", address);
  const rows = await credits
    .where("credits.round", ">", 0)
    .where("credits.round", "<", pageStart(request))
    .orderBy("credits.round", "desc")
    .limit(limit)
    .execute();
  if (rows.length === limit) return toPage(rows.map(creditView), limit, ({ round }) => round);
  // They have no round that a page could begin after; only the operator makes them, one by one.
  const withdrawals = await credits.where("credits.round", "=", 0).limit(MOST_WITHDRAWALS).execute();
  const newest = withdrawals.toSorted((a, b) => Number(b.ref) - Number(a.ref));
  return { items: [...rows, ...newest].map(creditView), next: null };
}

function selectCredits(db: Reader) {
  return db
    .selectFrom("credits")
    .innerJoin("miners", "miners.id", "credits.miner")
    .leftJoin("rounds", "rounds.id", "credits.round")
    .leftJoin("blocks", "blocks.round", "credits.round")
    .selectAll("credits")
    .select([
      "blocks.id as block_id",
      "blocks.height",
      "blocks.state",
      "blocks.reward",
      "blocks.fee",
      "blocks.total_work",
    ])
    .select(["rounds.scheme", "rounds.fee_ppm", "rounds.window_blocks"]);
}

type CreditRow = CreditsTable &
  Pick<BlocksTable, "reward" | "fee" | "total_work"> & {
    readonly block_id: string | null;
    readonly height: number | null;
    readonly state: BlockState | null;
    readonly scheme: Scheme | null;
    readonly fee_ppm: number | null;
    readonly window_blocks: number | null;
  };

function creditView(row: CreditRow): CreditView {
  const isOfBlock = row.kind === "block";
  const atoms = (text: string | null): bigint | null => (isOfBlock && text !== null ? BigInt(text) : null);
  const [reward, fee, total] = [atoms(row.reward), atoms(row.fee), atoms(row.total_work)];
  const [myWork, amount] = [BigInt(row.work), BigInt(row.amount)];
  return {
    kind: row.kind,
    round: row.round,
    block: row.block_id,
    height: row.height,
    state: isOfBlock ? row.state! : "confirmed",
    scheme: row.scheme,
    feePpm: row.fee_ppm,
    windowBlocks: row.window_blocks,
    rewardAtoms: reward,
    feeAtoms: fee,
    myWork,
    totalWork: total,
    amountAtoms: amount,
    remainderAtoms: total === null ? 0n : amount - ((reward! - fee!) * myWork) / total,
  };
}

export async function loadMinerPayouts(
  { parts }: QueryContext,
  address: string,
  request: PageRequest = {},
): Promise<Page<MinerPayout>> {
  const limit = pageLimit(request);
  const rows = await parts.database.reader
    .selectFrom("payout_outputs")
    .innerJoin("payouts", "payouts.id", "payout_outputs.payout")
    .innerJoin("miners", "miners.id", "payout_outputs.miner")
    .select([
      "payouts.id",
      "tx_id",
      "state",
      "created_ms",
      "height",
      "gross",
      "amount",
      "fee_part",
      "payout_outputs.burn",
    ])
    .where("miners.address", "=", address)
    .where("payouts.id", "<", pageStart(request))
    .orderBy("payouts.id", "desc")
    .limit(limit)
    .execute();
  const payouts = rows.map((row) => ({
    id: row.id,
    transaction: row.tx_id,
    state: row.state,
    createdMs: row.created_ms,
    height: row.height,
    grossAtoms: BigInt(row.gross),
    amountAtoms: BigInt(row.amount),
    feeAtoms: BigInt(row.fee_part),
    burnAtoms: BigInt(row.burn),
  }));
  return toPage(payouts, limit, ({ id }) => id);
}

function lineOf(
  row: {
    readonly id: number;
    readonly address: string;
    readonly owed: string;
    readonly paying: string;
    readonly paid: string;
  },
  hashRate: number,
  tally: { readonly work: bigint; readonly shares: number } | undefined,
): MinerLine {
  return {
    id: row.id,
    address: row.address,
    owedAtoms: BigInt(row.owed),
    payingAtoms: BigInt(row.paying),
    paidAtoms: BigInt(row.paid),
    hashRate,
    roundWork: tally?.work ?? 0n,
    roundShares: tally?.shares ?? 0,
  };
}
