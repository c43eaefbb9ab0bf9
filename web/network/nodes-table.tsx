import type { ReactNode } from "react";
import type { DevnetNode, DevnetNodeState } from "#api/contract";
import { Badge, type Column, DataTable, formatCount, Hash, type IconName, type Tone } from "../ui/index.ts";

const STATE: Record<DevnetNodeState, readonly [Tone, IconName]> = {
  starting: ["info", "clock"],
  running: ["good", "check"],
  stopping: ["warn", "clock"],
  stopped: ["neutral", "stop"],
  crashed: ["bad", "alert"],
};

function NodeState({ state, note }: DevnetNode) {
  const [tone, icon] = STATE[state];
  return (
    <Badge tone={tone} icon={icon} {...(note === undefined ? {} : { title: note })}>
      {state}
    </Badge>
  );
}

const COLUMNS: readonly Column<DevnetNode>[] = [
  { key: "name", header: "Node", names: true, render: (node) => <span className="font-medium">{node.name}</span> },
  { key: "state", header: "State", render: (node) => <NodeState {...node} /> },
  {
    key: "height",
    header: "Height",
    align: "right",
    render: (node) => <span className="tabular">{node.head === null ? "–" : formatCount(node.head.height)}</span>,
  },
  {
    key: "head",
    header: "Head",
    render: (node) =>
      node.head === null ? (
        <span className="text-ink-faint">none</span>
      ) : (
        <Hash value={node.head.hash} to={`/blocks/${node.head.hash}`} keep={5} />
      ),
  },
  {
    key: "peers",
    header: "Peers",
    align: "right",
    render: (node) => <span className="tabular">{formatCount(node.peers)}</span>,
  },
  {
    key: "pid",
    header: "Process",
    align: "right",
    from: "sm",
    render: (node) => <span className="text-ink-soft tabular">{node.pid ?? "–"}</span>,
  },
  {
    key: "api",
    header: "API",
    from: "sm",
    render: (node) => (
      <a
        href={`${node.api}/v1/status`}
        rel="noreferrer"
        className="tabular underline decoration-line-strong underline-offset-3 hover:decoration-current"
      >
        {node.api.replace(/^https?:\/\//, "")}
      </a>
    ),
  },
];

/** Every node of the devnet with its head, as its own API says. */
export function NodesTable({
  nodes,
  actions,
  dense,
}: {
  readonly nodes: readonly DevnetNode[];
  readonly actions?: (node: DevnetNode) => ReactNode;
  readonly dense?: boolean;
}) {
  const columns =
    actions === undefined
      ? COLUMNS
      : [...COLUMNS, { key: "actions", header: "Orders", align: "right" as const, render: actions }];
  return <DataTable label="Nodes" columns={columns} rows={nodes} rowKey={(node) => node.name} dense={dense ?? false} />;
}
