/** A typed client of a node's API, for pages, commands and tests. */
import { type Clock, systemClock } from "#base";
import type { Account, AccountProof, AccountTransactions } from "./account.ts";
import type { AcceptResult, MineRequest, MineResult, ShutdownResult } from "./admin.ts";
import type { Block, BlockPage, TransactionPage } from "./block.ts";
import { createDevnetCalls, type DevnetCalls } from "./devnet-client.ts";
import { type FollowOptions, followEvents } from "./event-reader.ts";
import type { ChainEvent, LiveEvent } from "./events.ts";
import { type CallOptions, createExchange, type ExchangeOptions } from "./exchange.ts";
import type { MinedBlock, MinedBlockResult, MiningTemplate } from "./mining.ts";
import type { Mempool, Peers } from "./network.ts";
import { createPoolCalls, type PoolCalls } from "./pool-client.ts";
import { createStakeCalls, type StakeCalls } from "./stake-client.ts";
import type { HealthReport, Status } from "./status.ts";
import type { RecordPage, SignedTransaction, SubmitResult, Transaction } from "./transaction.ts";

export interface ClientOptions extends ExchangeOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
}

export interface PageQuery {
  readonly offset?: number;
  readonly limit?: number;
}

/** Every call throws ApiError when it does not succeed. */
export interface Client {
  readonly baseUrl: string;
  status(options?: CallOptions): Promise<Status>;
  /** Also when the node says that it is not well. */
  health(options?: CallOptions): Promise<HealthReport>;
  /** The specification of the chain, as JSON. */
  chain(options?: CallOptions): Promise<unknown>;
  /** By height on the chain, or by id on any branch. */
  block(heightOrHash: number | string, options?: CallOptions): Promise<Block>;
  /** Newest first from `from` (default: the head) down. */
  blocks(query?: { readonly from?: number; readonly limit?: number }, options?: CallOptions): Promise<BlockPage>;
  blockTransactions(heightOrHash: number | string, query?: PageQuery, options?: CallOptions): Promise<TransactionPage>;
  transaction(id: string, options?: CallOptions): Promise<Transaction>;
  submit(transactions: SignedTransaction | readonly SignedTransaction[], options?: CallOptions): Promise<SubmitResult>;
  /** One canonical transaction, or an encoded list of them. */
  submitBytes(bytes: Uint8Array, options?: CallOptions): Promise<SubmitResult>;
  account(address: string, options?: CallOptions): Promise<Account>;
  accountTransactions(
    address: string,
    query?: { readonly cursor?: string; readonly limit?: number },
    options?: CallOptions,
  ): Promise<AccountTransactions>;
  accountProof(address: string, options?: CallOptions): Promise<AccountProof>;
  /** Newest first from `from` (a height, or `nextFrom` of the page before; default: the head) down. */
  records(
    query?: { readonly from?: string | number; readonly limit?: number },
    options?: CallOptions,
  ): Promise<RecordPage>;
  /** The exact bytes of a record. */
  record(id: string, options?: CallOptions): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string }>;
  mempool(query?: PageQuery, options?: CallOptions): Promise<Mempool>;
  peers(options?: CallOptions): Promise<Peers>;
  /** Prometheus text. */
  metrics(options?: CallOptions): Promise<string>;
  mine(request: MineRequest, options?: CallOptions): Promise<MineResult>;
  /** Work for a miner outside the node, whose block credits `address`. @param options `block`: the block itself too */
  miningTemplate(address: string, options?: CallOptions & { readonly block?: boolean }): Promise<MiningTemplate>;
  submitMined(block: MinedBlock, options?: CallOptions): Promise<MinedBlockResult>;
  shutdown(options?: CallOptions): Promise<ShutdownResult>;
  /** Follows a branch that forks deeper than the node undoes by itself. */
  acceptBranch(id: string, options?: CallOptions): Promise<AcceptResult>;
  /** Chain events; comes back by itself with the last cursor. */
  events(options?: FollowOptions): AsyncGenerator<ChainEvent, void, void>;
  /** Mempool and peer news; what happens while disconnected is not repeated. */
  liveEvents(options?: Omit<FollowOptions, "cursor">): AsyncGenerator<LiveEvent, void, void>;
  readonly devnet: DevnetCalls;
  readonly stake: StakeCalls;
  readonly pool: PoolCalls;
}

export function createClient(options: ClientOptions): Client {
  const exchange = createExchange(options);
  const clock = options.clock ?? systemClock();
  const get = <T>(path: string, call?: CallOptions, query?: Readonly<Record<string, string | number | undefined>>) =>
    exchange.json<T>({ method: "GET", path, ...(query && { query }) }, call);
  const post = <T>(path: string, json: unknown, call?: CallOptions) =>
    exchange.json<T>({ method: "POST", path, json }, call);
  const segment = encodeURIComponent;

  return {
    baseUrl: options.baseUrl,
    status: (call) => get("/v1/status", call),
    health: (call) => exchange.json({ method: "GET", path: "/health", alsoGood: 503 }, call),
    chain: (call) => get("/v1/chain", call),
    block: (id, call) => get(`/v1/blocks/${segment(id)}`, call),
    blocks: (query, call) => get("/v1/blocks", call, { ...query }),
    blockTransactions: (id, query, call) => get(`/v1/blocks/${segment(id)}/transactions`, call, { ...query }),
    transaction: (id, call) => get(`/v1/transactions/${segment(id)}`, call),
    submit: (transactions, call) => post("/v1/transactions", transactions, call),
    submitBytes: (bytes, call) => exchange.json({ method: "POST", path: "/v1/transactions", bytes }, call),
    account: (address, call) => get(`/v1/accounts/${segment(address)}`, call),
    accountTransactions: (address, query, call) =>
      get(`/v1/accounts/${segment(address)}/transactions`, call, { ...query }),
    accountProof: (address, call) => get(`/v1/proofs/accounts/${segment(address)}`, call),
    records: (query, call) => get("/v1/records", call, { ...query }),
    record: (id, call) => exchange.bytes({ method: "GET", path: `/v1/records/${segment(id)}` }, call),
    mempool: (query, call) => get("/v1/mempool", call, { ...query }),
    peers: (call) => get("/v1/peers", call),
    metrics: async (call) =>
      new TextDecoder().decode((await exchange.bytes({ method: "GET", path: "/metrics" }, call)).bytes),
    mine: (request, call) => post("/v1/admin/mine", request, { timeoutMs: 120_000, ...call }),
    miningTemplate: (address, { block, ...call } = {}) =>
      post("/v1/mining/templates", block === undefined ? { address } : { address, block }, call),
    submitMined: (block, call) => post("/v1/mining/blocks", block, call),
    acceptBranch: (id, call) => post("/v1/admin/accept", { id }, { timeoutMs: 120_000, ...call }),
    shutdown: (call) => post("/v1/admin/shutdown", {}, call),
    events: (follow = {}) => followEvents<ChainEvent>(exchange, clock, "/v1/events", follow),
    liveEvents: (follow = {}) => followEvents<LiveEvent>(exchange, clock, "/v1/events/live", follow),
    devnet: createDevnetCalls(exchange),
    stake: createStakeCalls(exchange),
    pool: createPoolCalls(exchange),
  };
}
