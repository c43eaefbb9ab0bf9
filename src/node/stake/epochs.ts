/** Blocks put into their epochs: slots, checkpoints, votes. */
import type { BlockPoint } from "#api";
import type { EpochTable } from "#model";
import { KEPT_EPOCHS, type KeyNumbers, type SeenBlock, type SlotDraw } from "./seen-blocks.ts";

export interface Epoch {
  readonly epoch: number;
  /** Oldest first. */
  readonly blocks: readonly SeenBlock[];
  readonly missed: readonly SlotDraw[];
  /** The last block before it. */
  readonly checkpoint: BlockPoint | null;
  readonly table: EpochTable;
  /** Those whose votes for it are in blocks. */
  readonly voters: ReadonlySet<number>;
  readonly isJustified: boolean;
}

/**
 * @param blocks oldest first up to the head, as the seen blocks give them
 * @param later slots that are over and come after the head's, without a block
 * @returns oldest first, up to the epoch of the last of these slots
 */
export function dividedIntoEpochs(
  blocks: readonly SeenBlock[],
  later: readonly SlotDraw[],
  epochSlots: number,
): readonly Epoch[] {
  const head = blocks.at(-1);
  if (head === undefined) return [];
  const last = Math.max(head.epoch, Math.floor((later.at(-1)?.slot ?? 0) / epochSlots));
  const first = Math.max(0, last - KEPT_EPOCHS + 1, blocks[0]!.height === 0 ? 0 : blocks[0]!.epoch + 1);
  const byEpoch = groupBy(blocks, ({ epoch }) => epoch);
  const missed = groupBy([...blocks.flatMap((block) => block.missed), ...later], ({ slot }) =>
    Math.floor(slot / epochSlots),
  );
  const votes = groupBy(
    blocks.flatMap((block) => block.votes),
    ({ epoch }) => epoch,
  );
  const justified = new Set(blocks.map(({ justifiedEpoch }) => justifiedEpoch));
  let before: SeenBlock | undefined = blocks.findLast((block) => block.epoch < first);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const epoch = first + i;
    const own = byEpoch.get(epoch) ?? [];
    const checkpoint = before === undefined ? null : { height: before.height, id: before.id };
    // An epoch without blocks goes on with what the block before it left behind.
    const table = own[0]?.table ?? before?.nextTable ?? before?.table ?? head.table;
    before = own.at(-1) ?? before;
    return {
      epoch,
      blocks: own,
      missed: missed.get(epoch) ?? [],
      checkpoint,
      table,
      voters: new Set((votes.get(epoch) ?? []).map(({ voter }) => voter)),
      isJustified: justified.has(epoch),
    };
  });
}

/** @returns weight of those who voted, in the epoch's own table */
export function votedAtoms({ table, voters }: Epoch, keys: KeyNumbers): bigint {
  let sum = 0n;
  for (const { key, weight } of table.entries) if (voters.has(keys.of(key))) sum += weight;
  return sum;
}

function groupBy<T>(items: readonly T[], by: (item: T) => number): ReadonlyMap<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group === undefined) groups.set(by(item), [item]);
    else group.push(item);
  }
  return groups;
}
