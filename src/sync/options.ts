/** How a node catches up. */
export interface SyncOptions {
  /** Headers checked ahead of their bodies; about 600 bytes each. */
  readonly maxHeadersAhead: number;
  /** Blocks asked for in one request. */
  readonly blocksPerRequest: number;
  /** Requests for bodies under way at the same time, over all peers. */
  readonly requestsAtOnce: number;
  /** Groups of blocks in the import line at the same time. */
  readonly importsAtOnce: number;
  /** A peer that failed us is not asked again for this long. */
  readonly cooldownMs: number;
  /** How often peers are asked where they are. */
  readonly refreshMs: number;
}

export const DEFAULT_SYNC_OPTIONS: SyncOptions = {
  maxHeadersAhead: 8_192,
  blocksPerRequest: 64,
  requestsAtOnce: 4,
  importsAtOnce: 3,
  cooldownMs: 30_000,
  refreshMs: 10_000,
};
