/**
 * Credits that nothing can change any more are added to sums, so that a pool's start does not depend on how long it has
 * run. They stay where they are, for whoever asks why an amount is what it is, and for the full check.
 */
import { type BalanceChange, changeBalances, saveMeta } from "./balances.ts";
import type { PoolDatabase, Reader, Writer } from "./database.ts";
import { loadPpsCursor } from "./pps.ts";

export interface Closed {
  /** Whether closed blocks are in these sums, and so passed over. */
  readonly isSkipped: boolean;
  /** Of confirmed blocks. */
  readonly rewards: bigint;
  /** The pool's parts of these. */
  readonly kept: bigint;
  /** PPS purchases of the rounds before `ppsRound`. */
  readonly bought: bigint;
  readonly ppsRound: number;
}

export const NOTHING_CLOSED: Closed = { isSkipped: false, rewards: 0n, kept: 0n, bought: 0n, ppsRound: 0 };

const ROW = "closed";
/** Blocks, and rounds of purchases, at a time. */
const MOST = 20;

export async function loadClosed(db: Reader | Writer): Promise<Closed> {
  const row = await db.selectFrom("meta").select("value").where("name", "=", ROW).executeTakeFirst();
  const [rewards = "0", kept = "0", bought = "0", ppsRound = "0"] = row?.value.split("/") ?? [];
  return {
    isSkipped: true,
    rewards: BigInt(rewards),
    kept: BigInt(kept),
    bought: BigInt(bought),
    ppsRound: Number(ppsRound),
  };
}

/** @param belowHeight blocks below it are no longer watched */
export async function closeCredits({ reader, write }: PoolDatabase, belowHeight: number): Promise<void> {
  const blocks = await reader
    .selectFrom("blocks")
    .select(["id", "state", "reward", "pool_atoms"])
    .where("closed", "=", 0)
    .where("height", "<", belowHeight)
    .where("state", "!=", "pending")
    .orderBy("height")
    .limit(MOST)
    .execute();
  const { ppsRound } = await loadClosed(reader);
  const cursor = await loadPpsCursor(reader);
  const nextPps = Math.min(cursor.round, ppsRound + MOST);
  if (blocks.length === 0 && nextPps <= ppsRound) return;
  const confirmed = blocks.filter(({ state }) => state === "confirmed");
  await write(async (tx) => {
    const closed = await loadClosed(tx);
    const changes = new Map<number, BalanceChange>();
    const ids = confirmed.map(({ id }) => id);
    if (ids.length > 0) {
      const credits = tx.selectFrom("credits").select(["miner", "amount"]).where("kind", "=", "block");
      addAll(changes, await credits.where("ref", "in", ids).execute());
    }
    const purchases = tx.selectFrom("credits").select(["miner", "amount"]).where("kind", "=", "pps");
    const bought = addAll(
      changes,
      await purchases.where("round", ">=", ppsRound).where("round", "<", nextPps).execute(),
    );
    await changeBalances(tx, changes);
    for (const { id } of blocks) await tx.updateTable("blocks").set({ closed: 1 }).where("id", "=", id).execute();
    const rewards = confirmed.reduce((sum, { reward }) => sum + BigInt(reward!), closed.rewards);
    const kept = confirmed.reduce((sum, { pool_atoms }) => sum + BigInt(pool_atoms!), closed.kept);
    await saveMeta(tx, ROW, [rewards, kept, closed.bought + bought, Math.max(ppsRound, nextPps)].join("/"));
  });
}

/** @returns the sum */
function addAll(
  changes: Map<number, BalanceChange>,
  credits: readonly { readonly miner: number; readonly amount: string }[],
): bigint {
  let sum = 0n;
  for (const { miner, amount } of credits) {
    changes.set(miner, { closed: (changes.get(miner)?.closed ?? 0n) + BigInt(amount) });
    sum += BigInt(amount);
  }
  return sum;
}
