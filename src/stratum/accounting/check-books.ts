/** Adds the books up again from their entries and holds the sums against what they say (rules PAY-9 and PAYOUT-3). */
import { asHash, assertInvariant, equalBytes, fromHex, toHex } from "#base";
import { parseAddress } from "#crypto";
import { decodeTransaction, decodeTransfer, type Output, transactionId } from "#model";
import { ppsAtoms } from "../trust/schemes.ts";
import { loadPoolAccount } from "./balances.ts";
import { type Closed, loadClosed, NOTHING_CLOSED } from "./close-credits.ts";
import type { Reader } from "./database.ts";
import type { AccountingOptions } from "./parts.ts";

export interface Books {
  /** Of confirmed blocks. */
  readonly rewardsAtoms: bigint;
  readonly owedAtoms: bigint;
  readonly payingAtoms: bigint;
  readonly paidAtoms: bigint;
  /** The pool's own: fees and remainders, less what it spent; below 0 under PPS, and where a deep reorganisation took back what was spent. */
  readonly poolAtoms: bigint;
  /** Burned by making the pool's own account. */
  readonly burnedAtoms: bigint;
  /** What does not add up, in words; empty when rewards = owed + paying + paid + pool + burned, and so for each part. */
  readonly problems: readonly string[];
}

interface Sums {
  earned: bigint;
  paying: bigint;
  paid: bigint;
}

/** @param full adds up closed credits again; else their sums are taken as they are */
export async function checkBooks(db: Reader, options: AccountingOptions, full = false): Promise<Books> {
  const problems: string[] = [];
  const sums = new Map<number, Sums>();
  const sumsOf = (miner: number): Sums => {
    const known = sums.get(miner) ?? { earned: 0n, paying: 0n, paid: 0n };
    sums.set(miner, known);
    return known;
  };
  const closed = full ? NOTHING_CLOSED : await loadClosed(db);
  const rewardsAtoms = await checkBlocks(db, closed, sumsOf, problems);
  const sideAtoms = await addOtherCredits(db, closed, sumsOf, problems);
  await checkPayouts(db, options, sumsOf, problems);
  const miners = await db.selectFrom("miners").selectAll().orderBy("id").execute();
  const totals = { owed: 0n, paying: 0n, paid: 0n };
  for (const row of miners) {
    const { earned: open, paying, paid } = sumsOf(row.id);
    const earned = open + (full ? 0n : BigInt(row.closed));
    const should = { owed: earned - paying - paid, paying, paid };
    for (const name of ["owed", "paying", "paid"] as const) {
      totals[name] += should[name];
      if (BigInt(row[name]) !== should[name])
        problems.push(`${row.address} has ${row[name]} ${name}, its entries say ${should[name]}`);
    }
  }
  const entries = await db.selectFrom("pool_entries").selectAll().execute();
  const entryAtoms = entries.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const burnedAtoms = entries
    .filter(({ kind }) => kind === "account-creation")
    .reduce((sum, { amount }) => sum - BigInt(amount), 0n);
  const poolAtoms = await loadPoolAccount(db);
  const poolShould = rewardsAtoms.pool - sideAtoms + entryAtoms;
  if (poolAtoms !== poolShould) problems.push(`the pool's account is ${poolAtoms}, its entries say ${poolShould}`);
  const { owed, paying, paid } = totals;
  if (rewardsAtoms.all !== owed + paying + paid + poolAtoms + burnedAtoms)
    problems.push("rewards are not what is owed, paid and kept");
  return {
    rewardsAtoms: rewardsAtoms.all,
    owedAtoms: owed,
    payingAtoms: paying,
    paidAtoms: paid,
    poolAtoms,
    burnedAtoms,
    problems,
  };
}

/** Each block's credits and the pool's part are its reward. */
async function checkBlocks(
  db: Reader,
  closed: Closed,
  sumsOf: (miner: number) => Sums,
  problems: string[],
): Promise<{ all: bigint; pool: bigint }> {
  let [all, pool] = [closed.rewards, closed.kept];
  const blocks = await db
    .selectFrom("blocks")
    .selectAll()
    .where("reward", "is not", null)
    .where("closed", "<=", closed.isSkipped ? 0 : 1)
    .execute();
  for (const block of blocks) {
    const credits = await db
      .selectFrom("credits")
      .select(["miner", "amount"])
      .where("kind", "=", "block")
      .where("ref", "=", block.id)
      .execute();
    const sum = credits.reduce((total, { amount }) => total + BigInt(amount), 0n);
    const [reward, kept] = [BigInt(block.reward!), BigInt(block.pool_atoms!)];
    if (sum + kept !== reward) problems.push(`block ${block.id} pays ${sum} and ${kept} of ${reward}`);
    if (block.state !== "confirmed") continue;
    all += reward;
    pool += kept;
    for (const { miner, amount } of credits) sumsOf(miner).earned += BigInt(amount);
  }
  return { all, pool };
}

