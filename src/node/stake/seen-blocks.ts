/**
 * The last epochs of the chain, block by block: who was drawn, who voted, what was credited. Each block is read once and
 * kept under its id, so a reorganisation needs no care, and what nobody asks for is never read.
 */
import { type Address, type BlockId, equalBytes, type Key, toHex } from "#base";
import type { BlockEntry, Chain } from "#chain";
import type { LotteryView } from "#consensus";
import { type Credit, decodeSignedSeal, type EpochTable } from "#model";

export const KEPT_EPOCHS = 64;
/** As many blocks as so many branches of this length have are remembered. */
const MAX_BRANCHES = 4;
/** Blocks read without a pause: the event loop has other work. */
const READ_AT_ONCE = 16;

/** A key by a small number, the same as long as the process runs. */
export interface KeyNumbers {
  of(key: Key): number;
  key(number: number): Key;
}

export interface SlotDraw {
  readonly slot: number;
  readonly leader: number | null;
}

export interface SeenBlock {
  readonly height: number;
  readonly id: BlockId;
  readonly parent: BlockId;
  readonly slot: number;
  readonly epoch: number;
  readonly proposer: Address;
  /** Null for genesis. */
  readonly leader: number | null;
  /** Slots without a block since the parent's, of the epochs that are kept; oldest first. */
  readonly missed: readonly SlotDraw[];
  readonly votes: readonly { readonly epoch: number; readonly voter: number }[];
  readonly credits: readonly Credit[];
  readonly table: EpochTable;
  /** Null while not known. */
  readonly nextTable: EpochTable | null;
  readonly justifiedEpoch: number;
  readonly finalizedEpoch: number;
}

export type SeenChain = Pick<Chain, "block" | "body" | "credits">;

export interface SeenBlocks {
  /** Oldest first up to `head`: those of the epochs that are kept, and the last one before them. */
  upTo(head: BlockEntry): Promise<readonly SeenBlock[]>;
}

export function createSeenBlocks(chain: SeenChain, lottery: LotteryView<unknown>, keys: KeyNumbers): SeenBlocks {
  const known = new Map<string, SeenBlock>();
  const read = (entry: BlockEntry): SeenBlock => {
    const name = toHex(entry.id);
    const seen = known.get(name) ?? readBlock(chain, lottery, keys, entry);
    known.set(name, seen);
    return seen;
  };
  const find = (id: BlockId): SeenBlock | null => known.get(toHex(id)) ?? null;
  let latest: { readonly id: BlockId; readonly blocks: Promise<readonly SeenBlock[]> } | null = null;
  return {
    upTo(head) {
      if (latest !== null && equalBytes(latest.id, head.id)) return latest.blocks;
      const blocks = walk(chain, read, head, find).then((found) => {
        forget(known, found);
        return found;
      });
      latest = { id: head.id, blocks };
      blocks.catch(() => {
        latest = null;
      });
      return blocks;
    },
  };
}

/** What lies before the blocks of a walk, and all branches but this one once there are too many. */
function forget(known: Map<string, SeenBlock>, kept: readonly SeenBlock[]): void {
  const oldest = kept[0]!.height;
  for (const [name, { height }] of known) if (height < oldest) known.delete(name);
  if (known.size <= MAX_BRANCHES * kept.length) return;
  known.clear();
  for (const block of kept) known.set(toHex(block.id), block);
}

async function walk(
  chain: SeenChain,
  read: (entry: BlockEntry) => SeenBlock,
  head: BlockEntry,
  find: (id: BlockId) => SeenBlock | null,
): Promise<readonly SeenBlock[]> {
  const blocks = [read(head)];
  const firstEpoch = blocks[0]!.epoch - KEPT_EPOCHS + 1;
  let fresh = 0;
  for (;;) {
    const last = blocks.at(-1)!;
    if (last.height === 0 || last.epoch < firstEpoch) break;
    const seen = find(last.parent);
    const entry = seen === null ? chain.block(last.parent) : null;
    if (seen === null && entry === null) break;
    if (seen === null && ++fresh % READ_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    blocks.push(seen ?? read(entry!));
  }
  return blocks.reverse();
}

function readBlock(chain: SeenChain, lottery: LotteryView<unknown>, keys: KeyNumbers, entry: BlockEntry): SeenBlock {
  const { header, snapshot } = entry;
  const slot = lottery.slotAt(header.timeMs);
  const parent = header.height === 0 ? null : chain.block(header.parent);
  const seal = decodeSignedSeal(header.seal);
  const { current, next } = lottery.tables(snapshot);
  return {
    height: header.height,
    id: entry.id,
    parent: header.parent,
    slot,
    epoch: lottery.epochOf(slot),
    proposer: header.proposer,
    leader: seal === null ? null : keys.of(seal.key),
    missed: parent === null ? [] : missedBetween(lottery, keys, parent, slot),
    votes: chain.body(entry).votes.map(({ key, target }) => ({ epoch: target.epoch, voter: keys.of(key) })),
    credits: chain.credits(entry),
    table: current,
    nextTable: next,
    justifiedEpoch: snapshot.justified.epoch,
    finalizedEpoch: snapshot.finalized.epoch,
  };
}

/** Slots after a block and before `end` in which nobody made one, of the epochs that are kept. */
export function missedBetween(
  lottery: LotteryView<unknown>,
  keys: KeyNumbers,
  after: BlockEntry,
  end: number,
): readonly SlotDraw[] {
  const from = Math.max(lottery.slotAt(after.header.timeMs) + 1, end - KEPT_EPOCHS * lottery.epochSlots);
  const missed: SlotDraw[] = [];
  for (let slot = from; slot < end; slot++) {
    const leader = lottery.leaderOf(slot, after.snapshot);
    missed.push({ slot, leader: leader === null ? null : keys.of(leader) });
  }
  return missed;
}

export function createKeyNumbers(): KeyNumbers {
  const numbers = new Map<string, number>();
  const all: Key[] = [];
  return {
    of(key) {
      const name = toHex(key);
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, all.length);
      // A copy: what is given may share memory with a whole block.
      return all.push(key.slice() as Key) - 1;
    },
    key: (number) => all[number]!,
  };
}
