import type { Peer } from "#api/contract";
import { Badge, type Column, DataTable, EmptyState, formatCount, Hash, TimeAgo } from "../ui/index.ts";

const COLUMNS: readonly Column<Peer>[] = [
  {
    key: "peer",
    header: "Peer",
    names: true,
    render: (peer) => <Hash value={peer.peerId} keep={6} copy what="peer id" />,
  },
  {
    key: "height",
    header: "Height",
    align: "right",
    render: (peer) => <span className="tabular">{peer.head === null ? "–" : formatCount(peer.head.height)}</span>,
  },
  {
    key: "direction",
    header: "Direction",
    render: (peer) => <Badge icon={peer.direction === "inbound" ? "arrowDown" : "arrowUp"}>{peer.direction}</Badge>,
  },
  {
    key: "latency",
    header: "Latency",
    align: "right",
    render: (peer) => (
      <span className="tabular">
        {peer.latencyMs === null ? "–" : `${peer.latencyMs.toFixed(peer.latencyMs < 10 ? 1 : 0)} ms`}
      </span>
    ),
  },
  {
    key: "score",
    header: "Score",
    align: "right",
    from: "lg",
    render: (peer) => <span className="tabular">{peer.score}</span>,
  },
  { key: "agent", header: "Agent", from: "md", render: (peer) => <span className="text-ink-soft">{peer.agent}</span> },
  {
    key: "address",
    header: "Address",
    from: "lg",
    render: (peer) => <span className="tabular text-ink-soft">{peer.address.replace(/\/p2p\/.*$/, "")}</span>,
  },
  { key: "since", header: "Connected", from: "sm", render: (peer) => <TimeAgo timeMs={peer.connectedMs} /> },
];

/** Whom the node is connected to. */
export function PeersTable({ peers, dense }: { readonly peers: readonly Peer[]; readonly dense?: boolean }) {
  if (peers.length === 0)
    return (
      <EmptyState icon="network" title="No peers yet" command="agon node --p2p-bootstrap /ip4/127.0.0.1/tcp/8731">
        The node looks for others by itself; give it an address to begin with.
      </EmptyState>
    );
  return (
    <DataTable label="Peers" columns={COLUMNS} rows={peers} rowKey={(peer) => peer.peerId} dense={dense ?? false} />
  );
}
