/** From what sum on a miner is paid: the pool's for everybody, its operator's for one, or the miner's own (rules THRESHOLD-3 to THRESHOLD-6). */
import { equalBytes, type Fault, OperationError, ok, type Result } from "#base";
import { ed25519PublicKey, formatAddress } from "#crypto";
import { checkThresholdOrder, decodeThresholdOrder, encodeThresholdOrder, type SignedThresholdOrder } from "#model";
import { type TakenThreshold, takeThreshold } from "../trust/taken-threshold.ts";
import { type Reader, toBlob, type Writer } from "./database.ts";
import type { AccountingOptions, AccountingParts } from "./parts.ts";

/** Between the clocks of a miner and of its pool. */
const MOST_APART_MS = 600_000;
const HOUR_MS = 3_600_000;
const MOST_AN_HOUR = 10;
/** Older ones are forgotten; whoever signed them may keep them. */
const ORDERS_KEPT = 100;

/**
 * Takes a miner's own order, durably. The last one given again is no replay: its answer may have been lost.
 * @returns `threshold-key` or `threshold-signature` where it is not the miner's for this pool and chain
 * @throws OperationError `threshold-too-low`, `threshold-time`, `miner-unknown`, `threshold-replayed`, `threshold-too-often`
 */
export async function orderThreshold(
  { database, receiptSeed, clock }: Pick<AccountingParts, "database" | "receiptSeed" | "clock">,
  options: AccountingOptions,
  given: SignedThresholdOrder,
): Promise<Result<TakenThreshold, Fault>> {
  const order = { ...given, poolKey: ed25519PublicKey(receiptSeed) };
  const { thresholdAtoms, timeMs } = order;
  const nowMs = clock.nowMs();
  assertHighEnough(thresholdAtoms, options);
  const checked = checkThresholdOrder(options.chainId, order);
  if (!checked.ok) return checked;
  const taken = ok(takeThreshold(options.chainId, order, receiptSeed));
  const address = formatAddress(order.address, options.addressPrefix);
  await database.write(async (tx) => {
    const miner = await tx.selectFrom("miners").select("id").where("address", "=", address).executeTakeFirst();
    if (miner === undefined) throw unknownMiner();
    const signed = encodeThresholdOrder(order);
    const [last] = await loadRows(tx, miner.id, 1);
    if (last !== undefined && equalBytes(new Uint8Array(last.signed), signed)) return;
    if (Math.abs(timeMs - nowMs) > MOST_APART_MS)
      throw new OperationError(
        "threshold-time",
        `the order's time is ${Math.round(Math.abs(timeMs - nowMs) / 1_000)} s ${timeMs < nowMs ? "behind" : "ahead of"} the pool's clock, and at most ${MOST_APART_MS / 1_000} s are allowed`,
      );
    if (last !== undefined && timeMs <= last.time_ms)
      throw new OperationError("threshold-replayed", "a later order of this miner was taken already");
    await assertSeldom(tx, miner.id, nowMs);
    const threshold = thresholdAtoms === null ? null : String(thresholdAtoms);
    await tx
      .insertInto("threshold_orders")
      .values({ miner: miner.id, time_ms: timeMs, threshold, signed: toBlob(signed) })
      .execute();
    await tx.updateTable("miners").set({ threshold }).where("id", "=", miner.id).execute();
    await forgetOld(tx, miner.id);
  });
  return taken;
}

/**
 * The operator's word for one miner; null: what the pool has for everybody.
 * @throws OperationError `threshold-too-low`, `miner-unknown`, or `threshold-signed` where the miner's own stands
 */
export async function setThreshold(
  { database }: Pick<AccountingParts, "database">,
  options: AccountingOptions,
  address: string,
  thresholdAtoms: bigint | null,
): Promise<void> {
  assertHighEnough(thresholdAtoms, options);
  await database.write(async (tx) => {
    const miner = await tx.selectFrom("miners").select("id").where("address", "=", address).executeTakeFirst();
    if (miner === undefined) throw unknownMiner();
    const [last] = await loadRows(tx, miner.id, 1);
    if (last !== undefined && last.threshold !== null)
      throw new OperationError(
        "threshold-signed",
        "the miner has set its threshold itself, and only it can change that",
      );
    const threshold = thresholdAtoms === null ? null : String(thresholdAtoms);
    await tx.updateTable("miners").set({ threshold }).where("id", "=", miner.id).execute();
  });
}

/** @param own as `miners` has it */
export function thresholdOf(own: string | null, { thresholdAtoms }: Pick<AccountingOptions, "thresholdAtoms">): bigint {
  return own === null ? thresholdAtoms : BigInt(own);
}

/** The miner's own orders, the newest first. */
export async function loadThresholdOrders(
  db: Reader | Writer,
  { chainId }: Pick<AccountingOptions, "chainId">,
  receiptSeed: Uint8Array,
  miner: number,
  most = ORDERS_KEPT,
): Promise<TakenThreshold[]> {
  const rows = await loadRows(db, miner, most);
  return rows.flatMap(({ signed }) => {
    const order = decodeThresholdOrder(new Uint8Array(signed));
    return order === null ? [] : [takeThreshold(chainId, order, receiptSeed)];
  });
}

function loadRows(db: Reader | Writer, miner: number, most: number) {
  return db
    .selectFrom("threshold_orders")
    .selectAll()
    .where("miner", "=", miner)
    .orderBy("time_ms", "desc")
    .limit(most)
    .execute();
}

async function assertSeldom(tx: Writer, miner: number, nowMs: number): Promise<void> {
  const rows = await tx
    .selectFrom("threshold_orders")
    .select("time_ms")
    .where("miner", "=", miner)
    .where("time_ms", ">", nowMs - HOUR_MS)
    .limit(MOST_AN_HOUR)
    .execute();
  if (rows.length < MOST_AN_HOUR) return;
  throw new OperationError("threshold-too-often", `a miner may change its threshold ${MOST_AN_HOUR} times an hour`);
}

async function forgetOld(tx: Writer, miner: number): Promise<void> {
  const rows = await loadRows(tx, miner, ORDERS_KEPT + 1);
  const oldest = rows[ORDERS_KEPT];
  if (oldest === undefined) return;
  await tx.deleteFrom("threshold_orders").where("miner", "=", miner).where("time_ms", "<=", oldest.time_ms).execute();
}

function assertHighEnough(thresholdAtoms: bigint | null, { minThresholdAtoms }: AccountingOptions): void {
  if (thresholdAtoms === null || thresholdAtoms >= minThresholdAtoms) return;
  throw new OperationError("threshold-too-low", `the least threshold is ${minThresholdAtoms} atoms`);
}

function unknownMiner(): OperationError {
  return new OperationError("miner-unknown", "no share of this address was counted yet");
}
