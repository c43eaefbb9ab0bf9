/** The pool's money: shares in, credits, payouts out. One of these per pool, over one database. */
import { type Address, type Cancel, type Fault, InvariantError, Mutex, OperationError, type Result } from "#base";
import { formatAddress } from "#crypto";
import type { SignedThresholdOrder } from "#model";
import type { TakenThreshold } from "../trust/taken-threshold.ts";
import { changeBalances, changePoolAccount, loadPoolAccount, saveMeta } from "./balances.ts";
import { createBlockWatch } from "./block-watch.ts";
import { type Books, checkBooks } from "./check-books.ts";
import { closeCredits } from "./close-credits.ts";
import type { Reader, Writer } from "./database.ts";
import { type MinerIndex, openMinerIndex } from "./miner-index.ts";
import type { AccountingOptions, AccountingParts } from "./parts.ts";
import { createPayouts, type Payouts } from "./payouts.ts";
import type { ChainHead } from "./pool-chain.ts";
import { buyShares } from "./pps.ts";
import { pruneShares } from "./prune.ts";
import { openShareJournal, type ShareJournal } from "./share-journal.ts";
import type { PoolEntriesTable } from "./tables.ts";
import { orderThreshold, setThreshold } from "./thresholds.ts";

export interface Accounting {
  /** Where the Stratum server puts its shares. */
  readonly shares: ShareJournal;
  readonly payouts: Pick<Payouts, "conflict">;
  /** Blocks, purchases and payouts are brought up to what the chain shows; one at a time. */
  settle(): Promise<void>;
  /** New payouts, then. */
  pay(): Promise<void>;
  /**
   * For an operator who has made sure of what happened: gives up a payout in conflict; its money is owed again.
   * @throws OperationError `payout-unknown`, `payout-not-in-conflict`
   */
  releasePayout(transactionId: string): Promise<void>;
  /** @param full closed credits are added up again as well, which takes time by their number */
  checkBooks(full?: boolean): Promise<Books>;
  /** What the pool's address holds beyond what the books say it must; negative: money is missing. */
  surplusAtoms(): Promise<bigint>;
  /** The operator's word for one miner; null: the pool's. @throws OperationError as `setThreshold` of thresholds.ts */
  setThreshold(address: string, thresholdAtoms: bigint | null): Promise<void>;
  /** A miner's own, signed. @throws OperationError as `orderThreshold` of thresholds.ts */
  orderThreshold(order: SignedThresholdOrder): Promise<Result<TakenThreshold, Fault>>;
  /** Moves money of the pool's own account to what is owed to an address. @throws OperationError `pool-account-short` */
  withdraw(to: Address, amountAtoms: bigint): Promise<void>;
  /** Settles, pays and signs tree heads from now on. */
  start(): void;
  stop(): Promise<void>;
}

const RESERVE_SPENT = "the pool's reserve is spent until its next block";
const ACCOUNT_ROW = "account-creation";
/** Up to which height the chain was looked at, give or take. */
const SEEN_ROW = "seen-to";
/** Of the watched blocks: a write for each block would be too many. */
const NOTE_PART = 0.1;
/** Payouts are looked for at every n-th settlement. */
const PAY_EVERY = 15;

