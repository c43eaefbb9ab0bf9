/** What a pool says about itself, as plain data for its API and its pages. */
import type { Address } from "#base";
import { formatAddress } from "#crypto";
import type { Terms } from "../../trust/schemes.ts";
import { judgeAll, judgeLuck, type LuckReport } from "../../trust/withholding.ts";
import { loadPoolAccount } from "../balances.ts";
import type { Reader } from "../database.ts";
import { WHOLE_POOL } from "../samples.ts";
import type { BlockState } from "../tables.ts";
import type { QueryContext } from "./query-context.ts";

export interface PoolStatus {
  readonly payoutAddress: string;
  /** Of the round that counts now. */
  readonly terms: Terms;
  readonly thresholdAtoms: bigint;
  readonly minThresholdAtoms: bigint;
  readonly maturityBlocks: number;
  readonly round: {
    readonly id: number;
    readonly startedMs: number;
    readonly shares: number;
    readonly work: bigint;
    readonly miners: number;
    /** Blocks that the round's work could expect: 1 is as long as usual. */
    readonly effort: number;
  };
  readonly hashRate: number;
  readonly activeMiners: number;
  readonly blocks: Readonly<Record<BlockState, number>>;
  readonly owedAtoms: bigint;
  readonly payingAtoms: bigint;
  readonly paidAtoms: bigint;
  readonly poolAtoms: bigint;
  /** Why no shares are counted, or null. */
  readonly obstacle: string | null;
  /** A payout whose nonce somebody else used, or null. */
  readonly conflict: string | null;
}

export interface LuckView {
  /** Of all rounds that were looked at, together with the current. */
  readonly pool: LuckReport;
  /** The least probable first; of those with most work, and never judged alone. */
  readonly miners: readonly LuckReport[];
  /** How many miners were looked at: the probabilities are corrected by that. */
  readonly tests: number;
  /** Newest first: effort is 1 for a round as long as usual. */
  readonly rounds: readonly {
    readonly round: number;
    readonly endedMs: number;
    readonly effort: number;
    readonly state: BlockState;
  }[];
}

export interface SamplePoint {
  readonly timeMs: number;
  readonly shares: number;
  /** Hashes per second that the minute's shares stand for. */
  readonly hashRate: number;
}

const MINUTE_MS = 60_000;
const RATE_MINUTES = 10;
const LUCK_ROUNDS = 2_000;
const LUCK_MINERS = 200;
const LUCK_POINTS = 500;

export async function loadPoolStatus(context: QueryContext): Promise<PoolStatus> {
  const { options, parts, accounting } = context;
  const db = parts.database.reader;
  const round = accounting.shares.round();
  const counts = await db
    .selectFrom("blocks")
    .select((each) => ["state", each.fn.countAll<number>().as("n")])
    .groupBy("state")
    .execute();
  const blocks = { pending: 0, confirmed: 0, orphaned: 0 };
  for (const { state, n } of counts) blocks[state] = Number(n);
  const rates = await loadRates(db, parts.clock.nowMs());
  return {
    payoutAddress: textOf(parts.signer.address, options.addressPrefix),
    terms: round.terms,
    thresholdAtoms: options.thresholdAtoms,
    minThresholdAtoms: options.minThresholdAtoms,
    maturityBlocks: options.maturityBlocks,
    round: {
      id: round.id,
      startedMs: round.startedMs,
      shares: round.frontier.size,
      work: round.work,
      miners: round.tallies.size,
      effort: round.expected,
    },
    hashRate: rates.get(WHOLE_POOL) ?? 0,
    activeMiners: [...rates.keys()].filter((miner) => miner !== WHOLE_POOL).length,
    blocks,
    ...(await loadTotals(db)),
    poolAtoms: await loadPoolAccount(db),
    obstacle: accounting.shares.obstacle(),
    conflict: accounting.payouts.conflict(),
  };
}

