/** Peer exchange (`/agon/peers/1`): who asks says where it can be reached and is told up to 64 addresses we know to be good. */

import { BoundedMap, blameSender, type Clock, type Fault } from "#base";
import type { ConnectionInfo, PeerId, Transport } from "../transport/port.ts";
import {
  decodeAddresses,
  decodePeersRequest,
  encodeAddresses,
  encodePeersRequest,
  MAX_ADDRESS_BYTES,
  MAX_ADDRESSES,
} from "./address-list.ts";
import { hostOf, type PeerAddress, parsePeerAddress, type Reach, reachOf } from "./peer-address.ts";
import type { PeerBook } from "./peer-book.ts";

export const PEERS_PROTOCOL = "/agon/peers/1";
const MAX_BYTES = 2 + MAX_ADDRESSES * (2 + MAX_ADDRESS_BYTES);
const LIMITS = { maxRequestBytes: 2048, timeoutMs: 10_000, maxConcurrentPerPeer: 2 } as const;
const ASK_TIMEOUT_MS = 10_000;
/** A peer may ask this often at once, and once more per period. */
const BURST = 4;
const REFILL_MS = 30_000;
const MAX_ASKERS = 1024;

interface Parts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly book: PeerBook;
  readonly report: (peer: PeerId, fault: Fault) => void;
}

export interface PeerExchange {
  /** Asks once; what comes back goes into the book. Failures are the connection's business, not reported here. */
  ask(peer: PeerId): Promise<void>;
  /** Where a connected peer says it can be reached. */
  advertised(peer: PeerId): readonly string[];
  /** Round trip of the last asking. */
  latencyMs(peer: PeerId): number | null;
  gone(peer: PeerId): void;
}

export function createPeerExchange(parts: Parts): PeerExchange {
  const { transport, clock, book } = parts;
  const advertised = new Map<PeerId, readonly string[]>();
  const latencies = new Map<PeerId, number>();
  const credit = new BoundedMap<PeerId, { left: number; sinceMs: number }>(MAX_ASKERS);

  const mayAsk = (peer: PeerId): boolean => {
    const nowMs = clock.nowMs();
    const before = credit.get(peer) ?? { left: BURST, sinceMs: nowMs };
    const refilled = Math.floor((nowMs - before.sinceMs) / REFILL_MS);
    const left = Math.min(BURST, before.left + refilled);
    const sinceMs = left === BURST ? nowMs : before.sinceMs + refilled * REFILL_MS;
    credit.set(peer, { left: Math.max(0, left - 1), sinceMs });
    return left > 0;
  };

  transport.handle(PEERS_PROTOCOL, LIMITS, async (from, bytes) => {
    const request = decodePeersRequest(bytes);
    if (request === null) {
      parts.report(from, blameSender("peers-malformed"));
      throw new Error("malformed request");
    }
    if (!mayAsk(from)) {
      parts.report(from, blameSender("peers-asked-too-often"));
      return encodeAddresses([]);
    }
    const connection = transport.connections().find((c) => c.peer === from);
    const own = ownAddresses(from, request.own, connection);
    if (own.length > 0) advertised.set(from, own);
    for (const address of own) book.add(address, subnetOf(connection));
    return encodeAddresses(tell(from, Math.min(request.wanted, MAX_ADDRESSES), connection));
  });

  const tell = (asker: PeerId, wanted: number, connection: ConnectionInfo | undefined): string[] => {
    const reach = reachOf(hostOf(connection?.address ?? "") ?? "");
    const admits = (address: PeerAddress): boolean => address.peer !== asker && reaches(reach, address.reach);
    const told = new Set<string>();
    for (const other of transport.connections()) {
      const known = advertised.get(other.peer) ?? (other.direction === "out" ? [other.address] : []);
      for (const text of known) {
        const parsed = parsePeerAddress(text);
        if (parsed !== null && admits(parsed)) told.add(text);
      }
    }
    for (const text of book.fresh(wanted, admits)) told.add(text);
    return [...told].slice(0, wanted);
  };

  return {
    async ask(peer) {
      const beganMs = clock.nowMs();
      const request = encodePeersRequest({ wanted: MAX_ADDRESSES, own: transport.listenAddresses() });
      const limits = { timeoutMs: ASK_TIMEOUT_MS, maxResponseBytes: MAX_BYTES };
      const [answer] = await transport.request(peer, PEERS_PROTOCOL, request, limits);
      latencies.set(peer, clock.nowMs() - beganMs);
      const addresses = answer === undefined ? null : decodeAddresses(answer, MAX_ADDRESSES);
      if (addresses === null) return parts.report(peer, blameSender("peers-malformed"));
      const source = subnetOf(transport.connections().find((c) => c.peer === peer));
      for (const address of addresses) book.add(address, source);
    },
    advertised: (peer) => advertised.get(peer) ?? [],
    latencyMs: (peer) => latencies.get(peer) ?? null,
    gone(peer) {
      advertised.delete(peer);
      latencies.delete(peer);
    },
  };
}

/** A node may speak for its own id only, and for the host it calls from or a name. */
function ownAddresses(from: PeerId, claimed: readonly string[], connection: ConnectionInfo | undefined): string[] {
  const host = hostOf(connection?.address ?? "");
  return claimed.filter((text) => {
    const parsed = parsePeerAddress(text);
    return parsed !== null && parsed.peer === from && (parsed.host === host || text.startsWith("/dns"));
  });
}

function subnetOf(connection: ConnectionInfo | undefined): string {
  return parsePeerAddress(connection?.address ?? "")?.subnet ?? "";
}

/** Loopback addresses mean something on this machine only, private ones in this network only. */
function reaches(asker: Reach, address: Reach): boolean {
  if (address === "public") return true;
  return address === "private" ? asker !== "public" : asker === "loopback";
}
