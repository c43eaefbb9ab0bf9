/** The calls of a pool's own server; on a node's each throws ApiError `not-found`. */
import type { CallOptions, Exchange } from "./exchange.ts";
import type {
  PoolAccount,
  PoolCredits,
  PoolHeads,
  PoolHistory,
  PoolInfo,
  PoolLuck,
  PoolMiner,
  PoolMinerPayouts,
  PoolMiners,
  PoolMoveOrder,
  PoolMoveResult,
  PoolOrderResult,
  PoolPayouts,
  PoolProof,
  PoolReceipts,
  PoolRecords,
  PoolReleaseOrder,
  PoolRound,
  PoolRounds,
  PoolStatementAnswer,
  PoolThresholdOrder,
  PoolWithdrawOrder,
} from "./pool.ts";
import type { PoolSignedThreshold, PoolTakenThreshold } from "./pool-threshold.ts";

export interface PoolPageQuery {
  readonly before?: number;
  readonly limit?: number;
}

export interface PoolRoundsQuery extends PoolPageQuery {
  /** Hash of a block: only the round that it ended. */
  readonly block?: string;
}

export interface PoolReceiptsQuery {
  readonly address: string;
  /** The `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

export interface PoolCalls {
  status(options?: CallOptions): Promise<PoolInfo>;
  history(query?: { readonly hours?: number }, options?: CallOptions): Promise<PoolHistory>;
  luck(options?: CallOptions): Promise<PoolLuck>;
  miners(query?: PoolPageQuery, options?: CallOptions): Promise<PoolMiners>;
  miner(address: string, options?: CallOptions): Promise<PoolMiner>;
  credits(address: string, query?: PoolPageQuery, options?: CallOptions): Promise<PoolCredits>;
  minerPayouts(address: string, query?: PoolPageQuery, options?: CallOptions): Promise<PoolMinerPayouts>;
  /** For an audit. */
  account(address: string, options?: CallOptions): Promise<PoolAccount>;
  /** A miner's own threshold, signed by it; needs no token. */
  orderThreshold(address: string, order: PoolSignedThreshold, options?: CallOptions): Promise<PoolTakenThreshold>;
  payouts(query?: PoolPageQuery, options?: CallOptions): Promise<PoolPayouts>;
  rounds(query?: PoolRoundsQuery, options?: CallOptions): Promise<PoolRounds>;
  round(id: number, options?: CallOptions): Promise<PoolRound>;
  heads(round: number, options?: CallOptions): Promise<PoolHeads>;
  records(
    round: number,
    query: { readonly from: number; readonly count: number },
    options?: CallOptions,
  ): Promise<PoolRecords>;
  inclusion(
    round: number,
    query: { readonly leaf: number; readonly size: number },
    options?: CallOptions,
  ): Promise<PoolProof>;
  consistency(
    round: number,
    query: { readonly from: number; readonly to: number },
    options?: CallOptions,
  ): Promise<PoolProof>;
  statement(round: number, options?: CallOptions): Promise<PoolStatementAnswer>;
  receipts(query: PoolReceiptsQuery, options?: CallOptions): Promise<PoolReceipts>;
  /** Blocks and payouts are looked after now. The orders need the pool's token. */
  pay(options?: CallOptions): Promise<PoolOrderResult>;
  setThreshold(order: PoolThresholdOrder, options?: CallOptions): Promise<PoolOrderResult>;
  withdraw(order: PoolWithdrawOrder, options?: CallOptions): Promise<PoolOrderResult>;
  release(order: PoolReleaseOrder, options?: CallOptions): Promise<PoolOrderResult>;
  /** Connected miners are asked to go to another address. */
  move(order: PoolMoveOrder, options?: CallOptions): Promise<PoolMoveResult>;
}

const ORDER_MS = 60_000;

export function createPoolCalls(exchange: Exchange): PoolCalls {
  const root = "/v1/pool";
  const get = <T>(path: string, call?: CallOptions, query?: object) =>
    exchange.json<T>({ method: "GET", path: `${root}${path}`, ...(query && { query: { ...query } }) }, call);
  const order = <T = PoolOrderResult>(path: string, json: unknown, call?: CallOptions) =>
    exchange.json<T>({ method: "POST", path: `${root}/orders${path}`, json }, { timeoutMs: ORDER_MS, ...call });
  const miner = (address: string, what = ""): string => `/miners/${encodeURIComponent(address)}${what}`;
  return {
    status: (call) => get("/status", call),
    history: (query, call) => get("/history", call, query),
    luck: (call) => get("/luck", call),
    miners: (query, call) => get("/miners", call, query),
    miner: (address, call) => get(miner(address), call),
    credits: (address, query, call) => get(miner(address, "/credits"), call, query),
    minerPayouts: (address, query, call) => get(miner(address, "/payouts"), call, query),
    account: (address, call) => get(miner(address, "/account"), call),
    orderThreshold: (address, json, call) =>
      exchange.json({ method: "POST", path: `${root}${miner(address, "/threshold")}`, json }, call),
    payouts: (query, call) => get("/payouts", call, query),
    rounds: (query, call) => get("/rounds", call, query),
    round: (id, call) => get(`/rounds/${id}`, call),
    heads: (round, call) => get(`/rounds/${round}/heads`, call),
    records: (round, query, call) => get(`/rounds/${round}/records`, call, query),
    inclusion: (round, query, call) => get(`/rounds/${round}/inclusion`, call, query),
    consistency: (round, query, call) => get(`/rounds/${round}/consistency`, call, query),
    statement: (round, call) => get(`/rounds/${round}/statement`, call),
    receipts: (query, call) => get("/receipts", call, query),
    pay: (call) => order("/pay", {}, call),
    setThreshold: (json, call) => order("/threshold", json, call),
    withdraw: (json, call) => order("/withdraw", json, call),
    release: (json, call) => order("/release", json, call),
    move: (json, call) => order("/move", json, call),
  };
}