/** Hashes per second by miner over the last whole minutes, of a young pool over those since its first share. */
export async function loadRates(db: Reader, nowMs: number): Promise<Map<number, number>> {
  const end = Math.floor(nowMs / MINUTE_MS);
  const oldest = await db
    .selectFrom("samples")
    .select("minute")
    .where("miner", "=", WHOLE_POOL)
    .orderBy("minute")
    .limit(1)
    .executeTakeFirst();
  const minutes = Math.min(RATE_MINUTES, Math.max(1, end - Number(oldest?.minute ?? end)));
  const rows = await db
    .selectFrom("samples")
    .select(["miner", "work"])
    .where("minute", ">=", end - RATE_MINUTES)
    .execute();
  const rates = new Map<number, number>();
  for (const { miner, work } of rows)
    rates.set(miner, (rates.get(miner) ?? 0) + Number(work) / (minutes * (MINUTE_MS / 1_000)));
  return rates;
}

/** @param miner `WHOLE_POOL` or the number of one */
export async function loadSamples(db: Reader, miner: number, sinceMs: number): Promise<SamplePoint[]> {
  const rows = await db
    .selectFrom("samples")
    .selectAll()
    .where("miner", "=", miner)
    .where("minute", ">=", Math.floor(sinceMs / MINUTE_MS))
    .orderBy("minute")
    .execute();
  return rows.map(({ minute, shares, work }) => ({
    timeMs: minute * MINUTE_MS,
    shares,
    hashRate: Number(work) / (MINUTE_MS / 1_000),
  }));
}

export function loadPoolSamples({ parts }: QueryContext, sinceMs: number): Promise<SamplePoint[]> {
  return loadSamples(parts.database.reader, WHOLE_POOL, sinceMs);
}

export async function loadLuck({ parts, accounting }: QueryContext): Promise<LuckView> {
  const db = parts.database.reader;
  const current = accounting.shares.round();
  const from = current.id - LUCK_ROUNDS;
  const rounds = await db
    .selectFrom("rounds")
    .innerJoin("blocks", "blocks.round", "rounds.id")
    .select(["rounds.id", "rounds.ended_ms", "rounds.expected", "blocks.state", "blocks.miner"])
    .where("rounds.id", ">=", from)
    .orderBy("rounds.id", "desc")
    .execute();
  const expected = rounds.reduce((sum, round) => sum + round.expected, current.expected);
  const works = await db
    .selectFrom("round_work")
    .innerJoin("miners", "miners.id", "round_work.miner")
    .select((each) => ["round_work.miner", "miners.address", each.fn.sum<number>("round_work.expected").as("expected")])
    .where("round_work.round", ">=", from)
    .groupBy(["round_work.miner", "miners.address"])
    .execute();
  const found = new Map<number, number>();
  for (const { miner } of rounds) found.set(miner, (found.get(miner) ?? 0) + 1);
  const records = works
    .map(({ miner, address, expected: past }) => ({
      name: address,
      expected: Number(past) + (current.tallies.get(miner)?.expected ?? 0),
      found: found.get(miner) ?? 0,
    }))
    .sort((a, b) => b.expected - a.expected);
  return {
    pool: judgeLuck({ name: "pool", expected, found: rounds.length }, 1),
    miners: judgeAll(records).slice(0, LUCK_MINERS),
    tests: records.length,
    rounds: rounds.slice(0, LUCK_POINTS).map(({ id, ended_ms, expected: effort, state }) => ({
      round: id,
      endedMs: ended_ms ?? 0,
      effort,
      state,
    })),
  };
}

async function loadTotals(db: Reader): Promise<Pick<PoolStatus, "owedAtoms" | "payingAtoms" | "paidAtoms">> {
  const rows = await db.selectFrom("miners").select(["owed", "paying", "paid"]).execute();
  let [owedAtoms, payingAtoms, paidAtoms] = [0n, 0n, 0n];
  for (const { owed, paying, paid } of rows) {
    owedAtoms += BigInt(owed);
    payingAtoms += BigInt(paying);
    paidAtoms += BigInt(paid);
  }
  return { owedAtoms, payingAtoms, paidAtoms };
}

function textOf(address: Address, prefix: string): string {
  return formatAddress(address, prefix);
}
