/** Turns faults into points, points into bans. Points fade; a ban has an end and doubles when it is earned again. */

import { BoundedMap, type Clock, type Fault } from "#base";
import type { PeerId } from "../transport/port.ts";
import type { Ban } from "./peer-store.ts";

/** Points a fault costs when it is the sender's doing; a peer at −100 is banned. */
const DEFAULT_POINTS = 20;
const POINTS: Readonly<Record<string, number>> = {
  // A bound both sides know, but one that a race can break.
  "too-many-requests": 5,
  "peers-asked-too-often": 5,
  "request-too-long": 34,
  "gossip-too-long": 34,
  "peers-malformed": 34,
};
const BAN_AT = -100;
const HALF_LIFE_MS = 10 * 60_000;
const FIRST_BAN_MS = 3_600_000;
const MAX_BAN_MS = 24 * 3_600_000;
/** A ban that ended is remembered this long for the doubling. */
const REMEMBER_MS = 24 * 3_600_000;
const MAX_SCORES = 4096;
const MAX_BANS = 1024;

export interface Scores {
  /** 0 is unblemished, negative is worse. */
  score(peer: PeerId): number;
  /** @returns true when the peer has just earned a ban; `host` is banned with it unless null */
  report(peer: PeerId, fault: Fault, host: string | null, points?: number): boolean;
  ban(peer: PeerId | null, host: string | null, why: string, periodMs?: number): void;
  unban(peer: PeerId | null, host: string | null): void;
  banned(peer: PeerId | null, host: string | null): boolean;
  /** Those in force. */
  bans(): readonly Ban[];
  /** With those that count for the doubling. */
  export(): readonly Ban[];
}

interface Mark {
  readonly points: number;
  readonly atMs: number;
}

export function createScores(parts: { readonly clock: Clock }, stored: readonly Ban[]): Scores {
  const { clock } = parts;
  const marks = new BoundedMap<PeerId, Mark>(MAX_SCORES);
  const bans = new BoundedMap<string, Ban>(MAX_BANS);
  const keyOf = (peer: PeerId | null, host: string | null): string => (peer === null ? `host ${host}` : `peer ${peer}`);
  for (const ban of stored) bans.set(keyOf(ban.peer, ban.host), ban);

  const score = (peer: PeerId): number => {
    const mark = marks.get(peer);
    if (mark === undefined) return 0;
    return mark.points * 0.5 ** ((clock.nowMs() - mark.atMs) / HALF_LIFE_MS);
  };
  const inForce = (ban: Ban): boolean => ban.untilMs > clock.nowMs();
  const banOne = (peer: PeerId | null, host: string | null, why: string, periodMs: number | undefined): void => {
    const key = keyOf(peer, host);
    const before = bans.get(key);
    const lately = before !== undefined && before.untilMs + REMEMBER_MS > clock.nowMs();
    const times = lately ? before.times + 1 : 1;
    const lengthMs = periodMs ?? Math.min(FIRST_BAN_MS * 2 ** (times - 1), MAX_BAN_MS);
    bans.delete(key);
    bans.set(key, { peer, host, untilMs: clock.nowMs() + lengthMs, why, times });
  };
  const ban: Scores["ban"] = (peer, host, why, periodMs) => {
    if (peer !== null) banOne(peer, null, why, periodMs);
    if (host !== null) banOne(null, host, why, periodMs);
  };

  return {
    score: (peer) => Math.round(score(peer)),
    report(peer, fault, host, points) {
      if (fault.blame !== "sender") return false;
      const left = score(peer) - (points ?? POINTS[fault.code] ?? DEFAULT_POINTS);
      marks.delete(peer);
      marks.set(peer, { points: left, atMs: clock.nowMs() });
      if (left > BAN_AT) return false;
      marks.delete(peer);
      ban(peer, host, fault.code);
      return true;
    },
    ban,
    unban(peer, host) {
      if (peer !== null) bans.delete(keyOf(peer, null));
      if (host !== null) bans.delete(keyOf(null, host));
    },
    banned(peer, host) {
      const ofPeer = peer === null ? undefined : bans.get(keyOf(peer, null));
      const ofHost = host === null ? undefined : bans.get(keyOf(null, host));
      return [ofPeer, ofHost].some((entry) => entry !== undefined && inForce(entry));
    },
    bans: () => [...bans].map(([, entry]) => entry).filter(inForce),
    export: () => [...bans].map(([, entry]) => entry).filter((entry) => entry.untilMs + REMEMBER_MS > clock.nowMs()),
  };
}
