import { useMemo } from "react";
import { useDevnetNodes, useIsPoolServer, usePeers, useStatus } from "../client/index.ts";
import { graphOfDevnet, graphOfNode, type NetworkGraph } from "./graph-model.ts";

export interface NetworkView {
  readonly graph: NetworkGraph | null;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** The network as far as it can be seen from here: all of a devnet, or one node and its peers. */
export function useNetwork(): NetworkView {
  const devnet = useDevnetNodes();
  const peers = usePeers();
  const status = useStatus();
  const name = useIsPoolServer() ? "the pool's node" : "this node";
  const graph = useMemo(() => {
    if (devnet.data) return graphOfDevnet(devnet.data);
    if (devnet.data === undefined || peers.data === undefined || status.data === undefined) return null;
    return graphOfNode(status.data, peers.data, name);
  }, [devnet.data, peers.data, status.data, name]);
  const retry = (): void => {
    void devnet.refetch();
    void peers.refetch();
    void status.refetch();
  };
  return { graph, error: graph === null ? (devnet.error ?? status.error ?? peers.error) : null, retry };
}

/** "3 nodes, 3 connections, one tip at height 120". */
export function describeNetwork(graph: NetworkGraph, tips: number, height: number | undefined): string {
  const heads = tips === 0 ? "no head known" : tips === 1 ? `one head at height ${height}` : `${tips} different heads`;
  return `${graph.nodes.length} nodes, ${graph.edges.length} connections, ${heads}`;
}
