/** Gossip over gossipsub: unsigned, named by content, validated before it is relayed, scored by the library. */

import { type GossipSub, type GossipsubOpts, gossipsub, StrictNoSign, TopicValidatorResult } from "@libp2p/gossipsub";
import { createTopicScoreParams } from "@libp2p/gossipsub/score";
import { blameSender, type Fault, type Logger, OperationError, toHex } from "#base";
import { plainBytes } from "./frames.ts";
import type { Listeners } from "./listeners.ts";
import { computeMessageId } from "./message-id.ts";
import {
  GOSSIP_SEEN_MS,
  type GossipValidator,
  type GossipVerdict,
  MAX_GOSSIP_UNDER_WAY,
  type PeerId,
  type Transport,
} from "./port.ts";
import { createSlots } from "./slots.ts";

/** One RPC may carry several messages when a peer asks for what it missed. */
const MIN_RPC_BYTES = 4 << 20;
const RPC_OVERHEAD_BYTES = 64 * 1024;
/** A peer that reads so slowly is let go; see libp2p-peers.ts. */
const MAX_OUTBOUND_BUFFER_BYTES = 32 << 20;
const MAX_TOPIC_BYTES_PER_PEER = 128 * 1024;

const VERDICTS: Readonly<Record<GossipVerdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
};

interface Parts {
  readonly log: Logger;
  readonly faults: Listeners<[PeerId, Fault]>;
}

interface Topic {
  readonly maxBytes: number;
  readonly validate: GossipValidator;
}

export interface Libp2pGossip extends Pick<Transport, "subscribe" | "publish"> {
  /** The service for a node about to be made. Topics known by now are scored. */
  service(): ReturnType<typeof gossipsub>;
  attach(gossip: GossipSub): void;
}

export function createLibp2pGossip(parts: Parts): Libp2pGossip {
  const topics = new Map<string, Topic>();
  const slots = createSlots(MAX_GOSSIP_UNDER_WAY);
  let attached: GossipSub | null = null;

  const join = (gossip: GossipSub, name: string, topic: Topic): void => {
    gossip.topicValidators.set(name, async (peer, message) => {
      const from = peer.toString();
      const sizeBytes = message.data.length;
      if (sizeBytes > topic.maxBytes) {
        parts.faults.call(from, blameSender("gossip-too-long", { topic: name, sizeBytes }));
        return TopicValidatorResult.Reject;
      }
      if (!slots.take(from)) return TopicValidatorResult.Ignore;
      try {
        return VERDICTS[await topic.validate(from, plainBytes(message.data))];
      } catch (error) {
        parts.log.error("gossip validator failed", { topic: name, error: String(error) });
        return TopicValidatorResult.Ignore;
      } finally {
        slots.release(from);
      }
    });
    gossip.subscribe(name);
  };

  return {
    service: () => gossipsub(gossipOptions(topics)),
    attach(gossip) {
      attached = gossip;
      for (const [name, topic] of topics) join(gossip, name, topic);
    },
    subscribe(name, limits, validate) {
      const topic = { maxBytes: limits.maxBytes, validate };
      topics.set(name, topic);
      if (attached !== null) join(attached, name, topic);
    },
    async publish(name, bytes) {
      const topic = topics.get(name);
      if (topic === undefined) throw new OperationError("unknown-topic", `${name} is not subscribed`);
      if (bytes.length > topic.maxBytes)
        throw new OperationError("message-too-long", `${bytes.length} bytes on ${name}`);
      if (attached === null) throw new OperationError("transport-stopped", "the transport does not run");
      await attached.publish(name, bytes);
    },
  };
}

function gossipOptions(topics: ReadonlyMap<string, Topic>): Partial<GossipsubOpts> {
  const largestBytes = Math.max(0, ...[...topics.values()].map((topic) => topic.maxBytes));
  return {
    globalSignaturePolicy: StrictNoSign,
    msgIdFn: (message) => computeMessageId(message.topic, message.data),
    msgIdToStrFn: toHex,
    // Runs before anything of a message is kept: topics that nobody here asked for leave no trace.
    dataTransform: {
      inboundTransform: (name, data) => {
        if (!topics.has(name)) throw new Error(`unknown topic ${name}`);
        return data;
      },
      outboundTransform: (_name, data) => data,
    },
    emitSelf: false,
    fallbackToFloodsub: false,
    floodPublish: true,
    batchPublish: true,
    allowPublishToZeroTopicPeers: true,
    ignoreDuplicatePublishError: true,
    seenTTL: GOSSIP_SEEN_MS,
    // Two nodes have one neighbour each, fifty have a mesh of six; both are within these bounds.
    D: 6,
    Dlo: 4,
    Dhi: 12,
    Dout: 2,
    heartbeatInterval: 1000,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    maxInboundDataLength: Math.max(MIN_RPC_BYTES, 2 * largestBytes) + RPC_OVERHEAD_BYTES,
    maxOutboundBufferSize: MAX_OUTBOUND_BUFFER_BYTES,
    maxTopicBytesPerPeer: MAX_TOPIC_BYTES_PER_PEER,
    scoreParams: {
      // Nodes of one machine or one office share an address.
      IPColocationFactorThreshold: 20,
      IPColocationFactorWhitelist: new Set(["127.0.0.1", "::1"]),
      topics: Object.fromEntries([...topics.keys()].map((name) => [name, createTopicScoreParams(TOPIC_SCORES)])),
    },
  };
}

/** Small networks are quiet: nobody is punished for having nothing to deliver, only for delivering rubbish. */
const TOPIC_SCORES = {
  topicWeight: 1,
  timeInMeshWeight: 0.01,
  timeInMeshQuantum: 1000,
  timeInMeshCap: 300,
  firstMessageDeliveriesWeight: 0.1,
  firstMessageDeliveriesDecay: 0.9,
  firstMessageDeliveriesCap: 50,
  meshMessageDeliveriesWeight: 0,
  meshFailurePenaltyWeight: 0,
  invalidMessageDeliveriesWeight: -10,
  invalidMessageDeliveriesDecay: 0.95,
} as const;
