/** The port over libp2p: TCP and WebSockets, noise, yamux, identify, ping and gossipsub. */

import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { GossipSub } from "@libp2p/gossipsub";
import { identify } from "@libp2p/identify";
import type { ConnectionGater, Libp2p, PrivateKey } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { type Clock, type Fault, type Logger, OperationError, silentLogger } from "#base";
import { abortable } from "./abortable.ts";
import { createGater } from "./libp2p-gate.ts";
import { createLibp2pGossip, type Libp2pGossip } from "./libp2p-gossip.ts";
import { createLibp2pPeers, type Libp2pPeers } from "./libp2p-peers.ts";
import { createLibp2pRequests } from "./libp2p-requests.ts";
import { createListeners } from "./listeners.ts";
import type { Gate, PeerId, Transport } from "./port.ts";
import { guardedWebSockets } from "./websocket-guard.ts";

const NEGOTIATION_TIMEOUT_MS = 5000;
const MAX_PENDING_INBOUND = 64;
const MAX_STREAMS_PER_CONNECTION = 128;
const MAX_STREAM_READ_BYTES = 1 << 20;
const PING_PERIOD_MS = 10_000;
/** A node that imports a long chain answers late. */
const MIN_PING_TIMEOUT_MS = 15_000;
const MAX_PING_TIMEOUT_MS = 30_000;

export interface Libp2pOptions {
  /** 32 bytes; the node's lasting Ed25519 identity. */
  readonly identitySeed: Uint8Array;
  /** Such as `agon/0.1.0`. */
  readonly agent: string;
  /** Multiaddrs. Port 0 takes a free one. */
  readonly listen: readonly string[];
  /** Told to others instead of what is listened on, for a node behind a forwarded port. */
  readonly announce?: readonly string[];
  /** Finished inbound connections; the peer manager, which chooses whom to keep, wants a few more than it keeps. */
  readonly maxInbound?: number;
  /** Places beside those, which nobody who comes in can take. */
  readonly maxOutbound?: number;
  /** Sockets of one host (an IPv4 address, a /64 of IPv6), made or half made. */
  readonly maxPerHost?: number;
  /** New sockets of one host. */
  readonly maxNewPerMinutePerHost?: number;
  /** Loopback is exempt from the bounds of a host otherwise. */
  readonly limitLoopback?: boolean;
  /** From the accepted socket to the finished handshake. */
  readonly handshakeTimeoutMs?: number;
  /** Looks for nodes of the local network; told to `onDiscovered`. */
  readonly mdns?: boolean;
}

export interface Libp2pParts {
  readonly clock: Clock;
  readonly log?: Logger;
  /** Addresses with `/p2p/` that mDNS found. */
  readonly onDiscovered?: (addresses: readonly string[]) => void;
}

const DEFAULTS: Required<Omit<Libp2pOptions, "identitySeed" | "agent" | "listen">> = {
  announce: [],
  maxInbound: 72,
  maxOutbound: 28,
  maxPerHost: 8,
  maxNewPerMinutePerHost: 60,
  limitLoopback: false,
  handshakeTimeoutMs: 5000,
  mdns: false,
};

/** The peer id that belongs to a seed, without starting anything. */
export async function peerIdOfSeed(seed: Uint8Array): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPairFromSeed("Ed25519", seed)).toString();
}

export async function createLibp2pTransport(options: Libp2pOptions, parts: Libp2pParts): Promise<Transport> {
  const settings = { ...DEFAULTS, ...options };
  const log = parts.log ?? silentLogger;
  const { clock } = parts;
  const privateKey = await generateKeyPairFromSeed("Ed25519", options.identitySeed);
  const self = peerIdFromPrivateKey(privateKey).toString();
  const faults = createListeners<[PeerId, Fault]>();
  const peers = createLibp2pPeers({ clock, log });
  const gossip = createLibp2pGossip({ log, faults });
  const requests = createLibp2pRequests({
    clock,
    log,
    faults,
    connectionTo: peers.connectionTo,
    onStream: peers.announce,
  });
  let gate: Gate = () => true;
  let node: Libp2p | null = null;

  const running = (): Libp2p => {
    if (node === null) throw new OperationError("transport-stopped", "the transport does not run");
    return node;
  };

  return {
    self,
    listenAddresses: () => node?.getMultiaddrs().map(String) ?? [],
    async start(signal) {
      if (node !== null) return;
      signal?.throwIfAborted();
      const made = await makeNode(
        settings,
        privateKey,
        gossip,
        createGater(() => gate, settings, clock),
      );
      peers.attach(made);
      if (parts.onDiscovered !== undefined) tellDiscovered(made, parts.onDiscovered);
      await requests.attach(made);
      try {
        await made.start();
      } catch (error) {
        peers.detach();
        await Promise.resolve(made.stop()).catch(() => {});
        throw new OperationError("listen-failed", firstLine(error), { cause: error });
      }
      gossip.attach(made.services.gossip as GossipSub);
      node = made;
      signal?.addEventListener("abort", () => void stop(), { once: true });
    },
    stop: () => stop(),
    async dial(address, timeoutMs) {
      return dial(running(), peers, gate, clock, address, timeoutMs);
    },
    async disconnect(peer) {
      for (;;) {
        const connection = peers.connectionTo(peer);
        if (connection === undefined) return;
        connection.abort(new Error("disconnected"));
      }
    },
    connections: peers.connections,
    onConnect: peers.onConnect,
    onDisconnect: peers.onDisconnect,
    onFault: faults.add,
    setGate(allow) {
      gate = allow;
    },
    handle: requests.handle,
    request: requests.request,
    subscribe: gossip.subscribe,
    publish: gossip.publish,
  };

  async function stop(): Promise<void> {
    const stopping = node;
    if (stopping === null) return;
    node = null;
    for (const connection of stopping.getConnections()) connection.abort(new Error("the node stops"));
    peers.detach();
    await stopping.stop();
  }
}

