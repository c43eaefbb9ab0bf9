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
  let spent = 0n;
  for (const [miner, share] of bought) {
    const owed = await addPurchase(tx, ref, miner, share);
    changes.set(miner, { owed });
    spent += owed;
  }
  await changeBalances(tx, changes);
  await changePoolAccount(tx, -spent);
}

/** @returns the whole atoms by which the credit of the round grew */
async function addPurchase(tx: Writer, ref: string, miner: number, { work, value }: Bought): Promise<bigint> {
  const key = { kind: "pps" as const, ref, miner };
  const before = await tx
    .selectFrom("credits")
    .selectAll()
    .where("kind", "=", key.kind)
    .where("ref", "=", ref)
    .where("miner", "=", miner)
    .executeTakeFirst();
  const sum = BigInt(before?.value ?? 0) + value;
  const after = {
    work: String(BigInt(before?.work ?? 0) + work),
    amount: String(ppsAtoms(sum)),
    value: String(sum),
  };
  await tx
    .insertInto("credits")
    .values({ ...key, round: Number(ref), ...after })
    .onConflict((conflict) => conflict.columns(["kind", "ref", "miner"]).doUpdateSet(after))
    .execute();
  return ppsAtoms(sum) - BigInt(before?.amount ?? 0);
}
