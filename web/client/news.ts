/** The event streams write into the query cache, a batch at a time: 100 transactions a second make a few renders. */
import type { QueryClient } from "@tanstack/react-query";
import type { BlockSummary, ChainEvent, Client, LiveEvent, Mempool, Status, Transaction } from "#api/contract";
import { formatCursor } from "#api/contract";
import { keys } from "./keys.ts";
import {
  applyChainEvents,
  deepestRevert,
  extendFeed,
  extendTrend,
  type FeedItem,
  type FeedNews,
  type LiveConnection,
  lastMempool,
  NO_TRENDS,
  newsOfChain,
  newsOfLive,
  type Trends,
} from "./live-state.ts";

const BATCH_MS = 200;
/** What a block may have changed is asked for at most this often. */
const REFRESH_MS = 1_000;
const MEMPOOL_SHOWN = 100;

/** Follows both streams until the signal aborts. */
export async function followNews(client: Client, cache: QueryClient, signal: AbortSignal): Promise<void> {
  const status = await firstStatus(client, cache, signal);
  if (status === null) return;
  const onConnection = (state: "open" | "lost"): void => {
    const before = cache.getQueryData<LiveConnection>(keys.connection);
    // Every failed attempt is heard of; the page is stale since the first.
    if (state === "open" || before?.state !== "lost")
      cache.setQueryData<LiveConnection>(keys.connection, { state, sinceMs: Date.now() });
    if (state === "open" && before?.state === "lost") void cache.invalidateQueries();
  };
  const chain = batch<ChainEvent>(signal, (events) => takeChainEvents(cache, events));
  const live = batch<LiveEvent>(signal, (events) => takeLiveEvents(cache, events));
  await Promise.allSettled([
    drain(client.events({ signal, cursor: formatCursor(status.head), onConnection }), chain),
    drain(client.liveEvents({ signal }), live),
  ]);
}

/** Asks until a node answers: the page may be older than the node. */
async function firstStatus(client: Client, cache: QueryClient, signal: AbortSignal): Promise<Status | null> {
  for (;;) {
    try {
      return await cache.fetchQuery({ queryKey: keys.status, queryFn: () => client.status(), retry: false });
    } catch {
      if (signal.aborted) return null;
      cache.setQueryData<LiveConnection>(keys.connection, (before) => before ?? { state: "lost", sinceMs: Date.now() });
      await new Promise((resolve) => setTimeout(resolve, 2 * REFRESH_MS));
      if (signal.aborted) return null;
    }
  }
}

async function drain<T>(events: AsyncGenerator<T, void, void>, take: (event: T) => void): Promise<void> {
  for await (const event of events) take(event);
}

/** Hands on what came within `BATCH_MS` together. */
function batch<T>(signal: AbortSignal, take: (items: readonly T[]) => void): (item: T) => void {
  let waiting: T[] = [];
  return (item) => {
    waiting.push(item);
    if (waiting.length > 1) return;
    setTimeout(() => {
      const items = waiting;
      waiting = [];
      if (!signal.aborted) take(items);
    }, BATCH_MS);
  };
}

function takeChainEvents(cache: QueryClient, events: readonly ChainEvent[]): void {
  const recent = cache.getQueryData<readonly BlockSummary[]>(keys.recentBlocks);
  const blocks = recent === undefined ? null : applyChainEvents(recent, events);
  if (blocks === null) void cache.invalidateQueries({ queryKey: keys.recentBlocks });
  else cache.setQueryData(keys.recentBlocks, blocks);
  const head = blocks?.[0];
  if (head !== undefined)
    cache.setQueryData<Status>(keys.status, (status) =>
      status === undefined
        ? status
        : { ...status, head: { ...status.head, height: head.height, hash: head.hash, timeMs: head.timeMs } },
    );
  const depth = deepestRevert(events);
  if (depth > 0) changeTrends(cache, (trends) => ({ ...trends, deepestReorg: Math.max(trends.deepestReorg, depth) }));
  addToFeed(cache, newsOfChain(events));
  refreshSoon(cache);
}

function takeLiveEvents(cache: QueryClient, events: readonly LiveEvent[]): void {
  const summary = lastMempool(events);
  if (summary !== undefined)
    cache.setQueryData<Status>(keys.status, (status) => status && { ...status, mempool: summary });
  const added = events.flatMap((event) => (event.type === "transaction-added" ? [event.transaction] : []));
  const dropped = new Set(events.flatMap((event) => (event.type === "transaction-dropped" ? [event.id] : [])));
  if (added.length > 0 || dropped.size > 0 || summary !== undefined)
    cache.setQueryData<Mempool>(keys.mempool, (pool) => pool && { ...withChanges(pool, added, dropped), ...summary });
  if (events.some((event) => event.type.startsWith("peer-"))) {
    void cache.invalidateQueries({ queryKey: keys.peers });
    void cache.invalidateQueries({ queryKey: keys.status });
  }
  addToFeed(cache, newsOfLive(events));
}

/** Newly arrived ones stand at the end until the order of the next answer is known. */
function withChanges(pool: Mempool, added: readonly Transaction[], dropped: ReadonlySet<string>): Mempool {
  const known = new Set(pool.transactions.items.map((transaction) => transaction.id));
  const items = [...pool.transactions.items, ...added.filter((transaction) => !known.has(transaction.id))]
    .filter((transaction) => !dropped.has(transaction.id))
    .slice(0, MEMPOOL_SHOWN);
  return { ...pool, transactions: { ...pool.transactions, items } };
}

/** When each cache is due again. */
const refreshedMs = new WeakMap<QueryClient, number>();

/** What stands on the page and may have changed with a block: heads, confirmations, balances, the pool. */
function refreshSoon(cache: QueryClient): void {
  const now = Date.now();
  const dueMs = Math.max(now, (refreshedMs.get(cache) ?? 0) + REFRESH_MS);
  if ((refreshedMs.get(cache) ?? 0) > now) return;
  refreshedMs.set(cache, dueMs);
  setTimeout(() => {
    for (const key of ["mempool", "transaction", "account", "block", "stake"])
      void cache.invalidateQueries({ queryKey: [key] });
    if (cache.getQueryData(keys.devnetNodes)) void cache.invalidateQueries({ queryKey: keys.devnetNodes });
    void cache.invalidateQueries({ queryKey: keys.status }).then(() => sampleTrends(cache));
  }, dueMs - now);
}

function addToFeed(cache: QueryClient, news: readonly FeedNews[]): void {
  if (news.length === 0) return;
  const atMs = Date.now();
  cache.setQueryData<readonly FeedItem[]>(keys.feed, (feed = []) => extendFeed(feed, news, atMs));
}

/** One more point for each sparkline that is not made of blocks. */
function sampleTrends(cache: QueryClient): void {
  const status = cache.getQueryData<Status>(keys.status);
  if (status === undefined) return;
  changeTrends(cache, (trends) => ({
    ...trends,
    mempool: extendTrend(trends.mempool, status.mempool.count),
    peers: extendTrend(trends.peers, status.peers),
  }));
}

function changeTrends(cache: QueryClient, change: (trends: Trends) => Trends): void {
  cache.setQueryData<Trends>(keys.trends, (trends = NO_TRENDS) => change(trends));
}
