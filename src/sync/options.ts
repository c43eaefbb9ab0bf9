/** How a node catches up. */
import { defaultsOf, type ValuesOf } from "#base";

export const SYNC_SETTINGS = {
  maxHeadersAhead: {
    default: 8_192,
    unit: "headers",
    min: 1_024,
    max: 1_000_000,
    about: "headers checked ahead of their bodies, about 600 bytes each",
  },
  blocksPerRequest: { default: 64, unit: "blocks", min: 1, max: 128, about: "bodies asked for in one request" },
  requestsAtOnce: { default: 4, unit: "requests", min: 1, max: 64, about: "requests for bodies under way, all peers" },
  importsAtOnce: { default: 3, unit: "groups", min: 1, max: 16, about: "groups of blocks in the import line" },
  cooldownMs: {
    default: 30_000,
    unit: "ms",
    min: 100,
    max: 3_600_000,
    about: "a peer that failed us is not asked again for this long",
  },
  refreshMs: {
    default: 10_000,
    unit: "ms",
    min: 100,
    max: 3_600_000,
    about: "how often peers are asked where they are",
  },
} as const;

export type SyncOptions = ValuesOf<typeof SYNC_SETTINGS>;
export const DEFAULT_SYNC_OPTIONS: SyncOptions = defaultsOf(SYNC_SETTINGS);