/** @returns what PPS and withdrawals took from the pool's account; withdrawals are entries of it as well and not counted here */
async function addOtherCredits(
  db: Reader,
  closed: Closed,
  sumsOf: (miner: number) => Sums,
  problems: string[],
): Promise<bigint> {
  let { bought } = closed;
  const credits = await db
    .selectFrom("credits")
    .selectAll()
    .where((where) =>
      where.or([
        where("kind", "=", "withdrawal"),
        where.and([where("kind", "=", "pps"), where("round", ">=", closed.ppsRound)]),
      ]),
    )
    .execute();
  for (const { kind, ref, miner, amount, value } of credits) {
    sumsOf(miner).earned += BigInt(amount);
    if (kind !== "pps") continue;
    bought += BigInt(amount);
    if (ppsAtoms(BigInt(value!)) !== BigInt(amount)) problems.push(`PPS of round ${ref} pays ${amount} for ${value}`);
  }
  return bought;
}

/** Each payout's bytes pay exactly what the books say. */
async function checkPayouts(
  db: Reader,
  options: AccountingOptions,
  sumsOf: (miner: number) => Sums,
  problems: string[],
): Promise<void> {
  const nonces = new Set<number>();
  const payouts = await db.selectFrom("payouts").selectAll().orderBy("id").execute();
  for (const payout of payouts) {
    if (payout.state === "released") continue;
    if (nonces.has(payout.nonce)) problems.push(`two payouts have the nonce ${payout.nonce}`);
    nonces.add(payout.nonce);
    const outputs = await db
      .selectFrom("payout_outputs")
      .innerJoin("miners", "miners.id", "payout_outputs.miner")
      .selectAll("payout_outputs")
      .select("miners.address")
      .where("payout", "=", payout.id)
      .execute();
    for (const { miner, gross } of outputs)
      sumsOf(miner)[payout.state === "confirmed" ? "paid" : "paying"] += BigInt(gross);
    const sum = (name: "gross" | "amount" | "fee_part" | "burn"): bigint =>
      outputs.reduce((total, output) => total + BigInt(output[name]), 0n);
    const fits =
      sum("gross") === BigInt(payout.cost) &&
      sum("gross") === sum("amount") + sum("fee_part") + sum("burn") &&
      sum("fee_part") === BigInt(payout.fee) &&
      sum("burn") === BigInt(payout.burn);
    if (!fits) problems.push(`payout ${payout.tx_id} does not add up`);
    const expected = outputs.map(({ address, amount }) => ({
      to: addressBytes(address, options),
      amountAtoms: BigInt(amount),
    }));
    if (!isPayment(new Uint8Array(payout.bytes), payout, expected, options))
      problems.push(`payout ${payout.tx_id} has bytes that say something else`);
  }
}

function isPayment(
  bytes: Uint8Array,
  payout: { readonly nonce: number; readonly fee: string; readonly tx_id: string },
  expected: readonly Output[],
  { chainId }: AccountingOptions,
): boolean {
  const tx = decodeTransaction(bytes);
  if (!tx.ok || tx.value.nonce !== payout.nonce || tx.value.feeAtoms !== BigInt(payout.fee)) return false;
  if (!equalBytes(transactionId(chainId, bytes), asHash(fromHex(payout.tx_id)!))) return false;
  const outputs = decodeTransfer(tx.value.payload);
  if (!outputs.ok || outputs.value.length !== expected.length) return false;
  const amounts = new Map(expected.map(({ to, amountAtoms }) => [toHex(to), amountAtoms]));
  return outputs.value.every(({ to, amountAtoms }) => amounts.get(toHex(to)) === amountAtoms);
}

function addressBytes(text: string, { addressPrefix }: AccountingOptions) {
  const address = parseAddress(text, addressPrefix);
  assertInvariant(address.ok, `the books know ${text}, which is no address of this chain`);
  return address.value;
}
