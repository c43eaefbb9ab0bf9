/** The work that a found block's money is divided by, read from the journal (rules PAY-3 to PAY-5). */
import { type Address, assertInvariant, type Key, toHex } from "#base";
import { parseAddress } from "#crypto";
import { type BlockWorks, cutWindow, type Terms } from "../trust/schemes.ts";
import { decodeShareRecord } from "../trust/share-record.ts";
import { totalWork, type WorkShare } from "../trust/split.ts";
import type { Reader } from "./database.ts";
import { recordBytesOf } from "./record-bytes.ts";
import type { BlocksTable } from "./tables.ts";

/** Addresses of miners by their numbers; what was asked for once is remembered. Not for use inside a transaction. */
export interface AddressBook {
  addressOf(miner: number): Promise<Address>;
  /** Of an address that was given out. */
  minerOf(address: Address): number;
}

/** Read at once; miners are answered between two. */
const PAGE = 500;

export function createAddressBook(db: Reader, prefix: string): AddressBook {
  const known = new Map<number, Address>();
  const miners = new Map<string, number>();
  return {
    minerOf(address) {
      const miner = miners.get(toHex(address));
      assertInvariant(miner !== undefined, "an address that the book did not give");
      return miner;
    },
    async addressOf(miner) {
      const cached = known.get(miner);
      if (cached !== undefined) return cached;
      const row = await db.selectFrom("miners").select("address").where("id", "=", miner).executeTakeFirstOrThrow();
      const address = parseAddress(row.address, prefix);
      assertInvariant(address.ok, `the books know ${row.address}, which is no address of this chain`);
      known.set(miner, address.value);
      miners.set(toHex(address.value), miner);
      return address.value;
    },
  };
}

export async function loadBlockWorks(
  db: Reader,
  book: AddressBook,
  terms: Terms,
  block: Pick<BlocksTable, "round" | "miner" | "block_work">,
  poolKey: Key,
): Promise<BlockWorks> {
  const finder = await book.addressOf(block.miner);
  const round = terms.scheme === "prop" ? await loadRoundWork(db, book, block.round) : [];
  const limit = BigInt(terms.windowBlocks) * BigInt(block.block_work);
  const window = terms.scheme === "pplns" ? await loadWindow(db, book, block.round, limit, poolKey) : [];
  return { round, window, finder };
}

async function loadRoundWork(db: Reader, book: AddressBook, round: number): Promise<WorkShare[]> {
  const rows = await db.selectFrom("round_work").select(["miner", "work"]).where("round", "=", round).execute();
  const works: WorkShare[] = [];
  for (const { miner, work } of rows) works.push({ address: await book.addressOf(miner), work: BigInt(work) });
  return works;
}

/** Rounds that lie in the window as a whole are taken by their sums; only the one that is cut is read share by share. */
async function loadWindow(
  db: Reader,
  book: AddressBook,
  lastRound: number,
  limit: bigint,
  poolKey: Key,
): Promise<WorkShare[]> {
  const window: WorkShare[] = [];
  let left = limit;
  for (let round = lastRound; round >= 1 && left > 0n; round--) {
    const whole = await loadRoundWork(db, book, round);
    const work = totalWork(whole);
    if (work <= left) {
      window.push(...whole);
      left -= work;
      continue;
    }
    return [...window, ...(await loadNewest(db, book, round, left, poolKey))];
  }
  return window;
}

async function loadNewest(
  db: Reader,
  book: AddressBook,
  round: number,
  limit: bigint,
  poolKey: Key,
): Promise<WorkShare[]> {
  const works = new Map<Address, bigint>();
  let left = limit;
  let before = Number.MAX_SAFE_INTEGER;
  while (left > 0n) {
    const rows = await db
      .selectFrom("shares")
      .selectAll()
      .where("round", "=", round)
      .where("leaf", "<", before)
      .orderBy("leaf", "desc")
      .limit(PAGE)
      .execute();
    if (rows.length === 0) break;
    before = rows.at(-1)!.leaf;
    const page: WorkShare[] = [];
    for (const row of rows) {
      const record = decodeShareRecord(recordBytesOf(poolKey, row));
      assertInvariant(record !== null, `share ${row.leaf} of round ${round} cannot be read`);
      page.push({ address: await book.addressOf(row.miner), work: record.work });
    }
    const cut = [...cutWindow(page, left)];
    left -= totalWork(cut);
    // The book has one object for each address.
    for (const { address, work } of cut) works.set(address, (works.get(address) ?? 0n) + work);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...works].map(([address, work]) => ({ address, work }));
}
