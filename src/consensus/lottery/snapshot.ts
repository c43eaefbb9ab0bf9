/** What the lottery remembers about a chain up to one block. Tables are kept elsewhere, under their hashes. */
import type { BlockId, Hash } from "#base";
import type { Snapshot } from "../engine.ts";
import { epochSeed, firstMix } from "./seed.ts";
import type { Tally } from "./tally.ts";

export interface LotteryData {
  /** Of the reveals so far (rule STAKE-8). */
  readonly mix: Hash;
  /** Of the block's own epoch. */
  readonly seed: Hash;
  /** The table whose majority is asked for besides that of `current`; the same one where nothing changed. */
  readonly before: Hash;
  /** The table of the block's own epoch. */
  readonly current: Hash;
  /** The table of the next epoch; null while the block that makes it is not executed. */
  readonly next: Hash | null;
  /** First epoch for which `current` was meant: that after the one in which it was made, which may have stayed empty. */
  readonly currentSince: number;
  readonly justifiedHeight: number;
  readonly finalizedHeight: number;
  /** For the block's own epoch. */
  readonly tally: Tally;
  /** For the epoch before, where that had blocks. */
  readonly previous: Tally | null;
}

export type LotterySnapshot = Snapshot<LotteryData>;

/** @param table hash of the table of the first two epochs */
export function genesisSnapshot(chainId: Hash, id: BlockId, timeMs: number, table: Hash): LotterySnapshot {
  const checkpoint = { epoch: 0, id };
  const mix = firstMix();
  return {
    id,
    height: 0,
    timeMs,
    weight: 0n,
    justified: checkpoint,
    finalized: checkpoint,
    data: {
      mix,
      seed: epochSeed(chainId, mix, 0),
      before: table,
      current: table,
      next: table,
      currentSince: 0,
      justifiedHeight: 0,
      finalizedHeight: 0,
      tally: {
        epoch: 0,
        checkpoint: id,
        checkpointHeight: 0,
        source: checkpoint,
        sourceHeight: 0,
        current: table,
        before: table,
        sum: 0n,
        sumBefore: 0n,
        voted: new Uint8Array(0),
        takesFormer: false,
        votedFormer: new Uint8Array(0),
      },
      previous: null,
    },
  };
}
