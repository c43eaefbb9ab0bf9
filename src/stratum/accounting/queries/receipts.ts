/** The receipts of a miner's shares. They are signed when they are asked for: the same key signs the same bytes (rule RECEIPT-3). */
import { ed25519PublicKey } from "#crypto";
import { signReceipt } from "../../trust/receipt.ts";
import type { AccountingOptions, AccountingParts } from "../parts.ts";
import { recordBytesOf } from "../record-bytes.ts";

export interface ReceiptCursor {
  readonly round: number;
  readonly leaf: number;
}

export interface ReceiptPage {
  /** In the order of the log. */
  readonly receipts: readonly { readonly round: number; readonly leaf: number; readonly bytes: Uint8Array }[];
  /** Where the next page begins, or null at the end. */
  readonly next: ReceiptCursor | null;
}

const MOST = 500;

/** @param after of the page before; null: from the oldest that is kept */
export async function loadReceipts(
  { chainId }: Pick<AccountingOptions, "chainId">,
  { database, receiptSeed }: Pick<AccountingParts, "database" | "receiptSeed">,
  address: string,
  after: ReceiptCursor | null,
  limit: number = MOST,
): Promise<ReceiptPage> {
  const db = database.reader;
  const miner = await db.selectFrom("miners").select("id").where("address", "=", address).executeTakeFirst();
  if (miner === undefined) return { receipts: [], next: null };
  const { round, leaf } = after ?? { round: 0, leaf: 0 };
  const count = Math.min(MOST, Math.max(1, limit));
  const load = (table: "shares" | "withheld") =>
    db
      .selectFrom(table)
      .select(["round", "leaf", "body"])
      .where("miner", "=", miner.id)
      .where((where) =>
        where.or([where("round", ">", round), where.and([where("round", "=", round), where("leaf", ">", leaf)])]),
      )
      .orderBy("round")
      .orderBy("leaf")
      .limit(count)
      .execute();
  const rows = [...(await load("shares")), ...(await load("withheld"))]
    .sort((a, b) => a.round - b.round || a.leaf - b.leaf)
    .slice(0, count);
  const poolKey = ed25519PublicKey(receiptSeed);
  const receipts = rows.map((row) => ({
    round: row.round,
    leaf: row.leaf,
    bytes: signReceipt(chainId, recordBytesOf(poolKey, row), receiptSeed),
  }));
  const last = rows.at(-1);
  return { receipts, next: last === undefined || rows.length < count ? null : { round: last.round, leaf: last.leaf } };
}
