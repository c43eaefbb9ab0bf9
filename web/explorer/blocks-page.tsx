import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { BlockSummary } from "#api/contract";
import { PAGE_SIZE, useBlockPage, useIsPoolServer, useNames, useRecentBlocks, useStatus } from "../client/index.ts";
import {
  Badge,
  Button,
  Card,
  EmptyState,
  ErrorState,
  formatCount,
  NewItemsBar,
  PageHeading,
  Skeleton,
  SkeletonRows,
  useHeld,
} from "../ui/index.ts";
import { BlocksTable } from "./blocks-table.tsx";

const BlocksChart = lazy(() => import("./blocks-chart.tsx").then((module) => ({ default: module.BlocksChart })));
const keyOf = (block: BlockSummary): string => block.hash;

/** The chain from its head down; `?from=` starts lower and stands still. */
export function BlocksPage() {
  const { from } = useSearch({ strict: false }) as { readonly from?: unknown };
  const start = typeof from === "number" && Number.isSafeInteger(from) && from >= 0 ? from : null;
  const { data: status } = useStatus();
  return (
    <>
      <title>Blocks · Agon</title>
      <PageHeading
        title="Blocks"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Blocks" }]}
        badge={status === undefined ? null : <Badge icon="blocks">height {formatCount(status.head.height)}</Badge>}
      />
      {start === null ? <Newest /> : <Page from={start} />}
    </>
  );
}

function Newest() {
  const recent = useRecentBlocks();
  const names = useNames();
  const { data: status } = useStatus();
  const order = useIsPoolServer() ? {} : { command: "agon mine 1" };
  const { shown, waiting, show, handlers } = useHeld(recent.data ?? [], keyOf);
  const page = shown.slice(0, PAGE_SIZE);
  const older = (page.at(-1)?.height ?? 0) - 1;
  if (recent.data === undefined)
    return (
      <Card flush>
        {recent.isError ? (
          <ErrorState message={recent.error.message} retry={() => void recent.refetch()} />
        ) : (
          <SkeletonRows rows={12} />
        )}
      </Card>
    );
  return (
    <>
      <Card title="Time between blocks, seconds" className="h-52">
        <Suspense fallback={<Skeleton className="h-36" />}>
          <BlocksChart blocks={recent.data} wantedS={(status?.chain.spacingMs ?? 0) / 1000} />
        </Suspense>
      </Card>
      <Card flush>
        <div {...handlers}>
          <NewItemsBar count={waiting} what="block" show={show} />
          {page.length <= 1 && status?.head.height === 0 ? (
            <EmptyState icon="blocks" title="Only the first block so far" {...order}>
              Blocks appear here as soon as somebody mines.
            </EmptyState>
          ) : null}
          <BlocksTable blocks={page} names={names} arrived={waiting === 0 ? page[0]?.hash : undefined} />
        </div>
      </Card>
      {older < 0 ? null : <Pager newer={null} older={older} />}
    </>
  );
}

function Page({ from }: { readonly from: number }) {
  const page = useBlockPage(from);
  const names = useNames();
  return (
    <>
      <Card flush>
        {page.data !== undefined ? (
          <BlocksTable blocks={page.data.items} names={names} />
        ) : page.isError ? (
          <ErrorState message={page.error.message} retry={() => void page.refetch()} />
        ) : (
          <SkeletonRows rows={12} />
        )}
      </Card>
      <Pager newer={from + PAGE_SIZE} older={page.data?.nextFrom ?? null} />
    </>
  );
}

function Pager({ newer, older }: { readonly newer: number | null; readonly older: number | null }) {
  const navigate = useNavigate();
  const go = (from: number | undefined): void =>
    void navigate({ to: "/blocks", search: from === undefined ? {} : { from } } as Parameters<typeof navigate>[0]);
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-2">
      <span className="flex gap-2">
        {newer === null ? null : (
          <>
            <Button onClick={() => go(undefined)}>Newest</Button>
            <Button icon="arrowLeft" onClick={() => go(newer)}>
              Newer
            </Button>
          </>
        )}
      </span>
      {older === null ? (
        <span className="text-ink-faint text-sm">This is where the chain begins.</span>
      ) : (
        <Button onClick={() => go(older)}>Older</Button>
      )}
    </nav>
  );
}
