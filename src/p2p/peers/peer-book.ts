/**
 * The addresses we know. New ones (told by others) and tried ones (reached by ourselves) lie in separate buckets chosen
 * by a secret, the address's subnet and the teller's subnet, so that one network can only ever displace a small part.
 */

import { hash } from "node:crypto";
import { BoundedMap, type Clock, fromHex, type Random, toHex } from "#base";
import type { PeerId } from "../transport/port.ts";
import { type PeerAddress, parsePeerAddress } from "./peer-address.ts";
import type { PeerData, StoredPeer } from "./peer-store.ts";

const BUCKET_SIZE = 16;
const BUCKETS = { new: 64, tried: 16 } as const;
/** How many buckets one teller's subnet (new) or one subnet (tried) can reach. */
const REACHABLE = { new: 8, tried: 4 } as const;
const MAX_ADDRESSES_PER_PEER = 4;
/** Untried addresses of one host: whoever names a victim's host again and again gets no more dials than these. */
const MAX_NEW_PER_HOST = 8;
const ANCHORS = 2;

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = { new: 30 * 60_000, tried: 2 * 60_000 } as const;
/** A peer that said goodbye is left alone this long; it may be restarting. */
const AFTER_LEAVE_MS = 30_000;
/** Failures in a row; a tried address is kept for days besides, so that halves of a parted network find back. */
const FORGET_AFTER = { new: 4, tried: 20 } as const;
const KEEP_TRIED_MS = 3 * 24 * 3_600_000;
/** A forgotten address is not learned again from others for this long, however often it is told. */
const NOT_AGAIN_MS = 6 * 3_600_000;
const MAX_FORGOTTEN = 4096;
/** Older successes are not told to others. */
const FRESH_MS = 24 * 3_600_000;

export interface PeerBookOptions {
  /** Whether loopback and private addresses are remembered; they are then exempt from subnet limits. */
  readonly allowPrivate: boolean;
  readonly self: PeerId;
}

export interface KnownPeer extends StoredPeer {
  readonly parsed: PeerAddress;
}

export interface PeerBook {
  /** @returns false when the address is refused or known */
  add(address: string, source: string): boolean;
  connected(address: string): void;
  failed(address: string): void;
  left(peer: PeerId): void;
  forget(peer: PeerId): void;
  /** One that is due for a dial, at random. */
  pick(place: "new" | "tried", admits: (peer: KnownPeer) => boolean): KnownPeer | null;
  addressesOf(peer: PeerId): readonly string[];
  /** Up to `count` addresses reached lately, at random. */
  fresh(count: number, admits: (address: PeerAddress) => boolean): readonly string[];
  anchors(): readonly string[];
  addAnchor(address: string): void;
  /** Whether nodes behind this host are limited together. */
  exempt(address: PeerAddress): boolean;
  readonly size: number;
  export(): Omit<PeerData, "bans">;
}

interface Entry extends KnownPeer {
  bucket: string;
  place: "new" | "tried";
  lastSuccessMs: number;
  nextTryMs: number;
  failures: number;
}

