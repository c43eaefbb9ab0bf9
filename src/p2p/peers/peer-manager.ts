/** Who we are connected to and why: book, scores, bans, dialling, peer exchange and goodbyes over any transport. */

import { type Cancel, type Clock, every, type Fault, type Logger, type Random, silentLogger } from "#base";
import { createListeners } from "../transport/listeners.ts";
import type { ConnectionInfo, Direction, PeerId, Transport, Unsubscribe } from "../transport/port.ts";
import { createDialer } from "./dialer.ts";
import { createInboundPlaces } from "./inbound-places.ts";
import { hostOf, parsePeerAddress, reachOf } from "./peer-address.ts";
import { createPeerBook } from "./peer-book.ts";
import { createPeerExchange } from "./peer-exchange.ts";
import type { Ban, PeerStore } from "./peer-store.ts";
import { createScores } from "./scores.ts";

export const LEAVE_PROTOCOL = "/agon/leave/1";
const LEAVE_LIMITS = { maxRequestBytes: 1, timeoutMs: 2000, maxConcurrentPerPeer: 1 } as const;
const LEAVE_TIMEOUT_MS = 1000;
const SAVE_PERIOD_MS = 60_000;
const EXCHANGE_PERIOD_MS = 5 * 60_000;
const TURNED_AWAY_MS = 10 * 60_000;
/** Nobody's fault, but there is no use in meeting again soon. */
const NOT_FOR_US = new Set(["status-other-chain", "status-other-genesis", "status-other-version"]);

export interface PeerManagerOptions {
  /** Multiaddrs, best with `/p2p/`. */
  readonly bootstrap?: readonly string[];
  readonly targetOutbound?: number;
  readonly maxInbound?: number;
  readonly dialTimeoutMs?: number;
  readonly feelerPeriodMs?: number;
  /** Remember and tell loopback and private addresses, and never ban their hosts: for devnets and LANs. */
  readonly allowPrivate?: boolean;
}

export interface PeerManagerParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: PeerStore;
  readonly log?: Logger;
}

/** One line of `GET /v1/peers`. */
export interface PeerView {
  readonly peer: PeerId;
  readonly addresses: readonly string[];
  readonly agent: string | null;
  readonly direction: Direction;
  /** 0 is unblemished; at −100 it is banned. */
  readonly score: number;
  readonly connectedSinceMs: number;
  readonly latencyMs: number | null;
}

export interface PeerManager {
  /** The transport runs by now. */
  start(): void;
  /** Says goodbye and saves. The transport is stopped after it. */
  stop(): Promise<void>;
  peers(): readonly PeerView[];
  bans(): readonly Ban[];
  /** Addresses in the book. */
  readonly known: number;
  /** A refusal of what the peer sent; costs it points when it is to blame. */
  report(peer: PeerId, fault: Fault, points?: number): void;
  /** Not a wrongdoer but not for us (another chain): disconnected, forgotten, refused for ten minutes. */
  turnAway(peer: PeerId, why: string): void;
  /** Found by other means, such as mDNS. */
  addAddress(address: string): boolean;
  /** Peers that said goodbye count as gone at once. */
  onConnect(listener: (connection: ConnectionInfo) => void): Unsubscribe;
  onDisconnect(listener: (peer: PeerId) => void): Unsubscribe;
}

const DEFAULTS = {
  bootstrap: [] as readonly string[],
  targetOutbound: 8,
  maxInbound: 64,
  dialTimeoutMs: 10_000,
  feelerPeriodMs: 2 * 60_000,
  allowPrivate: false,
};

