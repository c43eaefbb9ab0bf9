/** How fast a node searches: on a chain that does not slow its miners down, no faster than the chain is made for. */
import { type ChainSpec, hasFixedDifficulty, nominalHashRate } from "#spec";

/** Of the setting `mining.hashRate`. */
export const PACE_OF_CHAIN = -1;

/** @returns hashes a second at most; null for as fast as it goes */
export function miningPace(setting: number, { engine }: Pick<ChainSpec, "engine">): number | null {
  if (setting > 0) return setting;
  return setting === PACE_OF_CHAIN && hasFixedDifficulty(engine) ? nominalHashRate(engine) : null;
}
