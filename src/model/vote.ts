import type { BlockId, Key, Signature } from "#base";

/** A block that stands for an epoch (of height, where an engine has no epochs). */
export interface Checkpoint {
  readonly epoch: number;
  readonly id: BlockId;
}

/** A voter's statement that the chain leads from `source` to `target`. */
export interface Vote {
  readonly source: Checkpoint;
  readonly target: Checkpoint;
  readonly key: Key;
  readonly signature: Signature;
}
