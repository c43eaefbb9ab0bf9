/** Forgets single shares of rounds long past; their roots, works and credits stay (rule LOG-7). */
import { saveMeta } from "./balances.ts";
import type { PoolDatabase } from "./database.ts";
import type { AccountingOptions } from "./parts.ts";
import { PPS_CURSOR_ROW } from "./pps.ts";

/** Rounds at a time, so that a settlement stays short. */
const MOST_ROUNDS = 50;
const CURSOR_ROW = "pruned-rounds";

export async function pruneShares(
  { reader, write }: PoolDatabase,
  { keepRounds, watchBlocks }: Pick<AccountingOptions, "keepRounds" | "watchBlocks">,
  headHeight: number,
): Promise<void> {
  const current = await reader.selectFrom("rounds").select("id").where("ended_ms", "is", null).executeTakeFirst();
  const open = await reader
    .selectFrom("blocks")
    .select("round")
    .where("reward", "is", null)
    .where("height", ">=", headHeight - watchBlocks)
    .orderBy("round")
    .executeTakeFirst();
  const unpaid = await reader
    .selectFrom("rounds")
    .select("id")
    .where("scheme", "=", "pps")
    .where("id", ">=", await boughtRound(reader))
    .orderBy("id")
    .executeTakeFirst();
  const rounds = [current?.id, open?.round, unpaid?.id].filter((round) => round !== undefined);
  const end = Math.min(...rounds) - keepRounds;
  const cursor = await reader.selectFrom("meta").select("value").where("name", "=", CURSOR_ROW).executeTakeFirst();
  const from = Number(cursor?.value ?? 1);
  if (from >= end) return;
  const to = Math.min(end, from + MOST_ROUNDS);
  await write(async (tx) => {
    await tx.deleteFrom("shares").where("round", ">=", from).where("round", "<", to).execute();
    await tx.deleteFrom("withheld").where("round", "<", to).execute();
    await tx.deleteFrom("tree_heads").where("round", "<", to).where("final", "=", 0).execute();
    await saveMeta(tx, CURSOR_ROW, String(to));
  });
}

async function boughtRound(reader: PoolDatabase["reader"]): Promise<number> {
  const row = await reader.selectFrom("meta").select("value").where("name", "=", PPS_CURSOR_ROW).executeTakeFirst();
  return Number(row?.value.split("/")[0] ?? 1);
}
