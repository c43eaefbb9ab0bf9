import { Link } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { BlockSummary, Status } from "#api/contract";
import { useRecentBlocks, useStatus } from "../../client/index.ts";
import { cx, ErrorState, formatBytes, formatCount, Identicon, Skeleton, TimeAgo } from "../../ui/index.ts";

/** The narrowest that a tile gets; tiles share the width between them. */
const TILE_PX = 104;
const GAP_PX = 12;
/** A tile is full when its block is as large as the largest one shown, but not for less than this. */
const FULL_BYTES = 4_000;

/** The end of the chain from left to right, and the block that is being filled. */
export function BlockStrip() {
  const strip = useRef<HTMLOListElement>(null);
  const room = useTileRoom(strip);
  const blocks = useRecentBlocks();
  const { data: status } = useStatus();
  if (blocks.isError && blocks.data === undefined)
    return <ErrorState message={blocks.error.message} retry={() => void blocks.refetch()} />;
  const shown = (blocks.data ?? []).slice(0, Math.max(1, room - 1)).toReversed();
  const full = Math.max(FULL_BYTES, ...shown.map((block) => block.sizeBytes));
  return (
    <section aria-label="Latest blocks">
      <ol ref={strip} className="grid gap-3" style={{ gridTemplateColumns: `repeat(${room}, minmax(0, 1fr))` }}>
        {blocks.data === undefined
          ? Array.from({ length: Math.max(1, room - 1) }, (_, i) => `tile-${i}`).map((key) => (
              <li key={key}>
                <Skeleton className="h-29 rounded-card" />
              </li>
            ))
          : shown.map((block, i) => (
              <li key={block.hash} className={i === shown.length - 1 ? "animate-arrive" : ""}>
                <BlockTile block={block} fullBytes={full} newest={i === shown.length - 1} />
              </li>
            ))}
        <li>
          <NextTile status={status} fullBytes={full} />
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
  fullBytes,
  newest,
}: {
  readonly block: BlockSummary;
  readonly fullBytes: number;
  readonly newest: boolean;
}) {
  return (
    <Link
      to={`/blocks/${block.hash}`}
      data-tile={block.height}
      className={cx(TILE, "transition-colors hover:border-ink-faint", newest ? "border-accent" : "border-line")}
    >
      <Fill share={block.sizeBytes / fullBytes} />
      <span className="relative font-semibold text-lg tabular-nums">{formatCount(block.height)}</span>
      <span className="relative flex flex-col">
        <span className="text-ink">{`${formatCount(block.transactionCount)} tx`}</span>
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
function NextTile({ status, fullBytes }: { readonly status: Status | undefined; readonly fullBytes: number }) {
  const pool = status?.mempool;
  return (
    <Link to="/mempool" className={cx(TILE, "border-line-strong border-dashed shadow-none hover:border-ink-faint")}>
      <Fill share={pool === undefined ? 0 : pool.bytes / fullBytes} />
      <span className="relative font-semibold text-ink-soft text-lg">Next</span>
      <span className="relative flex flex-col">
        <span className="text-ink">{`${formatCount(pool?.count ?? 0)} pending`}</span>
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