type Settings = Required<Libp2pOptions>;

async function makeNode(
  settings: Settings,
  privateKey: PrivateKey,
  gossip: Libp2pGossip,
  connectionGater: ConnectionGater,
): Promise<Libp2p> {
  const peerDiscovery = settings.mdns ? [(await import("@libp2p/mdns")).mdns()] : [];
  const maxConnections = settings.maxInbound + settings.maxOutbound;
  return createLibp2p({
    start: false,
    privateKey,
    nodeInfo: { name: "agon", version: settings.agent.split("/")[1] ?? "0", userAgent: settings.agent },
    addresses: { listen: [...settings.listen], announce: [...settings.announce] },
    transports: [
      tcp({ maxConnections: maxConnections + MAX_PENDING_INBOUND }),
      guardedWebSockets({
        handshakeTimeoutMs: settings.handshakeTimeoutMs,
        maxSockets: maxConnections + MAX_PENDING_INBOUND,
      }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
        maxOutboundStreams: 4 * MAX_STREAMS_PER_CONNECTION,
        streamOptions: { maxReadBufferLength: MAX_STREAM_READ_BYTES },
      }),
    ],
    connectionManager: {
      maxConnections,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      // The library would hold loopback to it as well, and each address of an IPv6 network for itself; the gater counts.
      inboundConnectionThreshold: Number.MAX_SAFE_INTEGER,
      inboundUpgradeTimeout: settings.handshakeTimeoutMs,
      inboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
      outboundStreamProtocolNegotiationTimeout: NEGOTIATION_TIMEOUT_MS,
      reconnectRetries: 0,
    },
    connectionMonitor: {
      pingInterval: PING_PERIOD_MS,
      pingTimeout: { minTimeout: MIN_PING_TIMEOUT_MS, maxTimeout: MAX_PING_TIMEOUT_MS },
    },
    connectionGater,
    peerDiscovery,
    services: {
      identify: identify({ timeout: NEGOTIATION_TIMEOUT_MS }),
      ping: ping({ maxInboundStreams: 4 }),
      gossip: gossip.service(),
    },
  }) as Promise<Libp2p>;
}

async function dial(
  node: Libp2p,
  peers: Libp2pPeers,
  gate: Gate,
  clock: Clock,
  address: string,
  timeoutMs: number,
): Promise<PeerId> {
  const named = address.split("/p2p/")[1] ?? null;
  if (named !== null && peers.connectionTo(named) !== undefined) return named;
  if (!gate(named, address, "out")) throw new OperationError("gated", address);
  const controller = new AbortController();
  const timedOut = new OperationError("dial-timeout", `${address} did not answer in time`);
  const cancel = clock.after(timeoutMs, () => controller.abort(timedOut));
  try {
    const connection = await node.dial(parseAddress(address), { signal: controller.signal });
    const peer = connection.remotePeer.toString();
    await abortable(peers.announced(peer), controller.signal);
    if (peers.connectionTo(peer) === undefined) throw new Error("the other end closed the connection");
    return peer;
  } catch (error) {
    if (controller.signal.aborted) throw timedOut;
    throw new OperationError("dial-failed", `${address}: ${firstLine(error)}`, { cause: error });
  } finally {
    cancel();
  }
}

function parseAddress(address: string): Multiaddr {
  const parsed = multiaddr(address);
  if (parsed.getComponents().length === 0) throw new Error("an empty address");
  return parsed;
}

function tellDiscovered(node: Libp2p, onDiscovered: (addresses: readonly string[]) => void): void {
  node.addEventListener("peer:discovery", (event) => {
    const { id, multiaddrs } = event.detail;
    const suffix = `/p2p/${id.toString()}`;
    onDiscovered(multiaddrs.map(String).map((text) => (text.includes("/p2p/") ? text : text + suffix)));
  });
}

function firstLine(error: unknown): string {
  return error instanceof Error ? error.message.split("\n").slice(0, 4).join(" ").trim() : String(error);
}
