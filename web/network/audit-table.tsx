import type { AuditEntry } from "#api/contract";
import { Badge, type Column, DataTable, EmptyState, TimeAgo } from "../ui/index.ts";

const COLUMNS: readonly Column<AuditEntry>[] = [
  { key: "at", header: "When", render: (entry) => <TimeAgo timeMs={entry.atMs} /> },
  {
    key: "action",
    header: "Order",
    names: true,
    render: (entry) => <span className="font-medium">{entry.action}</span>,
  },
  { key: "node", header: "Node", render: (entry) => entry.node ?? "–" },
  {
    key: "ok",
    header: "Result",
    render: (entry) =>
      entry.ok ? (
        <Badge tone="good" icon="check">
          done
        </Badge>
      ) : (
        <Badge tone="bad" icon="alert">
          refused
        </Badge>
      ),
  },
  { key: "from", header: "From", from: "md", render: (entry) => <span className="tabular">{entry.from}</span> },
  {
    key: "message",
    header: "Message",
    from: "sm",
    render: (entry) => <span className="text-ink-soft">{entry.message}</span>,
  },
];

/** Who ordered what. */
export function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  if (entries.length === 0)
    return (
      <EmptyState icon="record" title="No orders yet">
        Every order to a node is written down here, the refused ones too.
      </EmptyState>
    );
  return (
    <DataTable
      label="Orders"
      columns={COLUMNS}
      rows={entries}
      rowKey={(entry) => `${entry.atMs}-${entry.action}-${entry.node}`}
      dense
    />
  );
}
