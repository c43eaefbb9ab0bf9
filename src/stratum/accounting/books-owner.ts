/** Whose books these are: of one chain, one account and one key for receipts. Of any other they would say what is wrong. */
import type { Kysely } from "kysely";
import { OperationError } from "#base";
import type { Tables } from "./tables.ts";

export interface BooksOwner {
  /** All of them as hex or address text. */
  readonly chain: string;
  readonly address: string;
  readonly receiptKey: string;
}

const ROWS = { chain: "chain-id", address: "pool-address", receiptKey: "receipt-key" } as const;

/** Before anything is changed in them. @throws OperationError `pool-books` when they are somebody else's */
export async function assertOwner(db: Kysely<Tables>, owner: BooksOwner): Promise<void> {
  const rows = await db.selectFrom("meta").selectAll().where("name", "in", Object.values(ROWS)).execute();
  const noted = new Map(rows.map(({ name, value }) => [name, value]));
  const differs = (field: keyof BooksOwner): boolean => {
    const before = noted.get(ROWS[field]);
    return before !== undefined && before !== owner[field];
  };
  const refuse = (why: string): never => {
    throw new OperationError("pool-books", why);
  };
  if (differs("chain"))
    refuse("these are the books of a pool on another chain: name other ones with --database, or another folder");
  if (differs("address"))
    refuse(
      `these are the books of ${noted.get(ROWS.address)}, not of ${owner.address}: who is owed what hangs on that account; name other ones`,
    );
  if (differs("receiptKey"))
    refuse("these books were signed with another key: put the file receipt-key of then into the pool's folder");
  const missing = Object.entries(ROWS).filter(([, name]) => !noted.has(name));
  if (missing.length === 0) return;
  const values = missing.map(([field, name]) => ({ name, value: owner[field as keyof BooksOwner] }));
  await db.insertInto("meta").values(values).execute();
}
