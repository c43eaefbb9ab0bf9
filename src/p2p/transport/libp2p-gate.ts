/** libp2p's connection gater over the port's gate, with bounds on connections and on what one host may open. */

import type { ConnectionGater, MultiaddrConnection } from "@libp2p/interface";
import { BoundedMap, type Clock } from "#base";
import { hostGroupOf, hostOf, reachOf } from "../peers/peer-address.ts";
import type { Gate } from "./port.ts";

const MINUTE_MS = 60_000;
/** Hosts whose last connections are remembered; whoever has more addresses than this meets the other bounds. */
const MAX_REMEMBERED_HOSTS = 4096;

export interface ConnectionLimits {
  /** Finished inbound connections. */
  readonly maxInbound: number;
  /** Sockets of one host (an IPv4 address, a /64 of IPv6), made or half made. */
  readonly maxPerHost: number;
  /** New sockets of one host; all of a minute may come at once. */
  readonly maxNewPerMinutePerHost: number;
  /** Holds loopback to the bounds of a host too, for a node whose peers all come through a proxy or tunnel. */
  readonly limitLoopback: boolean;
}

interface Allowance {
  left: number;
  atMs: number;
}

export function createGater(gate: () => Gate, limits: ConnectionLimits, clock: Clock): ConnectionGater {
  const socketsOf = new Map<string, number>();
  const allowances = new BoundedMap<string, Allowance>(MAX_REMEMBERED_HOSTS);
  let inbound = 0;

  /** False when the host has opened its share of this minute. */
  const spend = (host: string): boolean => {
    const nowMs = clock.nowMs();
    const most = limits.maxNewPerMinutePerHost;
    const allowance = allowances.get(host) ?? { left: most, atMs: nowMs };
    allowance.left = Math.min(most, allowance.left + ((nowMs - allowance.atMs) / MINUTE_MS) * most);
    allowance.atMs = nowMs;
    const may = allowance.left >= 1;
    if (may) allowance.left--;
    // Set anew, so that the host that was quiet longest is forgotten first.
    allowances.delete(host);
    allowances.set(host, allowance);
    return may;
  };

  /** Counts from the accepted socket on, so that half-made connections are bounded too. */
  const countHost = (connection: MultiaddrConnection): boolean => {
    const plain = hostOf(connection.remoteAddr.toString()) ?? "";
    if (!limits.limitLoopback && reachOf(plain) === "loopback") return true;
    const host = hostGroupOf(plain);
    const count = socketsOf.get(host) ?? 0;
    if (count >= limits.maxPerHost || !spend(host)) return false;
    socketsOf.set(host, count + 1);
    connection.addEventListener("close", () => {
      const left = (socketsOf.get(host) ?? 1) - 1;
      if (left <= 0) socketsOf.delete(host);
      else socketsOf.set(host, left);
    });
    return true;
  };

  /** The library looks at its limit when a socket is accepted; many may be on their way by then. */
  const countInbound = (connection: MultiaddrConnection): boolean => {
    if (inbound >= limits.maxInbound) return false;
    inbound++;
    connection.addEventListener("close", () => inbound--);
    return true;
  };

  return {
    denyDialMultiaddr: () => false,
    denyInboundConnection: (connection) =>
      !countHost(connection) || !gate()(null, connection.remoteAddr.toString(), "in"),
    denyInboundEncryptedConnection: (peer, connection) =>
      !gate()(peer.toString(), connection.remoteAddr.toString(), "in"),
    denyInboundUpgradedConnection: (_peer, connection) => !countInbound(connection),
    denyOutboundEncryptedConnection: (peer, connection) =>
      !gate()(peer.toString(), connection.remoteAddr.toString(), "out"),
  };
}
