/** What the handlers need of the node around them; `node` connects it. */
import type { BlockId, Fault, TransactionId } from "#base";
import type { Block, Header, PreparedTransaction } from "#model";
import type { ConnectionInfo, PeerId } from "../transport/port.ts";
import type { Status } from "../wire/status.ts";

export interface BlockSource {
  status(): Status;
  /** Header bytes after the first id of the locator that lies on our chain; empty when none does. */
  headersAfter(locator: readonly BlockId[], limit: number): readonly Uint8Array[];
  bodyBytes(id: BlockId): Uint8Array | null;
}

export type HeaderVerdict =
  | { readonly kind: "fresh"; readonly id: BlockId }
  /** Worth asking its sender for the way to it, not worth relaying. */
  | { readonly kind: "unknown-parent"; readonly id: BlockId }
  | { readonly kind: "too-early"; readonly id: BlockId }
  | { readonly kind: "known"; readonly id: BlockId }
  | { readonly kind: "fault"; readonly fault: Fault };

export interface BlockSink {
  checkHeader(header: Header): HeaderVerdict;
  /** Runs the import line. The fault blames the sender only for what a relay can know: that the body fits its header. */
  importBlock(block: Block, known: readonly (PreparedTransaction | null)[]): Promise<Fault | null>;
}

export interface TransactionSource {
  pending(): Iterable<PreparedTransaction>;
  has(id: TransactionId): boolean;
}

export interface TransactionSink {
  /**
   * Checks signatures and admits; one verdict each, a fault also for what is kept but not passed on yet.
   * Gossip is not announced again, it relays itself; what was fetched from one peer may be news to the others.
   */
  submit(transactions: readonly Uint8Array[], origin: "gossip" | "fetched"): Promise<readonly (Fault | null)[]>;
}

/** Where faults of peers are counted. */
export interface PeerReports {
  report(peer: PeerId, fault: Fault): void;
  /** Honest, but not for us: disconnected and left alone for a while. */
  turnAway(peer: PeerId, why: string): void;
}

/** Connections as the peer manager sees them: a peer that said goodbye is gone at once. */
export interface PeerNews {
  onConnect(listener: (connection: ConnectionInfo) => void): () => void;
  onDisconnect(listener: (peer: PeerId) => void): () => void;
}
