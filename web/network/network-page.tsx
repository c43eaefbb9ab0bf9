import { lazy, Suspense } from "react";
import { useAudit, useDevnetNodes, usePeers } from "../client/index.ts";
import {
  Badge,
  Card,
  DataTable,
  ErrorState,
  Hash,
  PageHeading,
  plural,
  Skeleton,
  SkeletonRows,
  Tabs,
  TimeAgo,
} from "../ui/index.ts";
import { AuditTable } from "./audit-table.tsx";
import { ConsoleOrders } from "./console-orders.tsx";
import { type Tip, tipsOf } from "./graph-model.ts";
import { PeersTable } from "./peers-table.tsx";
import { describeNetwork, useNetwork } from "./use-network.ts";

const NetworkGraph = lazy(() => import("./network-graph.tsx").then((module) => ({ default: module.NetworkGraph })));

export function NetworkPage() {
  const { graph, error, retry } = useNetwork();
  const devnet = useDevnetNodes();
  const tips = graph === null ? [] : tipsOf(graph.nodes);
  return (
    <>
      <title>Network · Agon</title>
      <PageHeading
        title="Network"
        crumbs={[{ label: "Overview", to: "/" }, { label: "Network" }]}
        badge={graph === null ? null : <Badge icon="network">{plural(graph.nodes.length, "node")}</Badge>}
      />
      {error === null ? (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
          <Card title="Connections" flush className="h-80">
            {graph === null ? (
              <Skeleton className="m-4 h-56" />
            ) : (
              <Suspense fallback={<Skeleton className="m-4 h-56" />}>
                <NetworkGraph graph={graph} label={describeNetwork(graph, tips.length, tips[0]?.height)} />
              </Suspense>
            )}
          </Card>
          <Card title="Heads" flush>
            {graph === null ? <SkeletonRows rows={3} /> : <Heads tips={tips} />}
          </Card>
        </div>
      ) : (
        <Card>
          <ErrorState message={error.message} retry={retry} />
        </Card>
      )}
      {devnet.data ? <ConsoleOrders nodes={devnet.data} /> : null}
      <NetworkTabs isConsole={Boolean(devnet.data)} />
    </>
  );
}

/** Which tips there are and who has them: more than one for long is a fork. */
function Heads({ tips }: { readonly tips: readonly Tip[] }) {
  return (
    <ul className="divide-y divide-line">
      {tips.map((tip) => (
        <li key={tip.hash} className="flex flex-col gap-0.5 px-4 py-3">
          <span className="flex items-center justify-between gap-2">
            <span className="font-semibold text-lg tabular-nums">{tip.height}</span>
            <Hash value={tip.hash} to={`/blocks/${tip.hash}`} copy />
          </span>
          <span className="text-ink-soft text-sm">{tip.names.join(", ")}</span>
        </li>
      ))}
    </ul>
  );
}

function NetworkTabs({ isConsole }: { readonly isConsole: boolean }) {
  const peers = usePeers();
  const audit = useAudit(isConsole);
  const peerTab =
    peers.data === undefined ? (
      peers.isError ? (
        <ErrorState message={peers.error.message} retry={() => void peers.refetch()} />
      ) : (
        <SkeletonRows rows={3} />
      )
    ) : (
      <PeersTable peers={peers.data.peers} />
    );
  const bans = peers.data?.bans ?? [];
  const banTab =
    bans.length === 0 ? (
      <p className="p-4 text-ink-soft text-sm">
        Nobody is banned. {plural(peers.data?.known ?? 0, "address", "addresses")} known.
      </p>
    ) : (
      <DataTable
        label="Bans"
        rows={bans}
        rowKey={(ban) => ban.peerId}
        columns={[
          { key: "peer", header: "Peer", names: true, render: (ban) => <Hash value={ban.peerId} copy /> },
          { key: "reason", header: "Reason", render: (ban) => ban.reason },
          { key: "until", header: "Until", render: (ban) => <TimeAgo timeMs={ban.untilMs} /> },
        ]}
      />
    );
  return (
    <Card flush>
      <Tabs
        label="About the network"
        tabs={[
          { key: "peers", label: isConsole ? "Peers of the node shown" : "Peers", content: peerTab },
          { key: "bans", label: "Bans", content: banTab },
          ...(isConsole
            ? [
                {
                  key: "audit",
                  label: "Orders given",
                  content: audit.data ? <AuditTable entries={audit.data} /> : <SkeletonRows rows={3} />,
                },
              ]
            : []),
        ]}
      />
    </Card>
  );
}
