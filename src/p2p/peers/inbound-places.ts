/** Who gives way when all places for peers that come in are taken. */

import type { ConnectionInfo, PeerId } from "../transport/port.ts";
import { hostOf, subnetOf } from "./peer-address.ts";

/** A fault's worth: one that a race can cause does not cost a place. */
const UNWELCOME_SCORE = -20;

export interface InboundPlaces {
  /** Whether there is a place, or somebody would give way. @param peer null while it has not proven who it is */
  admits(peer: PeerId | null, address: string): boolean;
  /** Who must go now that this peer has come; itself when many came at once; null when there is room. */
  partsFor(newcomer: ConnectionInfo): PeerId | null;
}

export function createInboundPlaces(
  maxInbound: number,
  parts: {
    readonly inbound: () => readonly ConnectionInfo[];
    readonly scoreOf: (peer: PeerId) => number;
  },
): InboundPlaces {
  const othersThan = (peer: PeerId | null): readonly ConnectionInfo[] => parts.inbound().filter((c) => c.peer !== peer);
  const givesWay = (among: readonly ConnectionInfo[], newcomer: string): PeerId | null =>
    whoGivesWay(
      among.map(({ peer, address, openedMs }) => ({
        ...{ peer, openedMs, score: parts.scoreOf(peer), subnet: subnetAt(address) },
      })),
      subnetAt(newcomer),
    );
  return {
    admits(peer, address) {
      const others = othersThan(peer);
      return others.length < maxInbound || givesWay(others, address) !== null;
    },
    partsFor({ peer, address }) {
      const others = othersThan(peer);
      return others.length < maxInbound ? null : (givesWay(others, address) ?? peer);
    },
  };
}

function subnetAt(address: string): string {
  return subnetOf(hostOf(address) ?? address);
}

export interface InboundPeer {
  readonly peer: PeerId;
  readonly subnet: string;
  readonly score: number;
  readonly openedMs: number;
}

/**
 * The peer with the worst score if it has done wrong, or else the youngest of the subnet that holds most places, if that
 * still holds more than the newcomer's will. So one subnet cannot keep all others out, and none can push a smaller out.
 * @returns null when nobody has to give way to this newcomer
 */
export function whoGivesWay(inbound: readonly InboundPeer[], newcomerSubnet: string): PeerId | null {
  const worst = inbound.reduce<InboundPeer | null>(
    (found, peer) => (peer.score < (found?.score ?? UNWELCOME_SCORE + 1) ? peer : found),
    null,
  );
  if (worst !== null) return worst.peer;
  const places = new Map<string, number>();
  for (const { subnet } of inbound) places.set(subnet, (places.get(subnet) ?? 0) + 1);
  let [largest, most] = ["", 0];
  for (const [subnet, count] of places) if (count > most) [largest, most] = [subnet, count];
  if (most <= (places.get(newcomerSubnet) ?? 0) + 1) return null;
  const youngest = inbound
    .filter(({ subnet }) => subnet === largest)
    .reduce((found, peer) => (peer.openedMs >= found.openedMs ? peer : found));
  return youngest.peer;
}
