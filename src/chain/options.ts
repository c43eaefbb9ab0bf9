/** What an operator may set about the chain a node keeps. */
import { defaultsOf, type ValuesOf } from "#base";

export const CHAIN_SETTINGS = {
  undoBlocks: {
    default: 10_000,
    unit: "blocks",
    min: 1,
    max: 10_000_000,
    about: "blocks below the head whose changes can be taken back; a deeper branch needs 'agon chain accept'",
  },
  checkpointBlocks: {
    default: 32,
    unit: "blocks",
    min: 1,
    max: 10_000,
    about: "blocks between two writings of the changed state pages",
  },
  maxOrphans: { default: 256, unit: "blocks", min: 1, max: 100_000, about: "blocks of unknown parent that are held" },
  maxOrphanBytes: {
    default: 32 * 1024 * 1024,
    unit: "bytes",
    min: 1_048_576,
    max: 2 ** 32,
    about: "size of all blocks of unknown parent",
  },
} as const;

export type ChainOptions = ValuesOf<typeof CHAIN_SETTINGS>;
export const DEFAULT_CHAIN_OPTIONS: ChainOptions = defaultsOf(CHAIN_SETTINGS);
