/** Naming a chain to a stranger in few ids: dense near the head, then at doubling distances, genesis last. */
import type { BlockId } from "#base";
import type { Chain } from "./chain.ts";
import type { BlockEntry } from "./entry.ts";

const DENSE = 10;
export const MAX_LOCATOR_IDS = 64;

export function createLocator(chain: Chain): readonly BlockId[] {
  const ids: BlockId[] = [];
  let step = 1;
  for (let height = chain.head.header.height; height > 0; height -= step) {
    const entry = chain.blockAt(height);
    if (entry !== null) ids.push(entry.id);
    if (ids.length >= DENSE) step *= 2;
  }
  ids.push(chain.genesisId);
  return ids;
}

/** The newest block of a locator that lies on our chain; null when not even the genesis does. */
export function findLocated(chain: Chain, locator: readonly BlockId[]): BlockEntry | null {
  for (const id of locator.slice(0, MAX_LOCATOR_IDS)) {
    const entry = chain.block(id);
    if (entry !== null && chain.isOnChain(entry)) return entry;
  }
  return null;
}
