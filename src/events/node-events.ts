/** The events of a node, with what each guarantees. */
import type { BlockId, TransactionId } from "#base";
import type { Header, PreparedTransaction, Vote } from "#model";

/** A block that joined or left the chain of the head. */
export interface ChainBlock {
  readonly id: BlockId;
  readonly header: Header;
  readonly transactions: readonly PreparedTransaction[];
}

export type DropReason = "included" | "replaced" | "evicted" | "invalid" | "expired";

export interface NodeEvents {
  /**
   * The head moved. Everything named is durable and readable when this is sent.
   * Reverted newest first, applied oldest first; one event a move, moves in order.
   */
  readonly "head-changed": { readonly reverted: readonly ChainBlock[]; readonly applied: readonly ChainBlock[] };
  /** A higher block than ever before is final here, for good; sent after the move of the head that made it so. */
  readonly finalized: { readonly height: number; readonly id: BlockId };
  /** A valid header with its body came in and is stored, whether or not the head moved. */
  readonly "block-stored": { readonly id: BlockId; readonly header: Header };
  /** In the mempool; durable a moment later (the submitter is answered then). */
  readonly "transaction-added": { readonly item: PreparedTransaction; readonly relay: boolean };
  /** A vote that is new here and may count on the chain of the head. */
  readonly "vote-added": { readonly vote: Vote };
  readonly "transaction-dropped": { readonly id: TransactionId; readonly reason: DropReason; readonly code?: string };
  readonly "peer-connected": { readonly peer: string; readonly address: string; readonly direction: "in" | "out" };
  readonly "peer-disconnected": { readonly peer: string };
  /** Something that the operator must know; each code once until it clears. */
  readonly notice: { readonly code: string; readonly text: string; readonly active: boolean };
}
