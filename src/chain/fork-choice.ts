/** Which of two branches to follow: the final checkpoint is a fence, then the engine's preference, then the first seen. */
import { equalBytes } from "#base";
import type { Engine, Snapshot } from "#consensus";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";

/** Whether `candidate` should replace `head`. A tie keeps what was there first. */
export function beats(engine: Engine, candidate: Snapshot, head: Snapshot): boolean {
  return engine.compare(candidate, head) > 0;
}

/** The way from one block to another over their last common ancestor. */
export interface Route {
  /** Newest first. */
  readonly revert: readonly BlockEntry[];
  /** Oldest first. */
  readonly apply: readonly BlockEntry[];
  readonly ancestor: BlockEntry;
}

/** @returns null when the blocks have no stored common ancestor */
export function findRoute(blocks: BlockStore, from: BlockEntry, to: BlockEntry): Route | null {
  const revert: BlockEntry[] = [];
  const apply: BlockEntry[] = [];
  let left: BlockEntry | null = from;
  let right: BlockEntry | null = to;
  while (left !== null && right !== null && !equalBytes(left.id, right.id)) {
    if (left.header.height >= right.header.height) {
      revert.push(left);
      left = left.header.height === 0 ? null : blocks.get(left.header.parent);
    } else {
      apply.push(right);
      right = blocks.get(right.header.parent);
    }
  }
  if (left === null || right === null) return null;
  return { revert, apply: apply.reverse(), ancestor: left };
}
