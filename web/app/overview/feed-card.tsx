import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { BlockSummary } from "#api/contract";
import { type FeedItem, useFeed, useIsPoolServer, useNames, useRecentBlocks } from "../../client/index.ts";
import {
  Card,
  EmptyState,
  formatCount,
  Hash,
  Icon,
  type IconName,
  NewItemsBar,
  plural,
  SkeletonRows,
  shorten,
  TimeAgo,
  useHeld,
} from "../../ui/index.ts";

const ICON: Record<FeedItem["kind"], IconName> = {
  block: "blocks",
  reorganised: "fork",
  transactions: "arrowRight",
  dropped: "cross",
  "peer-connected": "network",
  "peer-left": "network",
  reset: "alert",
};
/** Blocks from before the page was opened, so that it does not begin empty. */
const EARLIER = 30;

const keyOf = (item: FeedItem): string => (item.kind === "block" ? item.block.hash : `news-${item.id}`);

/** What just happened, in sentences. */
export function FeedCard({ className }: { readonly className?: string }) {
  const blocks = useRecentBlocks();
  const names = useNames();
  // A pool's server takes no orders for its node.
  const order = useIsPoolServer() ? {} : { command: "agon mine 1" };
  const { shown, waiting, show, handlers } = useHeld(withEarlier(useFeed(), blocks.data ?? []), keyOf);
  return (
    <Card title="What just happened" flush className={className ?? ""}>
      <div className="h-full overflow-y-auto max-lg:max-h-96" {...handlers}>
        <NewItemsBar count={waiting} what="event" show={show} />
        {blocks.isPending ? <SkeletonRows rows={7} /> : null}
        {blocks.data !== undefined && shown.length === 0 ? (
          <EmptyState icon="clock" title="Nothing yet" {...order}>
            Blocks and transactions show up here as they happen.
          </EmptyState>
        ) : null}
        <ol aria-label="Events">
          {shown.map((item) => (
            <li
              key={keyOf(item)}
              className="flex items-start gap-2.5 border-line border-b px-4 py-2 text-sm last:border-0"
            >
              <span className="mt-0.5 text-ink-faint">
                <Icon name={ICON[item.kind]} size={15} />
              </span>
              <span className="min-w-0 flex-1">{sentence(item, names)}</span>
              <span className="text-xs">
                <TimeAgo timeMs={item.atMs} plain />
              </span>
            </li>
          ))}
        </ol>
      </div>
    </Card>
  );
}

function withEarlier(feed: readonly FeedItem[], recent: readonly BlockSummary[]): readonly FeedItem[] {
  const told = new Set(feed.flatMap((item) => (item.kind === "block" ? [item.block.hash] : [])));
  const earlier = recent
    .filter((block) => !told.has(block.hash))
    .slice(0, EARLIER)
    .map((block) => ({ kind: "block" as const, id: -block.height, atMs: block.timeMs, block }));
  return [...feed, ...earlier];
}

function sentence(item: FeedItem, names: ReadonlyMap<string, string>): ReactNode {
  switch (item.kind) {
    case "block": {
      const { block } = item;
      return (
        <>
          Block <TextLink to={`/blocks/${block.hash}`}>{formatCount(block.height)}</TextLink>{" "}
          {block.height === 0 ? (
            "began the chain"
          ) : (
            <>
              with {block.transactionCount === 0 ? "no transactions" : plural(block.transactionCount, "transaction")} by{" "}
              <TextLink to={`/accounts/${block.proposer}`}>
                {names.get(block.proposer) ?? shorten(block.proposer, 6)}
              </TextLink>
            </>
          )}
        </>
      );
    }
    case "reorganised":
      return `The chain was reorganised: ${plural(item.blocks, "block")} below ${formatCount(item.height)} gave way to a heavier branch`;
    case "transactions":
      return (
        <>
          {item.count === 1 ? (
            <TextLink to={`/transactions/${item.lastId}`}>A transaction</TextLink>
          ) : (
            plural(item.count, "transaction")
          )}{" "}
          entered the <TextLink to="/mempool">mempool</TextLink>
        </>
      );
    case "dropped":
      return (
        <>
          Transaction <Hash value={item.transaction} to={`/transactions/${item.transaction}`} keep={5} /> left the
          mempool: {item.reason}
        </>
      );
    case "peer-connected":
      return (
        <>
          Peer <span className="tabular">{shorten(item.peerId, 6)}</span> connected
        </>
      );
    case "peer-left":
      return (
        <>
          Peer <span className="tabular">{shorten(item.peerId, 6)}</span> left
        </>
      );
    case "reset":
      return `The node began anew: ${item.message}`;
  }
}

function TextLink({ to, children }: { readonly to: string; readonly children: ReactNode }) {
  return (
    <Link
      to={to}
      className="whitespace-nowrap font-medium tabular-nums underline decoration-line-strong underline-offset-3 hover:decoration-current"
    >
      {children}
    </Link>
  );
}
