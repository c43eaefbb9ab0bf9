/** The only place that changes what miners and the pool itself have (rule PAY-9). */
import { assertInvariant } from "#base";
import type { Reader, Writer } from "./database.ts";

export interface BalanceChange {
  readonly owed?: bigint;
  readonly paying?: bigint;
  readonly paid?: bigint;
  readonly closed?: bigint;
}

const POOL_ACCOUNT_ROW = "pool-account";
const CHUNK = 500;

/** @param changes by miner; all of them exist */
export async function changeBalances(tx: Writer, changes: ReadonlyMap<number, BalanceChange>): Promise<void> {
  const ids = [...changes.keys()].sort((a, b) => a - b);
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    const rows = await tx.selectFrom("miners").selectAll().where("id", "in", chunk).execute();
    assertInvariant(rows.length === chunk.length, "a balance of an unknown miner changes");
    const changed = rows.map((row) => {
      const { owed = 0n, paying = 0n, paid = 0n, closed = 0n } = changes.get(row.id)!;
      return {
        ...row,
        owed: String(BigInt(row.owed) + owed),
        paying: String(BigInt(row.paying) + paying),
        paid: String(BigInt(row.paid) + paid),
        closed: String(BigInt(row.closed) + closed),
      };
    });
    await tx
      .insertInto("miners")
      .values(changed)
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((set) => ({
          owed: set.ref("excluded.owed"),
          paying: set.ref("excluded.paying"),
          paid: set.ref("excluded.paid"),
          closed: set.ref("excluded.closed"),
        })),
      )
      .execute();
  }
}

/** Below 0 when the pool has paid in advance for blocks that it has not found (PPS). */
export async function loadPoolAccount(db: Reader | Writer): Promise<bigint> {
  const row = await db.selectFrom("meta").select("value").where("name", "=", POOL_ACCOUNT_ROW).executeTakeFirst();
  return BigInt(row?.value ?? 0);
}

export async function changePoolAccount(tx: Writer, changeAtoms: bigint): Promise<void> {
  if (changeAtoms === 0n) return;
  await saveMeta(tx, POOL_ACCOUNT_ROW, String((await loadPoolAccount(tx)) + changeAtoms));
}

export async function saveMeta(tx: Writer, name: string, value: string): Promise<void> {
  await tx
    .insertInto("meta")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
    .execute();
}
