/** A block as the API names it, and as it is stored. */
import type { BlockId } from "#base";
import type { Header } from "#model";

export type Awaitable<T> = T | Promise<T>;

export interface BlockPoint {
  readonly height: number;
  readonly id: BlockId;
}

/** A stored block without its body. */
export interface BlockRecord {
  readonly id: BlockId;
  readonly header: Header;
  /** Of header and body as they travel. */
  readonly sizeBytes: number;
  readonly transactionCount: number;
  /** Of the branch up to this block, in the engine's unit. */
  readonly weight: bigint;
}
