/**
 * What Agon asks of a network, and nothing more. libp2p is one adapter, the seeded memory network of the
 * simulation another; everything above runs over both. `test/contract/transport.ts` says what each must do.
 */

import type { Fault } from "#base";

/** The text of a libp2p peer id (base58, `12D3Koo…`); it proves who a node is. */
export type PeerId = string;
export type Direction = "in" | "out";
export type Unsubscribe = () => void;

/** One per peer, however many sockets lie under it. */
export interface ConnectionInfo {
  readonly peer: PeerId;
  /** Multiaddr of the other end with `/p2p/`. For an inbound connection the port is not the one it listens on. */
  readonly address: string;
  readonly direction: Direction;
  readonly openedMs: number;
  /** What it calls itself; known a moment after the connection opens. */
  readonly agent?: string;
  /** Round trip of the last measurement. */
  readonly latencyMs?: number;
}

export interface RequestLimits {
  readonly maxRequestBytes: number;
  /** For the whole exchange, from the opened stream to the last byte of the answer. */
  readonly timeoutMs: number;
  /** One more at the same time is cut off. */
  readonly maxConcurrentPerPeer: number;
}

export interface RequestOptions {
  /** For the whole exchange. */
  readonly timeoutMs: number;
  /** Over all chunks together. */
  readonly maxResponseBytes: number;
  /** Default 1. */
  readonly maxChunks?: number;
  readonly signal?: AbortSignal;
}

/** `signal` aborts when the exchange is over for another reason than an answer. A throw cuts the stream off. */
export type RequestHandler = (
  from: PeerId,
  request: Uint8Array,
  signal: AbortSignal,
) => AsyncIterable<Uint8Array> | Promise<Uint8Array>;

/** `accept` relays and remembers, `ignore` drops, `reject` drops and counts against the sender inside the gossip layer. */
export type GossipVerdict = "accept" | "ignore" | "reject";
export type GossipValidator = (from: PeerId, bytes: Uint8Array) => Promise<GossipVerdict>;

/** `peer` is null while the other end has not proven who it is (an inbound socket before its handshake). */
export type Gate = (peer: PeerId | null, address: string, direction: Direction) => boolean;

/**
 * Failures are `OperationError`s with one of these codes:
 * `dial-failed` `dial-timeout` `gated` `not-connected` `disconnected` `protocol-unsupported` `request-timeout`
 * `request-cut-off` `request-aborted` `response-too-long` `too-many-chunks` `message-too-long` `unknown-topic`
 * `transport-stopped` `listen-failed`
 */
export interface Transport {
  readonly self: PeerId;
  /** Multiaddrs with `/p2p/`; empty before the start. */
  listenAddresses(): readonly string[];
  start(signal?: AbortSignal): Promise<void>;
  /** Closes every connection; the others notice at once. */
  stop(): Promise<void>;

  /** An existing connection to the peer is used again. `address` may lack `/p2p/` when the peer is not known yet. */
  dial(address: string, timeoutMs: number): Promise<PeerId>;
  disconnect(peer: PeerId): Promise<void>;
  connections(): readonly ConnectionInfo[];
  onConnect(listener: (connection: ConnectionInfo) => void): Unsubscribe;
  onDisconnect(listener: (peer: PeerId) => void): Unsubscribe;
  /** What only the transport sees: over-long or too many requests, over-long gossip. Validators report their own faults. */
  onFault(listener: (peer: PeerId, fault: Fault) => void): Unsubscribe;
  /** Asked before any stream is opened; replaces the gate before it. */
  setGate(allow: Gate): void;

  /** One stream a request: one length-prefixed message there, any number back. Before or after the start. */
  handle(protocol: string, limits: RequestLimits, handler: RequestHandler): void;
  request(peer: PeerId, protocol: string, bytes: Uint8Array, options: RequestOptions): Promise<Uint8Array[]>;

  /** Own messages are not delivered back. Before the start, for the topic to count in the gossip layer's scores. */
  subscribe(topic: string, limits: { readonly maxBytes: number }, validate: GossipValidator): void;
  /** On a subscribed topic. A message seen in the last two minutes is not sent again. */
  publish(topic: string, bytes: Uint8Array): Promise<void>;
}

/** How long a gossip id is remembered, whatever carries it. */
export const GOSSIP_SEEN_MS = 120_000;

/** Messages of one peer being validated at the same time; one more is dropped. */
export const MAX_GOSSIP_UNDER_WAY = 256;
