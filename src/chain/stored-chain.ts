/** The chain of the head as it lies in a store, block by block, without a running node. */
import { equalBytes, type Hash, OperationError, toHex } from "#base";
import type { Engine } from "#consensus";
import { decodeSeq, keys, type Store } from "#storage";
import { type BlockStore, createBlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";
import { META } from "./meta.ts";
import { prepareKnownFor } from "./stored-transactions.ts";

export interface StoredChain {
  readonly head: BlockEntry;
  readonly blocks: BlockStore;
  /**
   * From genesis to the head, as the store shows them at the call: in the turn of the event loop in which the head was
   * read that is the same moment, however often a running node changes its branch afterwards.
   * @throws OperationError `data-damaged` where a block is missing or does not follow
   */
  entries(): IterableIterator<BlockEntry>;
}

/** @throws OperationError `data-missing` when the store holds no chain */
export function readStoredChain(store: Store, engine: Engine, chainId: Hash): StoredChain {
  const blocks = createBlockStore(store, engine, prepareKnownFor(chainId));
  const headSeq = store.get(keys.meta(META.head));
  const head = headSeq === null ? null : blocks.bySeq(decodeSeq(headSeq));
  if (head === null) throw new OperationError("data-missing", "the data directory holds no chain yet");
  return {
    head,
    blocks,
    entries() {
      const { height } = head.header;
      const seqs = Array.from({ length: height + 1 }, (_, at) => {
        const seq = store.get(keys.canonical(at));
        if (seq === null) throw broken(at, "is missing");
        return decodeSeq(seq);
      });
      if (seqs[height] !== head.seq) throw broken(height, "is not the head any more");
      return follow(blocks, seqs);
    },
  };
}

function* follow(blocks: BlockStore, seqs: readonly number[]): IterableIterator<BlockEntry> {
  let parent: BlockEntry | null = null;
  for (const [height, seq] of seqs.entries()) {
    const entry = blocks.bySeq(seq);
    if (entry === null) throw broken(height, "is missing");
    if (parent !== null && !equalBytes(entry.header.parent, parent.id))
      throw broken(height, `(${toHex(entry.id)}) does not follow the one before`);
    yield entry;
    parent = entry;
  }
}

function broken(height: number, what: string): OperationError {
  const advice = "If a node is running here its chain may have moved: try again. Otherwise run 'agon fsck'.";
  return new OperationError("data-damaged", `the block at height ${height} ${what}. ${advice}`);
}
