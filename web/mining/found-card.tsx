import { Link } from "@tanstack/react-router";
import { Amount, Badge, Card, type Column, DataTable, EmptyState, formatCount, Hash, TimeAgo } from "../ui/index.ts";
import type { FoundBlock } from "./page-miner.ts";

const COLUMNS: readonly Column<FoundBlock>[] = [
  {
    key: "height",
    header: "Height",
    names: true,
    render: ({ height, hash }) => (
      <Link to={`/blocks/${hash}`} className="font-medium tabular underline-offset-3 hover:underline">
        {formatCount(height)}
      </Link>
    ),
  },
  { key: "hash", header: "Hash", from: "sm", render: ({ hash }) => <Hash value={hash} to={`/blocks/${hash}`} /> },
  { key: "age", header: "Found", render: ({ timeMs }) => <TimeAgo timeMs={timeMs} plain /> },
  {
    key: "reward",
    header: "Reward, coins",
    align: "right",
    render: ({ reward, counts }) =>
      counts ? <Amount atoms={BigInt(reward)} aligned unit={false} /> : <Badge tone="warn">too late</Badge>,
  },
];

/** Blocks that this page has found, newest first. */
export function FoundCard({ found }: { readonly found: readonly FoundBlock[] }) {
  return (
    <Card title="Found here" flush>
      {found.length === 0 ? (
        <EmptyState icon="blocks" title="No block yet">
          Finding one is a matter of luck: the expected time says how long it takes on average.
        </EmptyState>
      ) : (
        <DataTable label="Blocks found here" columns={COLUMNS} rows={found} rowKey={({ hash }) => hash} dense />
      )}
    </Card>
  );
}
