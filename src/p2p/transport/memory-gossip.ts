/** Gossip over the memory network: flooding among connected peers, validated at each hop before it is relayed. */

import { BoundedMap, blameSender, type Fault, OperationError, toHex } from "#base";
import type { Listeners } from "./listeners.ts";
import type { Link, Medium } from "./memory-link.ts";
import { computeMessageId } from "./message-id.ts";
import { GOSSIP_SEEN_MS, type GossipValidator, MAX_GOSSIP_UNDER_WAY, type PeerId, type Transport } from "./port.ts";
import { createSlots } from "./slots.ts";

const MAX_SEEN = 65_536;

interface Parts {
  readonly self: PeerId;
  readonly medium: Medium;
  readonly linkTo: (peer: PeerId) => Link | undefined;
  readonly faults: Listeners<[PeerId, Fault]>;
  readonly peers: () => Iterable<PeerId>;
}

export interface MemoryGossip extends Pick<Transport, "subscribe" | "publish"> {
  subscribed(topic: string): boolean;
  receive(from: PeerId, topic: string, bytes: Uint8Array): void;
}

export function createMemoryGossip(parts: Parts): MemoryGossip {
  const { medium, self } = parts;
  const topics = new Map<string, { readonly maxBytes: number; readonly validate: GossipValidator }>();
  const slots = createSlots(MAX_GOSSIP_UNDER_WAY);
  const seenMs = new BoundedMap<string, number>(MAX_SEEN);

  /** True the first time. */
  const remember = (topic: string, bytes: Uint8Array): boolean => {
    const id = toHex(computeMessageId(topic, bytes));
    const before = seenMs.get(id);
    if (before !== undefined && medium.clock.nowMs() - before < GOSSIP_SEEN_MS) return false;
    seenMs.delete(id);
    seenMs.set(id, medium.clock.nowMs());
    return true;
  };

  const flood = (topic: string, bytes: Uint8Array, except: PeerId | null): void => {
    for (const peer of [...parts.peers()]) {
      if (peer === except || !medium.endpoint(peer)?.subscribed(topic)) continue;
      const link = parts.linkTo(peer);
      if (link === undefined || !medium.survives(self, peer)) continue;
      medium.send(self, peer, "gossip", bytes.length, () => {
        if (link.open) medium.endpoint(peer)?.gossip(self, topic, bytes);
      });
    }
  };

  return {
    subscribed: (topic) => topics.has(topic),
    subscribe(topic, limits, validate) {
      topics.set(topic, { maxBytes: limits.maxBytes, validate });
    },
    async publish(topic, bytes) {
      const known = topics.get(topic);
      if (known === undefined) throw new OperationError("unknown-topic", `${topic} is not subscribed`);
      if (bytes.length > known.maxBytes)
        throw new OperationError("message-too-long", `${bytes.length} bytes on ${topic}`);
      if (remember(topic, bytes)) flood(topic, bytes, null);
    },
    receive(from, topic, bytes) {
      const known = topics.get(topic);
      if (known === undefined) return;
      const sizeBytes = bytes.length;
      if (sizeBytes > known.maxBytes)
        return parts.faults.call(from, blameSender("gossip-too-long", { topic, sizeBytes }));
      if (!remember(topic, bytes)) return;
      if (!slots.take(from)) return;
      known
        .validate(from, bytes)
        .then(
          (verdict) => verdict === "accept" && flood(topic, bytes, from),
          (error: unknown) => medium.log.error("gossip validator failed", { topic, error: String(error) }),
        )
        .finally(() => slots.release(from));
    },
  };
}
