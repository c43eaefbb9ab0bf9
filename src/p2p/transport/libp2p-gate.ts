/** libp2p's connection gater over the port's gate, with bounds on connections and on the sockets of one host. */

import type { ConnectionGater, MultiaddrConnection } from "@libp2p/interface";
import type { Gate } from "./port.ts";

export interface ConnectionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
}

export function createGater(gate: () => Gate, limits: ConnectionLimits): ConnectionGater {
  const socketsOf = new Map<string, number>();
  let inbound = 0;

  /** Counts from the accepted socket on, so that half-made connections are bounded too. */
  const countHost = (connection: MultiaddrConnection): boolean => {
    const host = hostOf(connection.remoteAddr.toString());
    const count = socketsOf.get(host) ?? 0;
    if (count >= limits.maxConnectionsPerHost && !isLoopback(host)) return false;
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
    if (inbound >= limits.maxConnections) return false;
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

function hostOf(address: string): string {
  return address.split("/")[2] ?? address;
}

function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}
