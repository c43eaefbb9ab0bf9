/** The network as nodes and connections, from what the console or one node alone knows. */
import type { DevnetNode, Peers, Status } from "#api/contract";

export interface GraphNode {
  readonly id: string;
  readonly name: string;
  /** Null when it does not answer or has not said. */
  readonly head: { readonly height: number; readonly hash: string } | null;
  readonly alive: boolean;
}

export interface NetworkGraph {
  readonly nodes: readonly GraphNode[];
  /** Each connection once. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

/** One tip of the chain and the nodes that have it, the highest first. */
export interface Tip {
  readonly height: number;
  readonly hash: string;
  readonly names: readonly string[];
}

export function graphOfDevnet(nodes: readonly DevnetNode[]): NetworkGraph {
  const running = nodes.filter((node) => node.state === "running");
  const byPeer = new Map(running.flatMap(({ peerId, name }) => (peerId === null ? [] : [[peerId, name] as const])));
  const edges = new Map<string, readonly [string, string]>();
  for (const node of running)
    for (const peer of node.peerIds) {
      const other = byPeer.get(peer);
      if (other === undefined || other === node.name) continue;
      const pair = [node.name, other].toSorted() as [string, string];
      edges.set(pair.join("\n"), pair);
    }
  return {
    nodes: nodes.map(({ name, head, state }) => ({
      id: name,
      name,
      head: state === "running" ? head : null,
      alive: state === "running",
    })),
    edges: [...edges.values()],
  };
}

/**
 * A plain node knows itself and whom it is connected to.
 * @param name what it is called: a pool's server speaks for its node
 */
export function graphOfNode(status: Status, peers: Peers, name = "this node"): NetworkGraph {
  const self = status.node.peerId;
  return {
    nodes: [
      { id: self, name, head: status.head, alive: true },
      ...peers.peers.map(({ peerId, head }) => ({ id: peerId, name: `…${peerId.slice(-6)}`, head, alive: true })),
    ],
    edges: peers.peers.map(({ peerId }) => [self, peerId] as const),
  };
}

export function tipsOf(nodes: readonly GraphNode[]): readonly Tip[] {
  const tips = new Map<string, { height: number; hash: string; names: string[] }>();
  for (const { head, name } of nodes) {
    if (head === null) continue;
    const tip = tips.get(head.hash) ?? { height: head.height, hash: head.hash, names: [] };
    tip.names.push(name);
    tips.set(head.hash, tip);
  }
  return [...tips.values()].toSorted((a, b) => b.height - a.height || b.names.length - a.names.length);
}

/** Pictures are wider than high, and words stand above and below. */
const WIDTH_BY_HEIGHT = 1.8;

/** On an oval, the first at the top; two stand side by side, four at the corners. */
export function placeOnOval(index: number, count: number): { readonly x: number; readonly y: number } {
  if (count === 1) return { x: 0, y: 0 };
  const turn = count === 2 ? Math.PI : count === 4 ? (3 * Math.PI) / 4 : Math.PI / 2;
  const angle = turn - (2 * Math.PI * index) / count;
  return { x: WIDTH_BY_HEIGHT * Math.cos(angle), y: Math.sin(angle) };
}