/** @throws InvariantError when the books do not add up; OperationError as the database's */
export async function createAccounting(options: AccountingOptions, parts: AccountingParts): Promise<Accounting> {
  assertOptions(options);
  const { database, chain, clock, log } = parts;
  const books = await checkBooks(database.reader, options);
  if (books.problems.length > 0) throw new InvariantError(`the pool's books are wrong: ${books.problems.join("; ")}`);
  // Asked before any reward can have made it; a node that is away is asked again at each settlement.
  await noteAccount(parts, null).catch(() => {});
  const miners = await openMinerIndex(database.reader);
  const shares = await openShareJournal(options, parts, miners);
  const blocks = createBlockWatch(options, parts);
  const payouts = createPayouts(options, parts);
  const turn = new Mutex();
  const cancels: Cancel[] = [];
  let settlements = 0;
  let lastHead: ChainHead | null = null;

  const settle = (): Promise<void> =>
    turn.run(async () => {
      const head = await chain.head();
      // While the head of then lies in the chain of now, nothing below it has changed, and need not be asked for.
      const isGrown = lastHead !== null && (await chain.block(lastHead.id))?.canonical === true;
      const settledTo = isGrown ? lastHead!.height : -1;
      const seenTo = Math.min(head.height, await loadSeenTo(database.reader));
      const seen = { head, settledTo, watchFrom: seenTo - options.watchBlocks };
      await blocks.settle(seen);
      await noteAccount(parts, options.newAccountBurnAtoms);
      const isBought = await buyShares(parts, options.reserveAtoms);
      shares.hold(isBought ? null : RESERVE_SPENT);
      await payouts.settle(seen);
      lastHead = head;
      if (Math.abs(head.height - seenTo) > options.watchBlocks * NOTE_PART)
        await database.write((tx) => saveMeta(tx, SEEN_ROW, String(head.height)));
      await closeCredits(database, head.height - options.watchBlocks);
      await pruneShares(database, options, head.height);
    });

  const pay = (): Promise<void> => turn.run(() => payouts.pay());

  /** Again and again, each time `periodMs` after the last has ended. */
  const repeat = (periodMs: number, what: string, task: () => Promise<void>): void => {
    let cancelled = false;
    let failing = false;
    let cancel: Cancel = () => {};
    const next = (): void => {
      cancel = clock.after(periodMs, () => {
        task()
          .then(() => {
            if (failing) log.info("goes on", { what });
            failing = false;
          })
          .catch((error) => {
            if (!failing) log.warn("failed and is tried again", { what, error: String(error) });
            failing = true;
          })
          .finally(() => {
            if (!cancelled) next();
          });
      });
    };
    next();
    cancels.push(() => {
      cancelled = true;
      cancel();
    });
  };

  return {
    shares,
    payouts,
    settle,
    pay,
    releasePayout: (transactionId) => turn.run(() => payouts.release(transactionId)),
    checkBooks: (full = false) => checkBooks(database.reader, options, full),
    surplusAtoms: () => turn.run(() => computeSurplus(parts, options)),
    setThreshold: (address, thresholdAtoms) => setThreshold(parts, options, address, thresholdAtoms),
    orderThreshold: (order) => orderThreshold(parts, options, order),
    withdraw: (to, amountAtoms) => saveWithdrawal(parts, miners, formatAddress(to, options.addressPrefix), amountAtoms),
    start() {
      repeat(options.settleEveryMs, "settlement", async () => {
        await settle();
        if (settlements++ % PAY_EVERY === 0) await pay();
      });
      repeat(options.headEveryMs, "signing the log", async () => {
        await shares.publishHead();
        await shares.saveSamples();
      });
    },
    async stop() {
      for (const cancel of cancels) cancel();
      await shares.stop();
      // So that every receipt of before can be proved while the pool is closed.
      await shares.publishHead().catch((error) => log.warn("the log could not be signed", { error: String(error) }));
      await turn.run(() => {});
    },
  };
}

function assertOptions(options: AccountingOptions): void {
  const least = options.minOutputAtoms + options.newAccountBurnAtoms + 1_000n * options.feePerByteAtoms;
  if (options.minThresholdAtoms < least)
    throw new OperationError("threshold-too-low", `a payout of less than ${least} atoms costs more than it pays`);
  const { feePpm, windowBlocks } = options.terms;
  if (!Number.isInteger(feePpm) || feePpm < 0 || feePpm > 1_000_000)
    throw new OperationError("pool-terms", `fee ${feePpm}`);
  if (!Number.isInteger(windowBlocks) || windowBlocks < 1 || windowBlocks > 1_000)
    throw new OperationError("pool-terms", `a window of ${windowBlocks} blocks`);
}

