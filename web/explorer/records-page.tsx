import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RecordPage, RecordView } from "#api/contract";
import { keys, useClient, useNames } from "../client/index.ts";
import {
  AddressLabel,
  Badge,
  Button,
  Card,
  type Column,
  DataTable,
  EmptyState,
  ErrorState,
  formatBytes,
  formatCount,
  PageHeading,
  SkeletonRows,
  shorten,
  TimeAgo,
} from "../ui/index.ts";

const PAGE = 50;
const PREVIEW_CHARACTERS = 90;

export function RecordsPage() {
  const client = useClient();
  const found = useInfiniteQuery({
    queryKey: keys.records,
    queryFn: ({ pageParam, signal }) =>
      client.records({ limit: PAGE, ...(pageParam === null ? {} : { from: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextFrom }: RecordPage) => nextFrom,
  });
  const records = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <title>Records · Agon</title>
      <PageHeading
        title="Records"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Records" }]}
        actions={
          <Button size="small" busy={found.isRefetching} onClick={() => void found.refetch()}>
            Look again
          </Button>
        }
      />
      <Card flush>
        {found.data === undefined ? (
          found.isError ? (
            <ErrorState message={found.error.message} retry={() => void found.refetch()} />
          ) : (
            <SkeletonRows rows={8} label="Looking for records" />
          )
        ) : records.length === 0 ? (
          <EmptyState icon="record" title="No records found" command="agon record add --file notes.jsonl">
            A record keeps up to 16 KiB on the chain, byte for byte. There is none yet.
          </EmptyState>
        ) : (
          <RecordsTable records={records} />
        )}
      </Card>
      {found.hasNextPage ? (
        <Button className="self-end" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Older records
        </Button>
      ) : null}
    </>
  );
}

function RecordsTable({ records }: { readonly records: readonly RecordView[] }) {
  return <DataTable label="Records" columns={columnsWith(useNames())} rows={records} rowKey={(record) => record.id} />;
}

function columnsWith(names: ReadonlyMap<string, string>): readonly Column<RecordView>[] {
  return [
    {
      key: "id",
      header: "Record",
      names: true,
      render: ({ id }) => (
        <Link to={`/records/${id}`} className="tabular underline-offset-3 hover:underline" title={id}>
          {shorten(id, 5)}
        </Link>
      ),
    },
    {
      key: "kind",
      header: "Kind",
      from: "sm",
      render: ({ payload }) => <Badge icon="record">{payload.mediaType === "json" ? "JSON" : "bytes"}</Badge>,
    },
    {
      key: "preview",
      header: "Begins with",
      render: ({ payload }) => (
        <span className="block max-w-40 overflow-hidden text-ellipsis font-mono text-ink-soft text-xs sm:max-w-72 lg:max-w-96">
          {(payload.text ?? payload.data).slice(0, PREVIEW_CHARACTERS)}
        </span>
      ),
    },
    {
      key: "size",
      header: "Size",
      align: "right",
      from: "sm",
      render: ({ payload }) => <span className="tabular">{formatBytes(payload.dataBytes)}</span>,
    },
    {
      key: "block",
      header: "Block",
      align: "right",
      render: ({ block }) => (block === null ? "–" : <BlockLink block={block} />),
    },
    {
      key: "when",
      header: "When",
      from: "md",
      render: ({ block }) => (block === null ? "–" : <TimeAgo timeMs={block.timeMs} plain />),
    },
    {
      key: "from",
      header: "By",
      from: "lg",
      render: ({ sender }) => <AddressLabel address={sender} name={names.get(sender)} />,
    },
  ];
}

function BlockLink({ block }: { readonly block: NonNullable<RecordView["block"]> }) {
  return (
    <Link to={`/blocks/${block.hash}`} className="tabular underline-offset-3 hover:underline">
      {formatCount(block.height)}
    </Link>
  );
}
