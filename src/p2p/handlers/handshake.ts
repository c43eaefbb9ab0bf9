/**
 * The status handshake: each side says which chain it is on; another chain or genesis is turned away. Until it is
 * done, a peer is asked nothing and answered nothing else.
 */
import { blameNobody, type Cancel, type Clock, equalBytes, err, type Fault, type Logger, ok, type Result } from "#base";
import type { PeerId, Transport } from "../transport/port.ts";
import { LIMITS, PROTOCOLS } from "../wire/protocols.ts";
import { decodeStatus, encodeStatus, STATUS_BYTES, type Status, WIRE_VERSION } from "../wire/status.ts";
import type { BlockSource, PeerNews, PeerReports } from "./ports.ts";

/** How long an inbound peer may keep silent. */
const PATIENCE_MS = 10_000;
const ANSWER_MS = 100;

export interface HandshakeParts {
  readonly transport: Transport;
  readonly source: BlockSource;
  readonly reports: PeerReports;
  readonly news: PeerNews;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onReady: (peer: PeerId, status: Status) => void;
  /** Each status of a peer on our chain, the first one too, as it comes. */
  readonly onStatus?: (peer: PeerId, status: Status) => void;
  readonly onGone: (peer: PeerId) => void;
}

export interface Handshake {
  /** Peers that are on our chain, with the last status each gave. */
  readonly ready: ReadonlyMap<PeerId, Status>;
  isReady(peer: PeerId): boolean;
  /** Like `isReady`, but waits for a status that was asked for: what a peer sends right behind it may overtake it. */
  meets(peer: PeerId): Promise<boolean>;
  /** Asks again, one question at a time. @returns null when the peer did not answer */
  refresh(peer: PeerId): Promise<Status | null>;
  start(): void;
  stop(): void;
}

export function createHandshake(parts: HandshakeParts): Handshake {
  const { transport, source, clock, log } = parts;
  const ready = new Map<PeerId, Status>();
  const patience = new Map<PeerId, Cancel>();
  const asking = new Map<PeerId, Promise<Status | null>>();
  const stops: (() => void)[] = [];

  const forget = (peer: PeerId): void => {
    patience.get(peer)?.();
    patience.delete(peer);
    if (ready.delete(peer)) parts.onGone(peer);
  };
  const turnAway = (peer: PeerId, fault: Fault): void => {
    forget(peer);
    // A moment later, so that our own status still reaches the other side and it learns why.
    clock.after(ANSWER_MS, () => {
      if (fault.blame === "sender") parts.reports.report(peer, fault);
      parts.reports.turnAway(peer, fault.code);
    });
  };
  const accept = (peer: PeerId, bytes: Uint8Array): Result<Status, Fault> => {
    const status = decodeStatus(bytes);
    const checked = status.ok ? checkStatus(source.status(), status.value) : status;
    if (!checked.ok) {
      turnAway(peer, checked.error);
      return checked;
    }
    patience.get(peer)?.();
    patience.delete(peer);
    const isNew = !ready.has(peer);
    ready.set(peer, checked.value);
    parts.onStatus?.(peer, checked.value);
    if (isNew) parts.onReady(peer, checked.value);
    return checked;
  };
  const ask = (peer: PeerId): Promise<Status | null> => {
    const answer = asking.get(peer) ?? request(peer).finally(() => asking.delete(peer));
    asking.set(peer, answer);
    return answer;
  };
  const request = async (peer: PeerId): Promise<Status | null> => {
    try {
      const own = encodeStatus(source.status());
      const { timeoutMs } = LIMITS.status;
      const [answer] = await transport.request(peer, PROTOCOLS.status, own, {
        timeoutMs,
        maxResponseBytes: STATUS_BYTES,
      });
      const checked = accept(peer, answer ?? new Uint8Array());
      return checked.ok ? checked.value : null;
    } catch (error) {
      log.debug("no status from peer", { peer, why: String(error) });
      return null;
    }
  };
  const meet = async (peer: PeerId): Promise<void> => {
    const status = await ask(peer);
    if (status === null && !ready.has(peer)) await transport.disconnect(peer).catch(() => {});
  };

  transport.handle(PROTOCOLS.status, LIMITS.status, async (from, request) => {
    const own = encodeStatus(source.status());
    accept(from, request);
    return own;
  });
  return {
    ready,
    isReady: (peer) => ready.has(peer),
    async meets(peer) {
      if (!ready.has(peer)) await asking.get(peer);
      return ready.has(peer);
    },
    refresh: ask,
    start() {
      stops.push(
        parts.news.onConnect(({ peer, direction }) => {
          if (direction === "out") void meet(peer);
          else if (!ready.has(peer))
            patience.set(
              peer,
              clock.after(PATIENCE_MS, () => {
                if (!ready.has(peer)) turnAway(peer, blameNobody("status-missing"));
              }),
            );
        }),
        parts.news.onDisconnect(forget),
      );
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      for (const cancel of patience.values()) cancel();
      patience.clear();
    },
  };
}

function checkStatus(own: Status, other: Status): Result<Status, Fault> {
  if (other.wireVersion !== WIRE_VERSION)
    return err(blameNobody("status-other-version", { version: other.wireVersion }));
  if (!equalBytes(own.chainId, other.chainId)) return err(blameNobody("status-other-chain"));
  if (!equalBytes(own.genesisId, other.genesisId)) return err(blameNobody("status-other-genesis"));
  return ok(other);
}
