/** Names of the chain's single values in the store. */
export const META = {
  /** seq of the block that all nodes' users see as the head. */
  head: "head",
  /** seq of the block whose state the state pages hold. */
  checkpoint: "checkpoint",
  /** seqs of the blocks that the last move of the head took off the chain; absent after any other move. */
  orphaned: "orphaned",
} as const;
