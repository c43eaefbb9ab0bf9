/** Keeps enough outbound connections: anchors first, then the book, then the bootstrap list; feelers test new addresses. */

import { type Cancel, type Clock, every, type Logger, type Random } from "#base";
import type { PeerId, Transport } from "../transport/port.ts";
import { parsePeerAddress } from "./peer-address.ts";
import { jitter, type KnownPeer, type PeerBook } from "./peer-book.ts";

const TICK_MS = 5_000;
const SOON_MS = 100;
const MAX_PARALLEL_DIALS = 4;
const MAX_PER_SUBNET = 2;
const BOOTSTRAP_FIRST_RETRY_MS = 1_000;
const BOOTSTRAP_MAX_RETRY_MS = 30_000;
/** Long enough for a feeler to exchange addresses. */
const FEELER_STAY_MS = 10_000;

export interface DialerOptions {
  readonly bootstrap: readonly string[];
  readonly targetOutbound: number;
  readonly dialTimeoutMs: number;
  readonly feelerPeriodMs: number;
}

interface Parts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly book: PeerBook;
  readonly banned: (peer: PeerId | null, address: string) => boolean;
}

interface Bootstrap {
  readonly address: string;
  peer: PeerId | null;
  nextTryMs: number;
  failures: number;
}

export interface Dialer {
  start(): void;
  stop(): void;
  /** Looks soon whether something is to be dialled. */
  wake(): void;
}

export function createDialer(options: DialerOptions, parts: Parts): Dialer {
  const { transport, clock, random, book } = parts;
  const dialling = new Set<string>();
  const feelers = new Set<PeerId>();
  const anchors = [...book.anchors()];
  const bootstrap: Bootstrap[] = options.bootstrap.map((address) => {
    return { address, peer: parsePeerAddress(address)?.peer ?? null, nextTryMs: 0, failures: 0 };
  });
  let running = false;
  let cancels: Cancel[] = [];
  let waking = false;

  const isConnected = (peer: PeerId | null): boolean => transport.connections().some((c) => c.peer === peer);
  const isDialling = (peer: PeerId): boolean =>
    [...dialling].some((address) => parsePeerAddress(address)?.peer === peer);
  const outbound = () => transport.connections().filter((c) => c.direction === "out" && !feelers.has(c.peer));

  const admits = (known: KnownPeer): boolean => {
    const { parsed } = known;
    if (parsed.peer === transport.self || isConnected(parsed.peer) || isDialling(parsed.peer)) return false;
    if (parts.banned(parsed.peer, known.address)) return false;
    if (book.exempt(parsed)) return true;
    const near = outbound().filter((c) => parsePeerAddress(c.address)?.subnet === parsed.subnet).length;
    const coming = [...dialling].filter((address) => parsePeerAddress(address)?.subnet === parsed.subnet).length;
    return near + coming < MAX_PER_SUBNET;
  };

  const fromBootstrap = (): Bootstrap | null => {
    const due = bootstrap.filter(
      (entry) =>
        entry.nextTryMs <= clock.nowMs() &&
        !dialling.has(entry.address) &&
        entry.peer !== transport.self &&
        !isConnected(entry.peer) &&
        !parts.banned(entry.peer, entry.address),
    );
    return due.length === 0 ? null : due[random.below(due.length)]!;
  };

  const next = (): string | null => {
    for (let anchor = anchors.shift(); anchor !== undefined; anchor = anchors.shift()) {
      const parsed = parsePeerAddress(anchor);
      if (parsed !== null && !isConnected(parsed.peer) && !parts.banned(parsed.peer, anchor)) return anchor;
    }
    const order = random.below(2) === 0 ? (["tried", "new"] as const) : (["new", "tried"] as const);
    const known = book.pick(order[0], admits) ?? book.pick(order[1], admits);
    return known?.address ?? fromBootstrap()?.address ?? null;
  };

  const dial = async (address: string): Promise<PeerId | null> => {
    dialling.add(address);
    const listed = bootstrap.find((entry) => entry.address === address);
    try {
      const peer = await transport.dial(address, options.dialTimeoutMs);
      if (listed !== undefined)
        Object.assign(listed, { peer, failures: 0, nextTryMs: clock.nowMs() + BOOTSTRAP_FIRST_RETRY_MS });
      return peer;
    } catch (error) {
      parts.log.debug("dial failed", { address, error: String(error) });
      if (running) book.failed(address);
      if (listed !== undefined) {
        const doubled = Math.min(BOOTSTRAP_FIRST_RETRY_MS * 2 ** listed.failures++, BOOTSTRAP_MAX_RETRY_MS);
        listed.nextTryMs = clock.nowMs() + jitter(random, doubled);
      }
      return null;
    } finally {
      dialling.delete(address);
    }
  };

  const tick = (): void => {
    let room = Math.min(options.targetOutbound - outbound().length, MAX_PARALLEL_DIALS) - dialling.size;
    for (; running && room > 0; room--) {
      const address = next();
      if (address === null) return;
      dial(address).then((peer) => peer === null && wake());
    }
  };

  const feel = async (): Promise<void> => {
    const known = running ? book.pick("new", admits) : null;
    if (known === null) return;
    feelers.add(known.parsed.peer);
    const peer = await dial(known.address);
    clock.after(peer === null ? 0 : FEELER_STAY_MS, () => {
      feelers.delete(known.parsed.peer);
      if (running && outbound().length > options.targetOutbound)
        transport.disconnect(known.parsed.peer).catch(() => {});
    });
  };

  function wake(): void {
    if (waking || !running) return;
    waking = true;
    cancels.push(
      clock.after(jitter(random, SOON_MS), () => {
        waking = false;
        tick();
      }),
    );
  }

  return {
    start() {
      running = true;
      cancels = [every(clock, TICK_MS, tick), every(clock, options.feelerPeriodMs, () => void feel())];
      tick();
    },
    stop() {
      running = false;
      for (const cancel of cancels) cancel();
      cancels = [];
    },
    wake,
  };
}
