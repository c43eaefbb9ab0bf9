/** Follows found blocks through the chain: their money is divided, confirmed, taken back, given again (rules PAY-7, PAY-8). */
import { asHash, type BlockId, fromHex, type Key } from "#base";
import { ed25519PublicKey } from "#crypto";
import { type Division, divideReward } from "../trust/schemes.ts";
import { changeBalances, changePoolAccount } from "./balances.ts";
import { type AddressBook, createAddressBook, loadBlockWorks } from "./block-works.ts";
import { insertRows, type Writer } from "./database.ts";
import type { AccountingOptions, AccountingParts } from "./parts.ts";
import type { ChainHead, PoolBlock, SeenChain } from "./pool-chain.ts";
import { termsOf } from "./round-state.ts";
import type { BlockState, BlocksTable } from "./tables.ts";

export interface BlockWatch {
  /** Brings every block that may still change to the state that the chain shows. */
  settle(seen: SeenChain): Promise<void>;
}

export function createBlockWatch(options: AccountingOptions, parts: AccountingParts): BlockWatch {
  const { database, chain } = parts;
  const book = createAddressBook(database.reader, options.addressPrefix);
  const poolKey = ed25519PublicKey(parts.receiptSeed);

  let settledRound = 0;

  /** Without asking the node for what cannot have changed. */
  const look = async (row: BlocksTable, settledTo: number): Promise<PoolBlock | null> => {
    const isKnown = row.height <= settledTo && row.round <= settledRound;
    if (!isKnown || (row.state === "pending" && row.reward === null)) return chain.block(idOf(row));
    const canonical = row.state !== "orphaned";
    return { height: row.height, canonical, rewardAtoms: BigInt(row.reward ?? 0) };
  };

  const settleBlock = async (row: BlocksTable, head: ChainHead, settledTo: number): Promise<void> => {
    const seen = await look(row, settledTo);
    if (seen?.canonical === true && row.reward === null) await credit(row, seen);
    const next = nextState(row, seen, head, options.maturityBlocks);
    if (next !== row.state) await move(row, next, seen);
  };

  const credit = async (row: BlocksTable, seen: PoolBlock): Promise<void> => {
    const division = await loadDivision(parts, book, poolKey, row, seen.rewardAtoms);
    await database.write((tx) => saveDivision(tx, row, seen.rewardAtoms, division, book));
    parts.log.info("block credited", { height: row.height, block: row.id, rewardAtoms: seen.rewardAtoms });
    const { height, round } = row;
    parts.events.emit("block-credited", { id: idOf(row), height, round, rewardAtoms: seen.rewardAtoms });
  };

  const move = async (row: BlocksTable, state: BlockState, seen: PoolBlock | null): Promise<void> => {
    const { height, round } = row;
    const addresses = await database.write((tx) => moveBlock(tx, row.id, state));
    parts.log.info("block changes", { height, block: row.id, state });
    const news = { id: idOf(row), height, round };
    if (state === "orphaned") parts.events.emit("block-orphaned", { ...news, addresses });
    if (state === "confirmed") parts.events.emit("block-confirmed", { ...news, rewardAtoms: seen?.rewardAtoms ?? 0n });
  };

  return {
    async settle({ head, settledTo, watchFrom }) {
      const rows = await database.reader
        .selectFrom("blocks")
        .selectAll()
        .where("closed", "=", 0)
        .where((where) => where.or([where("state", "=", "pending"), where("height", ">=", watchFrom)]))
        .orderBy("round")
        .execute();
      for (const row of rows) await settleBlock(row, head, settledTo);
      settledRound = rows.at(-1)?.round ?? settledRound;
    },
  };
}

function idOf(row: BlocksTable): BlockId {
  return asHash(fromHex(row.id)!);
}

/** A block that the node does not know is given up once another has its height. */
function nextState(row: BlocksTable, seen: PoolBlock | null, head: ChainHead, maturityBlocks: number): BlockState {
  if (seen?.canonical !== true) return head.height >= row.height ? "orphaned" : row.state;
  return head.height >= seen.height + maturityBlocks ? "confirmed" : "pending";
}

/** The round of the block has ended, so what its works are read from changes no more. */
async function loadDivision(
  { database }: AccountingParts,
  book: AddressBook,
  poolKey: Key,
  row: BlocksTable,
  rewardAtoms: bigint,
): Promise<Division> {
  const db = database.reader;
  const round = await db.selectFrom("rounds").selectAll().where("id", "=", row.round).executeTakeFirstOrThrow();
  const terms = termsOf(round);
  return divideReward(terms, rewardAtoms, await loadBlockWorks(db, book, terms, row, poolKey));
}

async function saveDivision(
  tx: Writer,
  { id, round }: BlocksTable,
  rewardAtoms: bigint,
  division: Division,
  book: AddressBook,
): Promise<void> {
  const credits = division.credits.map(({ address, work, amountAtoms }) => ({
    kind: "block" as const,
    ref: id,
    miner: book.minerOf(address),
    round,
    work: String(work),
    amount: String(amountAtoms),
    value: null,
  }));
  await insertRows(tx, "credits", credits);
  const { feeAtoms, poolAtoms, totalWork } = division;
  await tx
    .updateTable("blocks")
    .set({
      reward: String(rewardAtoms),
      fee: String(feeAtoms),
      pool_atoms: String(poolAtoms),
      total_work: String(totalWork),
    })
    .where("id", "=", id)
    .execute();
}

/** @returns the addresses that have a part in the block */
async function moveBlock(tx: Writer, id: string, state: BlockState): Promise<string[]> {
  const row = await tx.selectFrom("blocks").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  await tx.updateTable("blocks").set({ state }).where("id", "=", id).execute();
  const credits = await tx
    .selectFrom("credits")
    .innerJoin("miners", "miners.id", "credits.miner")
    .select(["credits.miner", "credits.amount", "miners.address"])
    .where("kind", "=", "block")
    .where("ref", "=", id)
    .execute();
  const sign = BigInt(Number(state === "confirmed") - Number(row.state === "confirmed"));
  if (sign !== 0n) {
    await changeBalances(tx, new Map(credits.map(({ miner, amount }) => [miner, { owed: sign * BigInt(amount) }])));
    await changePoolAccount(tx, sign * BigInt(row.pool_atoms ?? 0));
  }
  return credits.map(({ address }) => address);
}
