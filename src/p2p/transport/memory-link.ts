/** What the memory network and its transports tell each other. Nothing outside this adapter sees it. */

import type { Clock, Logger } from "#base";
import type { Direction, PeerId } from "./port.ts";

/** Both ends know the same object; `open` turns false once and for good. */
export interface Link {
  readonly dialer: PeerId;
  readonly target: PeerId;
  readonly openedMs: number;
  open: boolean;
}

/** The far end of one request: everything it does takes the link's latency. */
export interface Reply {
  chunk(bytes: Uint8Array): void;
  end(): void;
  cut(code: string): void;
}

/** What arrives at a transport. All of it is called from timers of the clock, never from the sender's own stack. */
export interface Endpoint {
  readonly peer: PeerId;
  readonly address: string;
  readonly agent: string;
  running(): boolean;
  admits(peer: PeerId, address: string, direction: Direction): boolean;
  linkUp(link: Link, other: Endpoint): void;
  linkDown(link: Link): void;
  /** Returns what cuts the exchange off. */
  serve(link: Link, from: PeerId, protocol: string, request: Uint8Array, reply: Reply): (code: string) => void;
  subscribed(topic: string): boolean;
  gossip(from: PeerId, topic: string, bytes: Uint8Array): void;
}

export type DeliveryKind = "dial" | "close" | "request" | "response" | "gossip";

export interface Delivery {
  readonly atMs: number;
  readonly from: PeerId;
  readonly to: PeerId;
  readonly kind: DeliveryKind;
  readonly sizeBytes: number;
}

/** What a transport may do to the network. */
export interface Medium {
  readonly clock: Clock;
  readonly log: Logger;
  find(address: string): Endpoint | undefined;
  endpoint(peer: PeerId): Endpoint | undefined;
  linkBetween(a: PeerId, b: PeerId): Link | undefined;
  openLink(dialer: PeerId, target: PeerId): Link;
  closeLink(link: Link): void;
  /** False when this message is to be lost; drawn once per gossip message, request and dial. */
  survives(from: PeerId, to: PeerId): boolean;
  /** Runs `task` after the link's latency, in the order of sending, unless the two are parted by then. */
  send(from: PeerId, to: PeerId, kind: DeliveryKind, sizeBytes: number, task: () => void): void;
}
