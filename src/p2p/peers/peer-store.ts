/** What survives a restart, and where it is kept. */

import type { PeerId } from "../transport/port.ts";

export interface StoredPeer {
  /** Multiaddr with `/p2p/`. */
  readonly address: string;
  /** Told by somebody, or reached by ourselves at least once. */
  readonly place: "new" | "tried";
  /** The subnet of who told us; decides the bucket. */
  readonly source: string;
  readonly addedMs: number;
  readonly lastSuccessMs: number;
  readonly nextTryMs: number;
  /** Since the last success. */
  readonly failures: number;
}

export interface Ban {
  readonly peer: PeerId | null;
  /** Null where many nodes share the host, as on loopback. */
  readonly host: string | null;
  readonly untilMs: number;
  /** The fault's code. */
  readonly why: string;
  /** How often it was banned lately; each time doubles the next. */
  readonly times: number;
}

export interface PeerData {
  /** Hex; keys the buckets, so that nobody can work out whom to displace. */
  readonly secret: string;
  readonly peers: readonly StoredPeer[];
  /** Addresses of the last outbound peers, dialled first at the next start. */
  readonly anchors: readonly string[];
  readonly bans: readonly Ban[];
}

export interface PeerStore {
  /** Null when nothing usable is stored. */
  load(): Promise<PeerData | null>;
  save(data: PeerData): Promise<void>;
}

/** For tests and nodes that keep nothing. */
export function createMemoryPeerStore(): PeerStore {
  let kept: PeerData | null = null;
  return {
    load: async () => kept,
    async save(data) {
      kept = data;
    },
  };
}

/** Checks what was read from a file that somebody may have edited. @returns null when it is not of this shape */
export function parsePeerData(value: unknown): PeerData | null {
  if (!isRecord(value) || typeof value.secret !== "string") return null;
  const { secret, peers, anchors, bans } = value;
  if (!Array.isArray(peers) || !Array.isArray(anchors) || !Array.isArray(bans)) return null;
  if (!peers.every(isStoredPeer) || !anchors.every((anchor) => typeof anchor === "string") || !bans.every(isBan))
    return null;
  return { secret, peers, anchors, bans } as PeerData;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStoredPeer(value: unknown): value is StoredPeer {
  if (!isRecord(value)) return false;
  const texts = [value.address, value.source].every((field) => typeof field === "string");
  const numbers = [value.addedMs, value.lastSuccessMs, value.nextTryMs, value.failures];
  return texts && numbers.every(Number.isFinite) && (value.place === "new" || value.place === "tried");
}

function isBan(value: unknown): value is Ban {
  if (!isRecord(value) || typeof value.why !== "string") return false;
  const names = [value.peer, value.host].every((field) => field === null || typeof field === "string");
  return names && Number.isFinite(value.untilMs) && Number.isFinite(value.times);
}
