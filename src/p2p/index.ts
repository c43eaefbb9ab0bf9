export { createLibp2pTransport, type Libp2pOptions, type Libp2pParts, peerIdOfSeed } from "./transport/libp2p.ts";
export { createMemoryNetwork, type LinkQuality, type MemoryNetwork } from "./transport/memory.ts";
export type { Delivery } from "./transport/memory-link.ts";
export { computeMessageId } from "./transport/message-id.ts";
export type {
  ConnectionInfo,
  Direction,
  Gate,
  GossipValidator,
  GossipVerdict,
  PeerId,
  RequestHandler,
  RequestLimits,
  RequestOptions,
  Transport,
  Unsubscribe,
} from "./transport/port.ts";
