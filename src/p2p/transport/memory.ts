/**
 * A network inside one process for simulations: every delivery is a timer of the given clock and every chance comes
 * from the given random, so the same seed gives the same trace. Messages between two peers keep their order.
 */

import { type Clock, type Logger, type Random, silentLogger } from "#base";
import type { Delivery, Endpoint, Link, Medium } from "./memory-link.ts";
import { createMemoryTransport } from "./memory-transport.ts";
import type { PeerId, Transport } from "./port.ts";

const LOSS_RESOLUTION = 1_000_000;

export interface LinkQuality {
  /** One way. */
  readonly latencyMs: number;
  /** Up to this much more, drawn per message. */
  readonly jitterMs: number;
  /** 0 … 1; a lost request or dial runs into its timeout, lost gossip is gone. */
  readonly lossRatio: number;
}

export interface MemoryNetworkParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Logger;
  /** Called for each delivery in order: the trace of the simulation. */
  readonly onDelivery?: (delivery: Delivery) => void;
}

export interface MemoryNetwork {
  /** `address` is a multiaddr such as `/ip4/10.0.0.1/tcp/8731`. A stopped transport of the same peer is replaced. */
  transport(peer: PeerId, address: string, options?: { readonly agent?: string }): Transport;
  /** Only peers of one group reach each other; those named in no group form one more. Connections across are cut. */
  partition(groups: readonly (readonly PeerId[])[]): void;
  heal(): void;
  /** Both directions. */
  setLink(a: PeerId, b: PeerId, quality: Partial<LinkQuality>): void;
}

export function createMemoryNetwork(parts: MemoryNetworkParts, defaults: Partial<LinkQuality> = {}): MemoryNetwork {
  const quality: LinkQuality = { latencyMs: 1, jitterMs: 0, lossRatio: 0, ...defaults };
  const { clock, random } = parts;
  const endpoints = new Map<PeerId, Endpoint>();
  const links = new Map<string, Link>();
  const qualities = new Map<string, LinkQuality>();
  const lastDueMs = new Map<string, number>();
  /** Peers in no group have none in common with those that are. */
  let groupOf: ReadonlyMap<PeerId, number> = new Map();

  const pair = (a: PeerId, b: PeerId): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
  const parted = (a: PeerId, b: PeerId): boolean => groupOf.get(a) !== groupOf.get(b);
  const qualityOf = (a: PeerId, b: PeerId): LinkQuality => qualities.get(pair(a, b)) ?? quality;

  const medium: Medium = {
    clock,
    log: parts.log ?? silentLogger,
    endpoint: (peer) => endpoints.get(peer),
    find(address) {
      const [place, peer] = address.split("/p2p/");
      if (peer !== undefined) {
        const known = endpoints.get(peer);
        return known?.address === place ? known : undefined;
      }
      for (const endpoint of endpoints.values()) if (endpoint.address === place) return endpoint;
      return undefined;
    },
    linkBetween: (a, b) => links.get(pair(a, b)),
    openLink(dialer, target) {
      const link: Link = { dialer, target, openedMs: clock.nowMs(), open: true };
      links.set(pair(dialer, target), link);
      return link;
    },
    closeLink(link) {
      link.open = false;
      const key = pair(link.dialer, link.target);
      if (links.get(key) === link) links.delete(key);
    },
    survives(from, to) {
      const { lossRatio } = qualityOf(from, to);
      return lossRatio <= 0 || random.below(LOSS_RESOLUTION) >= lossRatio * LOSS_RESOLUTION;
    },
    send(from, to, kind, sizeBytes, task) {
      const { latencyMs, jitterMs } = qualityOf(from, to);
      const jitter = jitterMs > 0 ? random.below(Math.floor(jitterMs) + 1) : 0;
      const way = `${from} ${to}`;
      const dueMs = Math.max(clock.nowMs() + latencyMs + jitter, lastDueMs.get(way) ?? 0);
      lastDueMs.set(way, dueMs);
      clock.after(dueMs - clock.nowMs(), () => {
        if (parted(from, to)) return;
        parts.onDelivery?.({ atMs: clock.nowMs(), from, to, kind, sizeBytes });
        task();
      });
    },
  };

  return {
    transport(peer, address, options = {}) {
      const endpoint = createMemoryTransport({ peer, address, agent: options.agent ?? "agon/memory" }, medium, (own) =>
        endpoints.set(peer, own),
      );
      return endpoint;
    },
    partition(groups) {
      groupOf = new Map(groups.flatMap((group, index) => group.map((peer) => [peer, index] as const)));
      for (const link of [...links.values()]) if (parted(link.dialer, link.target)) cut(link);
    },
    heal() {
      groupOf = new Map();
    },
    setLink(a, b, change) {
      qualities.set(pair(a, b), { ...qualityOf(a, b), ...change });
    },
  };

  /** Both ends notice by themselves, after a latency, since nothing crosses a partition. */
  function cut(link: Link): void {
    medium.closeLink(link);
    const { latencyMs } = qualityOf(link.dialer, link.target);
    for (const peer of [link.dialer, link.target]) clock.after(latencyMs, () => endpoints.get(peer)?.linkDown(link));
  }
}