/**
 * The first reward of an address without an account pays for making one (rule TX-12), and the pool bears that.
 * @param burnAtoms null before the blocks are settled: then only a first look is written down
 */
async function noteAccount(
  { database, chain, signer, clock }: AccountingParts,
  burnAtoms: bigint | null,
): Promise<void> {
  const db = database.reader;
  const noted = await db.selectFrom("meta").select("value").where("name", "=", ACCOUNT_ROW).executeTakeFirst();
  if (noted?.value === "made" || (noted !== undefined && burnAtoms === null)) return;
  const account = await chain.account(signer.address);
  const isRewarded = await db.selectFrom("blocks").select("id").where("state", "=", "confirmed").executeTakeFirst();
  if (account === null && noted !== undefined) return;
  await database.write(async (tx) => {
    await saveMeta(tx, ACCOUNT_ROW, account === null ? "awaited" : "made");
    if (account === null || noted === undefined || isRewarded === undefined || burnAtoms === null) return;
    await savePoolEntry(tx, "account-creation", -burnAtoms, clock.nowMs());
  });
}

/** A pool that was away for long must look at all that has changed meanwhile. */
async function loadSeenTo(db: Reader): Promise<number> {
  const row = await db.selectFrom("meta").select("value").where("name", "=", SEEN_ROW).executeTakeFirst();
  return Number(row?.value ?? 0);
}

async function savePoolEntry(
  tx: Writer,
  kind: PoolEntriesTable["kind"],
  amountAtoms: bigint,
  timeMs: number,
): Promise<number> {
  const last = await tx.selectFrom("pool_entries").select("id").orderBy("id", "desc").executeTakeFirst();
  const id = (last?.id ?? 0) + 1;
  await tx
    .insertInto("pool_entries")
    .values({ id, time_ms: timeMs, kind, amount: String(amountAtoms) })
    .execute();
  await changePoolAccount(tx, amountAtoms);
  return id;
}

async function computeSurplus(
  { database, chain, signer }: AccountingParts,
  options: AccountingOptions,
): Promise<bigint> {
  const account = await chain.account(signer.address);
  const { owedAtoms, poolAtoms } = await checkBooks(database.reader, options);
  const open = await database.reader
    .selectFrom("payouts")
    .select("cost")
    .where("state", "!=", "released")
    .where("nonce", ">=", account?.nonce ?? 0)
    .execute();
  const waiting = open.reduce((sum, { cost }) => sum + BigInt(cost), 0n);
  return (account?.balanceAtoms ?? 0n) - owedAtoms - poolAtoms - waiting;
}

async function saveWithdrawal(
  parts: AccountingParts,
  miners: MinerIndex,
  address: string,
  amountAtoms: bigint,
): Promise<void> {
  const added = await parts.database.write(async (tx) => {
    if (amountAtoms <= 0n || (await loadPoolAccount(tx)) < amountAtoms)
      throw new OperationError("pool-account-short", "the pool's own account holds less");
    const known = await tx.selectFrom("miners").select("id").where("address", "=", address).executeTakeFirst();
    const miner = known?.id ?? (await addMiner(tx, address));
    const id = await savePoolEntry(tx, "withdrawal", -amountAtoms, parts.clock.nowMs());
    const credit = { kind: "withdrawal" as const, ref: String(id), round: 0, work: "0", value: null };
    await tx
      .insertInto("credits")
      .values({ ...credit, miner, amount: String(amountAtoms) })
      .execute();
    await changeBalances(tx, new Map([[miner, { owed: amountAtoms }]]));
    return { id: miner, address };
  });
  miners.learn([added]);
}

/** Above all numbers that a batch of shares may be about to give out. */
async function addMiner(tx: Writer, address: string): Promise<number> {
  const last = await tx.selectFrom("miners").select("id").orderBy("id", "desc").executeTakeFirst();
  const id = (last?.id ?? 0) + 2 ** 32;
  await tx
    .insertInto("miners")
    .values({ id, address, threshold: null, owed: "0", paying: "0", paid: "0", closed: "0" })
    .execute();
  return id;
}
