/**
 * The way to a block that the operator trusts: its ancestors are as good as it is, and nothing else below it is worth
 * a look. While the way is not known no block below it is taken in, for whoever made a false past can make it final too
 * (rule STAKE-21).
 */
import { type BlockId, blameNobody, equalBytes, type Fault } from "#base";
import type { TrustedBlock } from "#validation";

export interface TrustedPath {
  readonly checkpoint: TrustedBlock | null;
  /** Whether the way must be learned before any block below the trusted one can be taken in. */
  readonly missing: boolean;
  /** @param ids of the blocks above `startHeight`, up to the trusted one */
  learn(startHeight: number, ids: readonly BlockId[]): void;
  fence(height: number, id: BlockId): Fault | null;
}

/** @param headHeight of the chain that is kept here, which agrees with the checkpoint as far as it goes */
export function createTrustedPath(checkpoint: TrustedBlock | null, headHeight: number): TrustedPath {
  if (checkpoint === null) return { checkpoint, missing: false, learn() {}, fence: () => null };
  let missing = headHeight < checkpoint.height;
  let startHeight = checkpoint.height - 1;
  let path: readonly BlockId[] = [checkpoint.id];
  return {
    checkpoint,
    get missing() {
      return missing;
    },
    learn(start, ids) {
      missing = false;
      startHeight = start;
      path = ids;
    },
    fence(height, id) {
      if (height > checkpoint.height) return null;
      const expected = path[height - startHeight - 1];
      if (expected !== undefined)
        return equalBytes(expected, id) ? null : blameNobody("checkpoint-contradicted", { height });
      return missing ? blameNobody("checkpoint-pending", { height }) : null;
    },
  };
}
