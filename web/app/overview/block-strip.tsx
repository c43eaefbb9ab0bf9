import { Link } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { BlockSummary, Status } from "#api/contract";
import { useRecentBlocks, useStatus } from "../../client/index.ts";
import { cx, ErrorState, formatBytes, formatCount, Identicon, plural, Skeleton, TimeAgo } from "../../ui/index.ts";

const TILE_PX = 116;
const GAP_PX = 14;
/** A tile looks full at this share of the limit, since real blocks are far from it. */
const FULL_SHARE = 0.05;

/** The end of the chain from left to right, and the block that is being filled. */
export function BlockStrip() {
  const strip = useRef<HTMLOListElement>(null);
  const room = useTileRoom(strip);
  const blocks = useRecentBlocks();
  const { data: status } = useStatus();
  if (blocks.isError && blocks.data === undefined)
    return <ErrorState message={blocks.error.message} retry={() => void blocks.refetch()} />;
  const shown = (blocks.data ?? []).slice(0, Math.max(1, room - 1)).toReversed();
  const limit = (status?.chain.maxBlockBytes ?? 0) * FULL_SHARE;
  return (
    <section aria-label="Latest blocks">
      <ol ref={strip} className="flex justify-end gap-3.5 overflow-hidden p-1">
        {blocks.data === undefined
          ? Array.from({ length: Math.max(1, room - 1) }, (_, i) => `tile-${i}`).map((key) => (
              <li key={key} className="w-29 shrink-0">
                <Skeleton className="h-29 rounded-card" />
              </li>
            ))
          : shown.map((block, i) => (
              <li key={block.hash} className={cx("w-29 shrink-0", i === shown.length - 1 && "animate-arrive")}>
                <BlockTile block={block} limitBytes={limit} newest={i === shown.length - 1} />
              </li>
            ))}
        <li className="w-29 shrink-0">
          <NextTile status={status} limitBytes={limit} />
        </li>
      </ol>
    </section>
  );
}

function useTileRoom(strip: RefObject<HTMLElement | null>): number {
  const [room, setRoom] = useState(8);
  useEffect(() => {
    const element = strip.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined)
        setRoom(Math.max(2, Math.floor((entry.contentRect.width + GAP_PX) / (TILE_PX + GAP_PX))));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [strip]);
  return room;
}

const TILE =
  "relative flex h-29 flex-col justify-between overflow-hidden rounded-card border bg-card p-2.5 text-xs shadow-card -outline-offset-2";

function BlockTile({
  block,
  limitBytes,
  newest,
}: {
  readonly block: BlockSummary;
  readonly limitBytes: number;
  readonly newest: boolean;
}) {
  return (
    <Link
      to={`/blocks/${block.hash}`}
      data-tile={block.height}
      className={cx(TILE, "transition-colors hover:border-ink-faint", newest ? "border-accent" : "border-line")}
    >
      <Fill share={limitBytes === 0 ? 0 : block.sizeBytes / limitBytes} />
      <span className="relative font-semibold text-lg tabular-nums">{formatCount(block.height)}</span>
      <span className="relative flex flex-col">
        <span className="text-ink">{plural(block.transactionCount, "transaction", "transact.")}</span>
        <span className="text-ink-soft">{formatBytes(block.sizeBytes)}</span>
      </span>
      <span className="relative flex items-center justify-between gap-1">
        <TimeAgo timeMs={block.timeMs} plain />
        <Identicon value={block.proposer} size={14} />
      </span>
    </Link>
  );
}

/** The block that will come next, as far as the mempool tells. */
function NextTile({ status, limitBytes }: { readonly status: Status | undefined; readonly limitBytes: number }) {
  const pool = status?.mempool;
  return (
    <Link to="/mempool" className={cx(TILE, "border-line-strong border-dashed shadow-none hover:border-ink-faint")}>
      <Fill share={pool === undefined || limitBytes === 0 ? 0 : pool.bytes / limitBytes} />
      <span className="relative font-semibold text-ink-soft text-lg">Next</span>
      <span className="relative flex flex-col">
        <span className="text-ink">{plural(pool?.count ?? 0, "pending")}</span>
        <span className="text-ink-soft">{formatBytes(pool?.bytes ?? 0)}</span>
      </span>
      <span className="relative flex items-center gap-1.5 text-ink-soft">
        <span className="size-1.5 animate-breathe rounded-full bg-accent-fill" />
        being filled
      </span>
    </Link>
  );
}

function Fill({ share }: { readonly share: number }) {
  const percent = Math.min(100, Math.max(share > 0 ? 4 : 0, share * 100));
  return (
    <span
      aria-hidden="true"
      className="absolute inset-x-0 bottom-0 bg-accent-soft transition-[height]"
      style={{ height: `${percent}%` }}
    />
  );
}
