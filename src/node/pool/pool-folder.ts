/** What a pool keeps beside its books: the key that signs receipts, and of which chain and account the books are. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fromHex, OperationError, type Random, toHex } from "#base";
import { writeDurably } from "./write-durably.ts";

const KEY_FILE = "receipt-key";
const BOOKS_FILE = "pool.json";
const PLACE_FILE = "api-url";
const SEED_BYTES = 32;

export interface Books {
  readonly chain: string;
  readonly address: string;
}

/**
 * The key of receipts, made at the first start. It is not the key of the pool's money.
 * @throws OperationError `pool-key` for a file that holds no key, `pool-books` where the folder belongs to another pool
 */
export function openPoolFolder(folder: string, books: Books, random: Random): Uint8Array {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkBooks(join(folder, BOOKS_FILE), books, folder);
  const path = join(folder, KEY_FILE);
  if (!existsSync(path)) writeDurably(path, `${toHex(random.bytes(SEED_BYTES))}\n`, 0o600);
  chmodSync(path, 0o600);
  const seed = fromHex(readFileSync(path, "utf8").trim());
  if (seed?.length !== SEED_BYTES) throw new OperationError("pool-key", `${path} holds no key: 64 hex digits`);
  return seed;
}

/** For commands on this machine: where the API listens. @returns takes it back */
export function notePlace(folder: string, url: string): () => void {
  const path = join(folder, PLACE_FILE);
  writeDurably(path, `${url}\n`, 0o644);
  return () => rmSync(path, { force: true });
}

/** Books of one chain and address say nothing about another. */
function checkBooks(path: string, { chain, address }: Books, folder: string): void {
  if (!existsSync(path)) {
    writeDurably(path, `${JSON.stringify({ chain, address })}\n`, 0o644);
    return;
  }
  const kept = readBooks(path);
  if (kept.chain !== chain)
    throw new OperationError(
      "pool-books",
      `${folder} holds the books of a pool on another chain: give another folder with --data`,
    );
  if (kept.address !== address)
    throw new OperationError(
      "pool-books",
      `${folder} holds the books of ${kept.address}, not of ${address}: who owes what hangs on that account; give another folder with --data`,
    );
}

function readBooks(path: string): Partial<Books> {
  try {
    const kept: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof kept === "object" && kept !== null) return kept;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new OperationError(
    "pool-books",
    `${path} is damaged: it says of which chain and account the books beside it are`,
  );
}
