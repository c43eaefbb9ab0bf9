import { lazy, Suspense } from "react";
import { useDevnetNodes, usePeers } from "../client/index.ts";
import { Badge, Card, ErrorState, formatCount, Skeleton, SkeletonRows } from "../ui/index.ts";
import { tipsOf } from "./graph-model.ts";
import { NodesTable } from "./nodes-table.tsx";
import { PeersTable } from "./peers-table.tsx";
import { describeNetwork, useNetwork } from "./use-network.ts";

const NetworkGraph = lazy(() => import("./network-graph.tsx").then((module) => ({ default: module.NetworkGraph })));

/** The network as a picture and as a table that says the same. */
export function NetworkCard({ className }: { readonly className?: string }) {
  const { graph, error, retry } = useNetwork();
  const devnet = useDevnetNodes();
  const peers = usePeers();
  const tips = graph === null ? [] : tipsOf(graph.nodes);
  return (
    <Card
      title="Network"
      flush
      className={className ?? ""}
      action={
        graph === null || graph.nodes.length < 2 ? null : (
          <Agreement tips={tips} down={graph.nodes.filter((node) => !node.alive).length} />
        )
      }
    >
      {error === null ? (
        <div className="flex h-full flex-col">
          <div className="h-52 min-h-52 flex-1 border-line border-b lg:h-auto lg:min-h-36">
            {graph === null ? (
              <Skeleton className="m-4 h-44" />
            ) : (
              <Suspense fallback={<Skeleton className="m-4 h-44" />}>
                <NetworkGraph graph={graph} label={describeNetwork(graph, tips.length, tips[0]?.height)} />
              </Suspense>
            )}
          </div>
          <div className="min-h-0 shrink overflow-y-auto lg:max-h-[60%]">
            {devnet.data ? (
              <NodesTable nodes={devnet.data} dense />
            ) : peers.data === undefined ? (
              <SkeletonRows rows={3} />
            ) : (
              <PeersTable peers={peers.data.peers} dense />
            )}
          </div>
        </div>
      ) : (
        <ErrorState message={error.message} retry={retry} />
      )}
    </Card>
  );
}

/** Whether the nodes agree, in words; a step apart is the ordinary travel of a block. */
function Agreement({ tips, down }: { readonly tips: ReturnType<typeof tipsOf>; readonly down: number }) {
  const top = tips[0];
  if (top === undefined) return <Badge icon="alert">no head known</Badge>;
  if (tips.length === 1 && down > 0)
    return (
      <Badge tone="warn" icon="alert">
        {formatCount(down)} down, the others at {formatCount(top.height)}
      </Badge>
    );
  if (tips.length === 1)
    return (
      <Badge tone="good" icon="check">
        all at {formatCount(top.height)}
      </Badge>
    );
  if (tips.filter((tip) => tip.height === top.height).length > 1)
    return (
      <Badge tone="warn" icon="fork">
        forked at {formatCount(top.height)}
      </Badge>
    );
  return (
    <Badge tone="info" icon="clock">
      {formatCount(tips.at(-1)?.height ?? 0)} to {formatCount(top.height)}
    </Badge>
  );
}
