/** What an operator may set about the chain a node keeps. */
export interface ChainOptions {
  /** Blocks below the head whose changes can be taken back; deeper branches need the operator's word. */
  readonly undoBlocks: number;
  /** Blocks between two writings of the changed state pages. */
  readonly checkpointBlocks: number;
  /** Blocks of unknown parent that are held. */
  readonly maxOrphans: number;
  /** Bytes of bodies held with them. */
  readonly maxOrphanBytes: number;
}

export const DEFAULT_CHAIN_OPTIONS: ChainOptions = {
  undoBlocks: 10_000,
  checkpointBlocks: 32,
  maxOrphans: 256,
  maxOrphanBytes: 32 * 1024 * 1024,
};
