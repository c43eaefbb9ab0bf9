/** What the page knows from the news alone, kept in the query cache beside what it asked for. */
import type { BlockSummary, ChainEvent, LiveEvent, MempoolSummary } from "#api/contract";

export interface LiveConnection {
  readonly state: "connecting" | "open" | "lost";
  /** When the page was last known to be up to date. */
  readonly sinceMs: number;
}

/** One thing that happened; a page makes a sentence of it. */
export type FeedItem = { readonly id: number; readonly atMs: number } & (
  | { readonly kind: "block"; readonly block: BlockSummary }
  | { readonly kind: "reorganised"; readonly blocks: number; readonly height: number }
  | { readonly kind: "transactions"; readonly count: number; readonly lastId: string }
  | { readonly kind: "dropped"; readonly transaction: string; readonly reason: string }
  | { readonly kind: "peer-connected"; readonly peerId: string }
  | { readonly kind: "peer-left"; readonly peerId: string }
  | { readonly kind: "reset"; readonly message: string }
);

type WithoutStamp<T> = T extends unknown ? Omit<T, "id" | "atMs"> : never;
export type FeedNews = WithoutStamp<FeedItem>;

/** Oldest first; sampled after each block. */
export interface Trends {
  readonly mempool: readonly number[];
  readonly peers: readonly number[];
  /** Blocks taken back by the deepest reorganisation seen since the page was opened. */
  readonly deepestReorg: number;
}

export const NO_TRENDS: Trends = { mempool: [], peers: [], deepestReorg: 0 };

const FEED_LIMIT = 60;
export const RECENT_BLOCKS = 100;
const TREND_LIMIT = 60;

export function extendTrend(trend: readonly number[], value: number): readonly number[] {
  return [...trend, value].slice(-TREND_LIMIT);
}

/**
 * The newest blocks after some events.
 * @param recent newest first
 * @returns null when the events do not follow on what is known, so that it has to be asked for again
 */
export function applyChainEvents(
  recent: readonly BlockSummary[],
  events: readonly ChainEvent[],
): readonly BlockSummary[] | null {
  let blocks = [...recent];
  for (const event of events) {
    if (event.type === "reset") return null;
    const { block } = event;
    if (event.type === "block-reverted") {
      if (blocks[0]?.hash !== block.hash) return null;
      blocks = blocks.slice(1);
    } else if (blocks.some((known) => known.hash === block.hash)) {
    } else {
      if (blocks[0] !== undefined && blocks[0].hash !== block.parent) return null;
      blocks.unshift(block);
    }
  }
  return blocks.slice(0, RECENT_BLOCKS);
}

/** The sentences that some chain events make: a run of reverts is one. */
export function newsOfChain(events: readonly ChainEvent[]): readonly FeedNews[] {
  const news: FeedNews[] = [];
  let reverted = 0;
  for (const event of events) {
    if (event.type === "block-reverted") {
      reverted++;
      continue;
    }
    if (event.type === "reset") {
      news.push({ kind: "reset", message: event.message });
      continue;
    }
    if (reverted > 0) news.push({ kind: "reorganised", blocks: reverted, height: event.block.height });
    reverted = 0;
    news.push({ kind: "block", block: event.block });
  }
  return news;
}

/** Transactions that arrive together are one sentence. */
export function newsOfLive(events: readonly LiveEvent[]): readonly FeedNews[] {
  const news: FeedNews[] = [];
  let arrived = 0;
  let lastId = "";
  for (const event of events) {
    if (event.type === "transaction-added") {
      arrived++;
      lastId = event.transaction.id;
    } else if (event.type === "transaction-dropped")
      news.push({ kind: "dropped", transaction: event.id, reason: event.reason });
    else if (event.type === "peer-connected") news.push({ kind: "peer-connected", peerId: event.peerId });
    else if (event.type === "peer-disconnected") news.push({ kind: "peer-left", peerId: event.peerId });
  }
  if (arrived > 0) news.push({ kind: "transactions", count: arrived, lastId });
  return news;
}

/**
 * The feed with some news on top. Transactions that go on arriving are counted in one sentence.
 * @param feed newest first
 * @param news oldest first
 */
export function extendFeed(feed: readonly FeedItem[], news: readonly FeedNews[], atMs: number): readonly FeedItem[] {
  const items = [...feed];
  let id = feed[0]?.id ?? 0;
  for (const item of news) {
    const top = items[0];
    if (item.kind === "transactions" && top?.kind === "transactions")
      items[0] = { ...top, atMs, count: top.count + item.count, lastId: item.lastId };
    else items.unshift({ ...item, id: ++id, atMs } as FeedItem);
  }
  return items.slice(0, FEED_LIMIT);
}

/** The length of the longest run of reverts. */
export function deepestRevert(events: readonly ChainEvent[]): number {
  let deepest = 0;
  let run = 0;
  for (const event of events) {
    run = event.type === "block-reverted" ? run + 1 : 0;
    deepest = Math.max(deepest, run);
  }
  return deepest;
}

/** The last word of some events about the mempool, if they say one. */
export function lastMempool(events: readonly LiveEvent[]): MempoolSummary | undefined {
  return events.findLast((event) => event.type === "mempool-changed")?.mempool;
}
