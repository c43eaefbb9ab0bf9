/**
 * Turns libp2p's connections into one per peer. A connection is announced when the other end has identified itself, or
 * after a moment without that: on the dialer's side it is complete before the other end has decided to keep it.
 */

import type { Connection, IdentifyResult, Libp2p } from "@libp2p/interface";
import { type Cancel, type Clock, every, type Logger } from "#base";
import { createListeners } from "./listeners.ts";
import type { ConnectionInfo, PeerId, Transport } from "./port.ts";

const IDENTIFY_WAIT_MS = 2000;
const GOSSIP_PROTOCOL = "/meshsub/";
const WATCH_PERIOD_MS = 5000;
/** How long a peer may be without our gossip stream: gossipsub does not open a second one by itself. */
const MAX_WITHOUT_GOSSIP_MS = 15_000;
const MAX_AGENT_LENGTH = 64;

interface Known {
  readonly peer: PeerId;
  readonly openedMs: number;
  agent?: string;
  gossips: boolean;
  announced: boolean;
  gossipSeenMs: number;
  readonly waiting: (() => void)[];
}

export interface Libp2pPeers extends Pick<Transport, "connections" | "onConnect" | "onDisconnect"> {
  attach(node: Libp2p): void;
  detach(): void;
  connectionTo(peer: PeerId): Connection | undefined;
  /** Resolves when the peer is announced or gone. */
  announced(peer: PeerId): Promise<void>;
  announce(connection: Connection): void;
}

export function createLibp2pPeers(parts: { readonly clock: Clock; readonly log: Logger }): Libp2pPeers {
  const { clock } = parts;
  const known = new Map<PeerId, Known>();
  const connects = createListeners<[ConnectionInfo]>();
  const disconnects = createListeners<[PeerId]>();
  let node: Libp2p | null = null;
  let stopWatch: Cancel = () => {};

  const openTo = (peer: PeerId): Connection[] =>
    node?.getConnections().filter((c) => c.status === "open" && c.remotePeer.toString() === peer) ?? [];

  const settle = (entry: Known): void => {
    for (const wake of entry.waiting.splice(0)) wake();
  };
  const announce = (entry: Known): void => {
    const [connection] = openTo(entry.peer);
    if (entry.announced || connection === undefined || known.get(entry.peer) !== entry) return;
    entry.announced = true;
    connects.call(describe(entry, connection));
    settle(entry);
  };
  const onOpen = (connection: Connection): Known => {
    const peer = connection.remotePeer.toString();
    const before = known.get(peer);
    if (before !== undefined) return before;
    const nowMs = clock.nowMs();
    const entry = { peer, openedMs: nowMs, gossips: false, announced: false, gossipSeenMs: nowMs, waiting: [] };
    known.set(peer, entry);
    clock.after(IDENTIFY_WAIT_MS, () => announce(entry));
    return entry;
  };
  const onIdentify = (result: IdentifyResult): void => {
    const entry = known.get(result.peerId.toString());
    if (entry === undefined) return;
    if (result.agentVersion !== undefined) entry.agent = printable(result.agentVersion);
    entry.gossips = result.protocols.some((protocol) => protocol.startsWith(GOSSIP_PROTOCOL));
    announce(entry);
  };
  const onClose = (connection: Connection): void => {
    const peer = connection.remotePeer.toString();
    const entry = known.get(peer);
    if (entry === undefined || openTo(peer).some((other) => other.id !== connection.id)) return;
    known.delete(peer);
    settle(entry);
    // What identify learned is not kept for peers that are gone: strangers could fill the store.
    node?.peerStore.delete(connection.remotePeer).catch(() => {});
    if (entry.announced) disconnects.call(peer);
  };

  const watch = (): void => {
    for (const entry of known.values()) {
      const connections = openTo(entry.peer);
      const streams = connections.flatMap((connection) => connection.streams);
      const gossiping = streams.some(
        (s) => s.direction === "outbound" && s.protocol.startsWith(GOSSIP_PROTOCOL) && s.writeStatus === "writable",
      );
      if (gossiping || !entry.gossips) entry.gossipSeenMs = clock.nowMs();
      if (clock.nowMs() - entry.gossipSeenMs < MAX_WITHOUT_GOSSIP_MS) continue;
      parts.log.info("peer without gossip stream left", { peer: entry.peer });
      for (const connection of connections) connection.abort(new Error("the gossip stream is gone"));
    }
  };

  return {
    attach(to) {
      node = to;
      to.addEventListener("connection:open", (event) => void onOpen(event.detail));
      to.addEventListener("connection:close", (event) => onClose(event.detail));
      to.addEventListener("peer:identify", (event) => onIdentify(event.detail));
      stopWatch = every(clock, WATCH_PERIOD_MS, watch);
    },
    detach() {
      stopWatch();
      for (const entry of [...known.values()]) {
        known.delete(entry.peer);
        settle(entry);
        if (entry.announced) disconnects.call(entry.peer);
      }
      node = null;
    },
    connectionTo: (peer) => openTo(peer)[0],
    announced(peer) {
      const entry = known.get(peer);
      if (entry === undefined || entry.announced) return Promise.resolve();
      return new Promise((resolve) => entry.waiting.push(resolve));
    },
    announce: (connection) => announce(onOpen(connection)),
    connections() {
      const list: ConnectionInfo[] = [];
      for (const entry of known.values()) {
        const [connection] = openTo(entry.peer);
        if (entry.announced && connection !== undefined) list.push(describe(entry, connection));
      }
      return list;
    },
    onConnect: connects.add,
    onDisconnect: disconnects.add,
  };
}

function describe(entry: Known, connection: Connection): ConnectionInfo {
  const address = connection.remoteAddr.toString();
  return {
    peer: entry.peer,
    address: address.includes("/p2p/") ? address : `${address}/p2p/${entry.peer}`,
    direction: connection.direction === "inbound" ? "in" : "out",
    openedMs: entry.openedMs,
    ...(entry.agent === undefined ? {} : { agent: entry.agent }),
    ...(connection.rtt === undefined ? {} : { latencyMs: connection.rtt }),
  };
}

/** It comes from a stranger and ends in logs and pages. */
function printable(agent: string): string {
  return agent.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_AGENT_LENGTH);
}