/** Registers its handlers and its gate with the transport; dials nobody before the start. */
export async function createPeerManager(options: PeerManagerOptions, parts: PeerManagerParts): Promise<PeerManager> {
  const settings = { ...DEFAULTS, ...options };
  const { transport, clock, random } = parts;
  const log = parts.log ?? silentLogger;
  const stored = await parts.store.load();
  const book = createPeerBook({ allowPrivate: settings.allowPrivate, self: transport.self }, { clock, random }, stored);
  const scores = createScores({ clock }, stored?.bans ?? []);
  const connects = createListeners<[ConnectionInfo]>();
  const disconnects = createListeners<[PeerId]>();
  /** Said goodbye, but the connection is still there. */
  const leaving = new Set<PeerId>();
  let cancels: Cancel[] = [];
  let running = false;

  const present = (): ConnectionInfo[] => transport.connections().filter((c) => !leaving.has(c.peer));
  const places = createInboundPlaces(settings.maxInbound, {
    inbound: () => present().filter((c) => c.direction === "in"),
    scoreOf: scores.score,
  });
  const bannableHost = (peer: PeerId): string | null => {
    const host = hostOf(transport.connections().find((c) => c.peer === peer)?.address ?? "");
    return host === null || (settings.allowPrivate && reachOf(host) !== "public") ? null : host;
  };
  const disconnect = (peer: PeerId): void =>
    void transport.disconnect(peer).catch((error: unknown) => log.debug("disconnect failed", { error: String(error) }));
  const drop = (peer: PeerId): void => {
    book.forget(peer);
    disconnect(peer);
  };
  /** Refused for a while; whoever reported it ends the connection, perhaps after an answer. */
  const avoid = (peer: PeerId, why: string): void => {
    scores.ban(peer, null, why, TURNED_AWAY_MS);
    book.forget(peer);
  };
  const report = (peer: PeerId, fault: Fault, points?: number): void => {
    if (NOT_FOR_US.has(fault.code)) avoid(peer, fault.code);
    if (fault.blame === "sender") log.info("peer at fault", { peer, code: fault.code, score: scores.score(peer) });
    if (!scores.report(peer, fault, bannableHost(peer), points)) return;
    log.warn("peer banned", { peer, code: fault.code });
    drop(peer);
  };
  const exchange = createPeerExchange({ transport, clock, book, report });
  const banned = (peer: PeerId | null, address: string): boolean => scores.banned(peer, hostOf(address));
  const dialer = createDialer(settings, { transport, clock, random, log, book, banned });
  const ask = (peer: PeerId): void => {
    exchange.ask(peer).then(
      () => dialer.wake(),
      (error: unknown) => log.debug("peer exchange failed", { peer, error: String(error) }),
    );
  };

  transport.setGate((peer, address, direction) => {
    if (peer === transport.self || banned(peer, address)) return false;
    return direction === "out" || places.admits(peer, address);
  });
  transport.onFault(report);
  transport.onConnect((connection) => {
    const { peer, address, direction } = connection;
    // Banned since the gate let it pass.
    if (banned(peer, address)) {
      leaving.add(peer);
      return disconnect(peer);
    }
    leaving.delete(peer);
    const parting = direction === "in" ? places.partsFor(connection) : null;
    if (parting !== null) {
      log.info("no place left for a peer", { peer: parting });
      disconnect(parting);
    }
    if (direction === "out" && parsePeerAddress(address) !== null) {
      book.connected(address);
      book.addAnchor(address);
    }
    if (running) ask(peer);
    connects.call(connection);
  });
  transport.onDisconnect((peer) => {
    exchange.gone(peer);
    dialer.wake();
    if (!leaving.delete(peer)) disconnects.call(peer);
  });
  transport.handle(LEAVE_PROTOCOL, LEAVE_LIMITS, async (from) => {
    if (transport.connections().some((c) => c.peer === from) && !leaving.has(from)) {
      leaving.add(from);
      book.left(from);
      disconnects.call(from);
      // Later, so that the answer gets out.
      clock.after(0, () => void transport.disconnect(from).catch(() => {}));
    }
    return new Uint8Array(0);
  });

  const save = async (): Promise<void> => {
    try {
      await parts.store.save({ ...book.export(), bans: scores.export() });
    } catch (error) {
      log.warn("peers not saved", { error: String(error) });
    }
  };
  const exchangeWithOne = (): void => {
    const list = present();
    if (list.length > 0) ask(list[random.below(list.length)]!.peer);
  };

  return {
    start() {
      running = true;
      for (const { peer } of present()) ask(peer);
      dialer.start();
      cancels = [every(clock, SAVE_PERIOD_MS, () => void save()), every(clock, EXCHANGE_PERIOD_MS, exchangeWithOne)];
    },
    async stop() {
      running = false;
      dialer.stop();
      for (const cancel of cancels) cancel();
      const goodbye = { timeoutMs: LEAVE_TIMEOUT_MS, maxResponseBytes: 1 };
      const nothing = new Uint8Array(0);
      await Promise.allSettled(present().map((c) => transport.request(c.peer, LEAVE_PROTOCOL, nothing, goodbye)));
      await save();
    },
    peers: () =>
      present().map((connection) => ({
        peer: connection.peer,
        addresses: addressesOf(connection, exchange.advertised(connection.peer)),
        agent: connection.agent ?? null,
        direction: connection.direction,
        score: scores.score(connection.peer),
        connectedSinceMs: connection.openedMs,
        latencyMs: connection.latencyMs ?? exchange.latencyMs(connection.peer),
      })),
    bans: scores.bans,
    get known() {
      return book.size;
    },
    report,
    turnAway(peer, why) {
      log.info("peer turned away", { peer, why });
      avoid(peer, why);
      drop(peer);
    },
    addAddress(address) {
      const added = book.add(address, "self");
      if (added) dialer.wake();
      return added;
    },
    onConnect: connects.add,
    onDisconnect: disconnects.add,
  };
}

/** For an inbound connection the far port says nothing; what the peer told about itself does. */
function addressesOf(connection: ConnectionInfo, advertised: readonly string[]): readonly string[] {
  if (connection.direction === "out") return [...new Set([connection.address, ...advertised])];
  return advertised.length > 0 ? advertised : [connection.address];
}
