export { createHandshake, type Handshake } from "./handlers/handshake.ts";
export type {
  BlockSink,
  BlockSource,
  HeaderVerdict,
  PeerReports,
  TransactionSink,
  TransactionSource,
} from "./handlers/ports.ts";
export { type BlockRelay, createBlockRelay } from "./handlers/relay-blocks.ts";
export { createTransactionRelay, type TransactionRelay } from "./handlers/relay-transactions.ts";
export { createVoteRelay, type VoteRelay } from "./handlers/relay-votes.ts";
export { serveRequests } from "./handlers/serve.ts";
export { createFilePeerStore } from "./peers/file-peer-store.ts";
export { type PeerAddress, parsePeerAddress } from "./peers/peer-address.ts";
export { PEERS_PROTOCOL } from "./peers/peer-exchange.ts";
export {
  createPeerManager,
  LEAVE_PROTOCOL,
  type PeerManager,
  type PeerManagerOptions,
  type PeerManagerParts,
  type PeerView,
} from "./peers/peer-manager.ts";
export { type Ban, createMemoryPeerStore, type PeerData, type PeerStore } from "./peers/peer-store.ts";
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
export { encodeCompactBlock } from "./wire/compact-block.ts";
export { PROTOCOLS, topicsOf } from "./wire/protocols.ts";
export {
  decodeHeaders,
  encodeHeadersRequest,
  encodeIds,
  MAX_BODIES,
  MAX_HEADERS,
} from "./wire/requests.ts";
export { claimsMore, encodeStatus, type Status, WIRE_VERSION } from "./wire/status.ts";
