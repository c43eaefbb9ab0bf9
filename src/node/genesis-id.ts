import type { BlockId, Hash } from "#base";
import { computeGenesis, engineFor } from "#consensus";
import { genesisRoot } from "#ledger";
import type { ChainSpec } from "#spec";

/** The id that the first block of a chain must have. */
export function genesisIdOf(spec: ChainSpec, chainId: Hash): BlockId {
  return computeGenesis({ spec, chainId, engine: engineFor(spec, chainId) }, genesisRoot(spec)).id;
}
