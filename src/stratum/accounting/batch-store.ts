/** How a batch of shares, the round they belong to and signed tree heads are written down. */
import { type Key, toHex } from "#base";
import type { FoundBlock } from "../share.ts";
import { frontierRoot } from "../trust/share-log.ts";
import type { SignedTreeHead, TreeHead } from "../trust/tree-head.ts";
import { insertRows, toBlob, type Writer } from "./database.ts";
import type { AccountingOptions, AccountingParts } from "./parts.ts";
import { addTally, beginRound, loadCurrentRound, type RoundState, roundRow } from "./round-state.ts";
import type { Batch } from "./share-batch.ts";

export type HeadSigner = (head: Omit<TreeHead, "poolKey">) => SignedTreeHead;

/** The current round; begins the first one, and gives one without shares the terms of today. */
export async function openRound(options: AccountingOptions, parts: AccountingParts, poolKey: Key): Promise<RoundState> {
  const { database, clock } = parts;
  const loaded = await loadCurrentRound(database.reader, poolKey);
  if (loaded !== null && loaded.frontier.size > 0) return loaded;
  const first = loaded ?? beginRound(options.terms, clock.nowMs(), null);
  const round = { ...first, terms: options.terms };
  await database.write(async (tx) => {
    await tx.deleteFrom("rounds").where("id", "=", round.id).execute();
    await tx.insertInto("rounds").values(roundRow(round)).execute();
  });
  return round;
}

/** The shares, and with a block the end of their round and the beginning of the next. */
export async function saveBatch(tx: Writer, batch: Batch, sign: HeadSigner): Promise<void> {
  const money = { owed: "0", paying: "0", paid: "0", closed: "0", threshold: null };
  await insertRows(
    tx,
    "miners",
    batch.newMiners.map((miner) => ({ ...miner, ...money })),
  );
  await insertRows(tx, "shares", batch.rows);
  await insertRows(tx, "withheld", batch.withheld);
  const { id, ...columns } = roundRow(batch.round);
  const endedMs = batch.found === null ? null : batch.found.share.timeMs;
  await tx
    .updateTable("rounds")
    .set({ ...columns, ended_ms: endedMs })
    .where("id", "=", id)
    .execute();
  if (batch.found === null || batch.nextRound === null) return;
  const tallies = new Map(batch.round.tallies);
  for (const [miner, tally] of batch.tallies) addTally(tallies, miner, tally);
  const works = [...tallies].map(([miner, tally]) => ({
    round: id,
    miner,
    ...tally,
    work: String(tally.work),
  }));
  await insertRows(tx, "round_work", works);
  await saveHead(tx, batch.round, true, batch.found.share.timeMs, sign);
  await tx.insertInto("rounds").values(roundRow(batch.nextRound)).execute();
  const { miner, share } = batch.found;
  const unknown = { reward: null, fee: null, pool_atoms: null, total_work: null, refused: null, closed: 0 };
  await tx
    .insertInto("blocks")
    .values({
      id: toHex(share.hash),
      round: id,
      height: share.height,
      miner,
      state: "pending",
      block_work: String(share.blockWork),
      found_ms: share.timeMs,
      ...unknown,
    })
    .execute();
}

export async function saveHead(
  tx: Writer,
  round: RoundState,
  final: boolean,
  timeMs: number,
  sign: HeadSigner,
): Promise<void> {
  const root = frontierRoot(round.frontier);
  const size = round.frontier.size;
  const { signature } = sign({ round: round.id, size, root, previousRoot: round.previousRoot, timeMs, final });
  await tx
    .insertInto("tree_heads")
    .values({
      round: round.id,
      size,
      final: final ? 1 : 0,
      time_ms: timeMs,
      root: toBlob(root),
      signature: toBlob(signature),
    })
    .onConflict((conflict) => conflict.columns(["round", "size", "final"]).doNothing())
    .execute();
}

export async function noteRefusal({ database }: AccountingParts, block: FoundBlock, reason: string): Promise<void> {
  await database.write((tx) =>
    tx
      .updateTable("blocks")
      .set({ refused: reason.slice(0, 200) })
      .where("id", "=", toHex(block.id))
      .execute(),
  );
}
