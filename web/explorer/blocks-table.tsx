import { Link } from "@tanstack/react-router";
import type { BlockSummary } from "#api/contract";
import { AddressLabel, Amount, type Column, DataTable, formatBytes, formatCount, Hash, TimeAgo } from "../ui/index.ts";

function columnsWith(names: ReadonlyMap<string, string>): readonly Column<BlockSummary>[] {
  return [
    {
      key: "height",
      header: "Height",
      names: true,
      render: (block) => (
        <Link to={`/blocks/${block.hash}`} className="font-medium tabular underline-offset-3 hover:underline">
          {formatCount(block.height)}
        </Link>
      ),
    },
    {
      key: "hash",
      header: "Hash",
      from: "sm",
      render: (block) => <Hash value={block.hash} to={`/blocks/${block.hash}`} />,
    },
    { key: "age", header: "Age", render: (block) => <TimeAgo timeMs={block.timeMs} plain /> },
    {
      key: "transactions",
      header: "Transactions",
      align: "right",
      render: (block) => <span className="tabular">{formatCount(block.transactionCount)}</span>,
    },
    {
      key: "size",
      header: "Size",
      align: "right",
      from: "md",
      render: (block) => <span className="tabular">{formatBytes(block.sizeBytes)}</span>,
    },
    {
      key: "reward",
      header: "Reward, coins",
      align: "right",
      from: "lg",
      render: (block) => <Amount atoms={BigInt(block.reward)} aligned unit={false} />,
    },
    {
      key: "proposer",
      header: "Producer",
      from: "md",
      render: (block) => <AddressLabel address={block.proposer} name={names.get(block.proposer)} />,
    },
  ];
}

export function BlocksTable({
  blocks,
  names,
  arrived,
}: {
  readonly blocks: readonly BlockSummary[];
  readonly names: ReadonlyMap<string, string>;
  /** Hash of the block that came just now. */
  readonly arrived?: string | undefined;
}) {
  return (
    <DataTable
      label="Blocks"
      columns={columnsWith(names)}
      rows={blocks}
      rowKey={(block) => block.hash}
      fresh={(block) => block.hash === arrived}
    />
  );
}
