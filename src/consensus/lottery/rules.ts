/** What two lotteries differ in: the numbers of time, the fallback, the first table, and what a block earns. */
import type { Credit, EpochTable } from "#model";
import type { Draft } from "../engine.ts";
import type { SlotOptions } from "./slots.ts";

/** Draws over bonds where those drawn usually are too few, or too quiet (rule STAKE-19). */
export interface Fallback {
  /** A table with fewer entries is replaced by its bonds. */
  readonly minEntries: number;
  /** So many slots after the parent's, bonds are drawn instead. */
  readonly afterSlots: number;
}

export interface LotteryRules extends SlotOptions {
  readonly name: string;
  /** How far a block's slot may begin ahead of the receiver's clock. */
  readonly maxAheadMs: number;
  readonly fallback: Fallback | null;
  /** Epochs in which those of the former table may vote, and tables wait for finality; 0 = never (rule STAKE-23). */
  readonly formerEpochs: number;
  readonly genesisTable: EpochTable;
  rewards(draft: Draft, feesAtoms: bigint): readonly Credit[];
}
