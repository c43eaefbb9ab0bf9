/** Blocks are earned by stake: the holder of a bonded coin that is drawn (rules STAKE-4 to STAKE-18, STAKE-23). */
import type { Hash } from "#base";
import { genesisTable, type StakeChainSpec } from "#spec";
import type { TableSource } from "../../engine.ts";
import { createLotteryEngine, type LotteryEngine } from "../lottery-engine.ts";
import { computeRewards } from "./rewards.ts";

/** @param tables those that executed blocks made; the first one the engine knows by itself */
export function createPosEngine(spec: StakeChainSpec, chainId: Hash, tables: TableSource): LotteryEngine {
  const { slotMs, epochSlots, formerEpochs = 0 } = spec.engine;
  return createLotteryEngine(
    {
      name: "pos",
      genesisMs: spec.genesis.timeMs,
      slotMs,
      epochSlots,
      maxAheadMs: spec.time.maxAheadMs,
      fallback: null,
      formerEpochs,
      genesisTable: genesisTable(spec.engine),
      rewards: (draft, feesAtoms) => computeRewards(spec, draft, feesAtoms),
    },
    chainId,
    tables,
  );
}
