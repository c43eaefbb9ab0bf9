/** Blocks are earned by stake: the holder of a bonded coin that is drawn (rules STAKE-4 to STAKE-18). */
import { type Hash, InvariantError } from "#base";
import type { StakeChainSpec } from "#spec";
import type { Engine, TableSource } from "../../engine.ts";

export function createPosEngine(spec: StakeChainSpec, _chainId: Hash, _tables: TableSource): Engine {
  throw new InvariantError(`no engine for ${spec.name}`);
}
