/** PPS: every share is bought when it is made, whatever blocks are found (rule PAY-6). */
import { assertInvariant, type Key } from "#base";
import { ed25519PublicKey } from "#crypto";
import { ppsAtoms, ppsValue } from "../trust/schemes.ts";
import { decodeShareRecord } from "../trust/share-record.ts";
import { blockWorkOf } from "../trust/share-work.ts";
import { type BalanceChange, changeBalances, changePoolAccount, loadPoolAccount, saveMeta } from "./balances.ts";
import type { Reader, Writer } from "./database.ts";
import type { AccountingParts } from "./parts.ts";
import { recordBytesOf } from "./record-bytes.ts";
import { termsOf } from "./round-state.ts";
import type { RoundsTable, SharesTable } from "./tables.ts";

export const PPS_CURSOR_ROW = "pps-cursor";
const PAGE = 2_000;
/** Miners in one statement. */
const CHUNK = 500;

export interface Cursor {
  readonly round: number;
  /** The first leaf that is not bought yet. */
  readonly leaf: number;
}

interface Bought {
  readonly work: bigint;
  readonly value: bigint;
}

/**
 * Buys all shares of PPS rounds that are in the journal and not bought yet. What it has done is in the same write as the
 * cursor.
 * @returns false when the pool's account would fall below its reserve: the rest is bought when blocks have filled it
 */
export async function buyShares(
  parts: Pick<AccountingParts, "database" | "receiptSeed">,
  reserveAtoms: bigint,
): Promise<boolean> {
  const { database } = parts;
  const poolKey = ed25519PublicKey(parts.receiptSeed);
  for (;;) {
    const cursor = await loadPpsCursor(database.reader);
    const round = await database.reader
      .selectFrom("rounds")
      .selectAll()
      .where("id", ">=", cursor.round)
      .where("scheme", "=", "pps")
      .orderBy("id")
      .executeTakeFirst();
    if (round === undefined) return true;
    const from = round.id === cursor.round ? cursor.leaf : 0;
    const rows = await loadShares(database.reader, round.id, from);
    if (rows.length === 0 && round.ended_ms === null) return true;
    // A full page may not be the end of the round; the next turn finds out.
    const isOver = round.ended_ms !== null && rows.length < PAGE;
    const next = isOver ? { round: round.id + 1, leaf: 0 } : { round: round.id, leaf: from + rows.length };
    const bought = valueShares(round, rows, poolKey);
    // Whole atoms may turn out one more for each miner, from what was left of earlier shares.
    const most = [...bought.values()].reduce((sum, { value }) => sum + ppsAtoms(value) + 1n, 0n);
    if ((await loadPoolAccount(database.reader)) - most < -reserveAtoms) return false;
    await database.write((tx) => savePurchase(tx, String(round.id), bought, next));
    if (!isOver && rows.length < PAGE) return true;
  }
}

export async function loadPpsCursor(db: Reader): Promise<Cursor> {
  const row = await db.selectFrom("meta").select("value").where("name", "=", PPS_CURSOR_ROW).executeTakeFirst();
  if (row === undefined) return { round: 1, leaf: 0 };
  const [round, leaf] = row.value.split("/").map(Number);
  return { round: round!, leaf: leaf! };
}

function loadShares(db: Reader, round: number, from: number): Promise<SharesTable[]> {
  return db
    .selectFrom("shares")
    .selectAll()
    .where("round", "=", round)
    .where("leaf", ">=", from)
    .orderBy("leaf")
    .limit(PAGE)
    .execute();
}

/** By miner. */
function valueShares(round: RoundsTable, rows: readonly SharesTable[], poolKey: Key): Map<number, Bought> {
  const bought = new Map<number, Bought>();
  for (const row of rows) {
    const record = decodeShareRecord(recordBytesOf(poolKey, row));
    const blockWork = record === null ? null : blockWorkOf(record.header);
    assertInvariant(record !== null && blockWork !== null, `share ${row.leaf} of round ${round.id} cannot be read`);
    const before = bought.get(row.miner) ?? { work: 0n, value: 0n };
    const value = ppsValue(termsOf(round), { ...record, blockWork });
    bought.set(row.miner, { work: before.work + record.work, value: before.value + value });
  }
  return bought;
}

async function savePurchase(tx: Writer, ref: string, bought: Map<number, Bought>, next: Cursor): Promise<void> {
  await saveMeta(tx, PPS_CURSOR_ROW, `${next.round}/${next.leaf}`);
  const changes = new Map<number, BalanceChange>();
  const miners = [...bought.keys()].sort((a, b) => a - b);
  for (let at = 0; at < miners.length; at += CHUNK)
    await addPurchases(tx, ref, miners.slice(at, at + CHUNK), bought, changes);
  await changeBalances(tx, changes);
  const spent = [...changes.values()].reduce((sum, { owed = 0n }) => sum + owed, 0n);
  await changePoolAccount(tx, -spent);
}

/** `changes` gets the whole atoms by which the credits of the round grow. */
async function addPurchases(
  tx: Writer,
  ref: string,
  miners: readonly number[],
  bought: ReadonlyMap<number, Bought>,
  changes: Map<number, BalanceChange>,
): Promise<void> {
  const rows = await tx
    .selectFrom("credits")
    .selectAll()
    .where("kind", "=", "pps")
    .where("ref", "=", ref)
    .where("miner", "in", miners)
    .execute();
  const before = new Map(rows.map((row) => [row.miner, row]));
  const after = miners.map((miner) => {
    const { work, value } = bought.get(miner)!;
    const old = before.get(miner);
    const sum = BigInt(old?.value ?? 0) + value;
    const amount = ppsAtoms(sum);
    changes.set(miner, { owed: amount - BigInt(old?.amount ?? 0) });
    return {
      kind: "pps" as const,
      ref,
      miner,
      round: Number(ref),
      work: String(BigInt(old?.work ?? 0) + work),
      amount: String(amount),
      value: String(sum),
    };
  });
  await tx
    .insertInto("credits")
    .values(after)
    .onConflict((conflict) =>
      conflict.columns(["kind", "ref", "miner"]).doUpdateSet((set) => ({
        work: set.ref("excluded.work"),
        amount: set.ref("excluded.amount"),
        value: set.ref("excluded.value"),
      })),
    )
    .execute();
}