export function createPeerBook(
  options: PeerBookOptions,
  parts: { readonly clock: Clock; readonly random: Random },
  stored: PeerData | null,
): PeerBook {
  const { clock, random } = parts;
  const secret = fromHex(stored?.secret ?? "") ?? new Uint8Array(0);
  const key = toHex(secret.length === 16 ? secret : random.bytes(16));
  const entries = new Map<string, Entry>();
  const byPeer = new Map<PeerId, Set<Entry>>();
  const newOfHost = new Map<string, Set<Entry>>();
  const buckets = new Map<string, Set<Entry>>();
  const forgottenMs = new BoundedMap<string, number>(MAX_FORGOTTEN);
  let anchors = (stored?.anchors ?? []).slice(0, ANCHORS);

  const exempt = (address: PeerAddress): boolean => options.allowPrivate && address.reach !== "public";
  /** An exempt host has no neighbours worth limiting: each of its ports is a subnet of its own. */
  const subnetOf = (address: PeerAddress): string =>
    exempt(address) ? `${address.host}:${address.port}` : address.subnet;
  const draw = (text: string, bound: number): number =>
    hash("sha256", `${key} ${text}`, "buffer").readUInt32LE(0) % bound;
  const bucketOf = (place: "new" | "tried", address: PeerAddress, source: string): string => {
    const group = subnetOf(address);
    const [outer, inner] = place === "new" ? [source, group] : [group, address.text];
    return `${place} ${draw(`${outer} ${draw(`${group} ${inner}`, REACHABLE[place])}`, BUCKETS[place])}`;
  };

  const remove = (entry: Entry): void => {
    entries.delete(entry.address);
    takeOut(buckets, entry.bucket, entry);
    takeOut(byPeer, entry.parsed.peer, entry);
    takeOut(newOfHost, entry.parsed.host, entry);
  };
  const insert = (entry: Entry): void => {
    entry.bucket = bucketOf(entry.place, entry.parsed, entry.source);
    const bucket = buckets.get(entry.bucket);
    if (bucket !== undefined && bucket.size >= BUCKET_SIZE) displace(worstOf(bucket));
    entries.set(entry.address, entry);
    putIn(buckets, entry.bucket, entry);
    putIn(byPeer, entry.parsed.peer, entry);
    if (entry.place === "new") putIn(newOfHost, entry.parsed.host, entry);
  };
  /** A tried address that must go becomes a new one again; a new one is forgotten. */
  const displace = (entry: Entry): void => {
    remove(entry);
    if (entry.place === "new") return;
    entry.place = "new";
    insert(entry);
  };
  const makeEntry = (parsed: PeerAddress, from: StoredPeer): Entry => ({ ...from, parsed, bucket: "" });

  for (const peer of stored?.peers ?? []) {
    const parsed = parsePeerAddress(peer.address);
    if (parsed !== null && (parsed.reach === "public" || options.allowPrivate)) insert(makeEntry(parsed, peer));
  }

  const ofPeer = (peer: PeerId): Entry[] => [...(byPeer.get(peer) ?? [])];

  return {
    get size() {
      return entries.size;
    },
    exempt,
    add(address, source) {
      const parsed = parsePeerAddress(address);
      if (parsed === null || parsed.peer === options.self || entries.has(address)) return false;
      if (parsed.reach !== "public" && !options.allowPrivate) return false;
      if (ofPeer(parsed.peer).length >= MAX_ADDRESSES_PER_PEER) return false;
      if (!exempt(parsed) && (newOfHost.get(parsed.host)?.size ?? 0) >= MAX_NEW_PER_HOST) return false;
      const nowMs = clock.nowMs();
      if (nowMs - (forgottenMs.get(address) ?? Number.NEGATIVE_INFINITY) < NOT_AGAIN_MS) return false;
      const fresh = {
        address,
        source,
        place: "new",
        addedMs: nowMs,
        lastSuccessMs: 0,
        nextTryMs: 0,
        failures: 0,
      } as const;
      insert(makeEntry(parsed, fresh));
      return true;
    },
    connected(address) {
      forgottenMs.delete(address);
      if (!entries.has(address)) this.add(address, "self");
      const entry = entries.get(address);
      if (entry === undefined) return;
      entry.lastSuccessMs = clock.nowMs();
      entry.failures = 0;
      entry.nextTryMs = 0;
      if (entry.place === "tried") return;
      remove(entry);
      entry.place = "tried";
      insert(entry);
    },
    failed(address) {
      const entry = entries.get(address);
      if (entry === undefined) return;
      entry.failures++;
      const stale = clock.nowMs() - entry.lastSuccessMs > KEEP_TRIED_MS;
      if (entry.failures >= FORGET_AFTER[entry.place] && (entry.place === "new" || stale)) {
        forgottenMs.set(address, clock.nowMs());
        remove(entry);
        return;
      }
      const doubled = Math.min(FIRST_RETRY_MS * 2 ** (entry.failures - 1), MAX_RETRY_MS[entry.place]);
      entry.nextTryMs = clock.nowMs() + jitter(random, doubled);
    },
    left(peer) {
      for (const entry of ofPeer(peer)) entry.nextTryMs = clock.nowMs() + jitter(random, AFTER_LEAVE_MS);
    },
    forget(peer) {
      for (const entry of ofPeer(peer)) remove(entry);
      anchors = anchors.filter((anchor) => parsePeerAddress(anchor)?.peer !== peer);
    },
    pick(place, admits) {
      const nowMs = clock.nowMs();
      const due = [...entries.values()].filter((e) => e.place === place && e.nextTryMs <= nowMs && admits(e));
      return due.length === 0 ? null : due[random.below(due.length)]!;
    },
    addressesOf: (peer) => ofPeer(peer).map((entry) => entry.address),
    fresh(count, admits) {
      const sinceMs = clock.nowMs() - FRESH_MS;
      const good = [...entries.values()].filter(
        (e) => e.place === "tried" && e.lastSuccessMs >= sinceMs && e.failures === 0 && admits(e.parsed),
      );
      return shuffle(random, good)
        .slice(0, count)
        .map((entry) => entry.address);
    },
    anchors: () => anchors,
    addAnchor(address) {
      const peer = parsePeerAddress(address)?.peer;
      const others = anchors.filter((anchor) => parsePeerAddress(anchor)?.peer !== peer);
      anchors = [address, ...others].slice(0, ANCHORS);
    },
    export: () => ({
      secret: key,
      anchors,
      peers: [...entries.values()].map(({ parsed: _parsed, bucket: _bucket, ...peer }) => peer),
    }),
  };
}

function putIn(sets: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(entry));
}

function takeOut(sets: Map<string, Set<Entry>>, key: string, entry: Entry): void {
  const set = sets.get(key);
  set?.delete(entry);
  if (set?.size === 0) sets.delete(key);
}

/** The one whose loss costs least: most failures, then longest without success, then oldest. */
function worstOf(bucket: ReadonlySet<Entry>): Entry {
  let worst: Entry | null = null;
  for (const entry of bucket) if (worst === null || isWorse(entry, worst)) worst = entry;
  return worst!;
}

function isWorse(a: Entry, b: Entry): boolean {
  if (a.failures !== b.failures) return a.failures > b.failures;
  if (a.lastSuccessMs !== b.lastSuccessMs) return a.lastSuccessMs < b.lastSuccessMs;
  return a.addedMs < b.addedMs;
}

/** Between half and one and a half of the period, so that nodes do not act in step. */
export function jitter(random: Random, periodMs: number): number {
  return Math.floor(periodMs / 2) + random.below(Math.max(1, Math.floor(periodMs)));
}

function shuffle<T>(random: Random, items: readonly T[]): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const k = random.below(i + 1);
    [out[i], out[k]] = [out[k]!, out[i]!];
  }
  return out;
}
