/** Transactions among peers: many to a message, sent on once our own checks have passed. */
import { blameSender, type Cancel, type Clock, concatBytes, type Hash, type Logger, writeUint } from "#base";
import type { Bus, NodeEvents } from "#events";
import { decodeParts, encodeParts } from "#model";
import type { GossipVerdict, PeerId, Transport } from "../transport/port.ts";
import {
  MAX_TRANSACTIONS_MESSAGE_BYTES,
  MAX_TRANSACTIONS_PER_MESSAGE,
  PROTOCOLS,
  topicsOf,
} from "../wire/protocols.ts";
import type { PeerReports, TransactionSink } from "./ports.ts";

/** How long a transaction may wait for company. */
const GATHER_MS = 25;
const FLUSH_BYTES = 256 * 1024;
const SENT_BYTES = 8;

export interface RelayTransactionsParts {
  readonly chainId: Hash;
  readonly transport: Transport;
  readonly sink: TransactionSink;
  readonly reports: PeerReports;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly isReady: (peer: PeerId) => boolean;
}

export interface TransactionRelay {
  start(): void;
  stop(): void;
  /** Asks a peer for what is pending there. */
  fetchPending(peer: PeerId): Promise<void>;
}

export function createTransactionRelay(parts: RelayTransactionsParts): TransactionRelay {
  const { transport, sink, reports, clock, log } = parts;
  const topic = topicsOf(parts.chainId).transactions;
  const malformed = blameSender("transactions-malformed");
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let cancel: Cancel | null = null;
  const stops: (() => void)[] = [];

  const flush = (): void => {
    cancel?.();
    cancel = null;
    if (batch.length === 0) return;
    const message = encodeMessage(batch, clock.nowMs());
    batch = [];
    batchBytes = 0;
    transport.publish(topic, message).catch((error) => log.debug("transactions not sent", { why: String(error) }));
  };
  const gather = (transaction: Uint8Array): void => {
    batch.push(transaction);
    batchBytes += transaction.length;
    if (batchBytes >= FLUSH_BYTES || batch.length >= MAX_TRANSACTIONS_PER_MESSAGE) flush();
    else cancel ??= clock.after(GATHER_MS, flush);
  };
  const take = async (from: PeerId, bytes: Uint8Array): Promise<GossipVerdict> => {
    if (!parts.isReady(from)) return "ignore";
    const list = decodeParts(bytes.subarray(SENT_BYTES), MAX_TRANSACTIONS_PER_MESSAGE);
    if (bytes.length < SENT_BYTES || list === null || list.length === 0) {
      reports.report(from, malformed);
      return "reject";
    }
    const faults = await sink.submit(list, "gossip").catch((error: unknown) => {
      // Our own trouble, such as a full disk: nobody's message is judged by it.
      log.debug("transactions not taken in", { why: String(error) });
      return [];
    });
    const guilty = faults.find((fault) => fault?.blame === "sender");
    if (guilty) {
      reports.report(from, guilty);
      // The message goes no further, and the good ones in it are known here from now on: others hear of them from us.
      list.forEach((each, i) => {
        if (faults[i] === null) gather(each);
      });
      return "reject";
    }
    return faults.some((fault) => fault === null) ? "accept" : "ignore";
  };

  transport.subscribe(topic, { maxBytes: MAX_TRANSACTIONS_MESSAGE_BYTES }, take);
  return {
    start() {
      stops.push(
        parts.events.on("transaction-added", ({ item, relay }) => {
          if (relay) gather(item.bytes);
        }),
      );
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      flush();
    },
    async fetchPending(peer) {
      try {
        const options = { timeoutMs: 10_000, maxResponseBytes: 16 * 1024 * 1024, maxChunks: 1_024 };
        for (const chunk of await transport.request(peer, PROTOCOLS.pool, new Uint8Array(), options)) {
          const list = decodeParts(chunk, MAX_TRANSACTIONS_PER_MESSAGE);
          const faults = list === null ? [malformed] : await sink.submit(list, "fetched");
          const guilty = faults.find((fault) => fault?.blame === "sender");
          if (guilty) return reports.report(peer, guilty);
        }
      } catch (error) {
        log.debug("pending transactions not fetched", { peer, why: String(error) });
      }
    },
  };
}

/**
 * When it was sent, u64 ms, then the list (rule WIRE-9). Nobody relies on the time: it makes a later message with the
 * same transactions, as after a reorganisation, another message to the gossip layer.
 */
function encodeMessage(transactions: readonly Uint8Array[], sentMs: number): Uint8Array {
  const sent = new Uint8Array(SENT_BYTES);
  writeUint(sent, 0, SENT_BYTES, BigInt(sentMs));
  return concatBytes(sent, encodeParts(transactions));
}
