/**
 * Payouts: planned, signed, written down, and only then submitted, again and again with the same bytes until they are deep
 * in the chain (rules PAYOUT-5 to PAYOUT-9).
 */
import { asHash, assertInvariant, fromHex, OperationError, toHex } from "#base";
import { parseAddress } from "#crypto";
import { MAX_OUTPUTS } from "#model";
import { type BalanceChange, changeBalances } from "./balances.ts";
import { insertRows, toBlob, type Writer } from "./database.ts";
import type { AccountingOptions, AccountingParts } from "./parts.ts";
import { type Payee, type PayoutPlan, planPayout } from "./payout-plan.ts";
import type { ChainAccount, ChainHead, SeenChain, TransactionPlace } from "./pool-chain.ts";
import type { PayoutState, PayoutsTable } from "./tables.ts";
import { thresholdOf } from "./thresholds.ts";

export interface Payouts {
  /** Looks after payouts that were signed: submits them again, confirms them, notices that one was dropped. */
  settle(seen: SeenChain): Promise<void>;
  /** Signs and submits new ones for all who are owed enough. */
  pay(): Promise<void>;
  /** Why no new payouts are made, or null: the nonce of a signed one was used by a transaction that is not ours. */
  conflict(): string | null;
  /**
   * Gives up a payout in conflict; its money is owed again.
   * @throws OperationError `payout-unknown`, `payout-not-in-conflict`
   */
  release(transactionId: string): Promise<void>;
}

/** Transactions that may wait at the same time; the mempool's limit for one sender is far above. */
const MAX_OPEN = 16;

export function createPayouts(options: AccountingOptions, parts: AccountingParts): Payouts {
  const { database, chain, signer, log, events } = parts;
  let conflict: string | null = null;

  const settleOne = async (row: PayoutsTable, head: ChainHead, settledTo: number, nonce: number): Promise<boolean> => {
    const isKnown = row.height !== null && row.height <= settledTo;
    const place: TransactionPlace = isKnown
      ? { kind: "in-block", height: row.height! }
      : await chain.transaction(txIdOf(row));
    if (place.kind === "in-block") {
      await noteInBlock(row, place, head);
      return true;
    }
    if (row.height !== null) await noteDropped(row);
    if (nonce > row.nonce) return false;
    if (place.kind === "unknown") await submit(row);
    return true;
  };

  const noteInBlock = async (
    row: PayoutsTable,
    { height }: TransactionPlace & { kind: "in-block" },
    head: ChainHead,
  ) => {
    if (row.height !== height)
      await database.write((tx) => tx.updateTable("payouts").set({ height }).where("id", "=", row.id).execute());
    if (row.state === "confirmed" || head.height - height < options.payoutDepth) return;
    const miners = await database.write((tx) => movePayout(tx, row.id, "confirmed"));
    log.info("payout confirmed", { transaction: row.tx_id, height, miners });
    events.emit("payout-confirmed", { transactionId: txIdOf(row), nonce: row.nonce, miners, height });
  };

  const noteDropped = async (row: PayoutsTable): Promise<void> => {
    const miners = await database.write(async (tx) => {
      await tx.updateTable("payouts").set({ height: null }).where("id", "=", row.id).execute();
      return movePayout(tx, row.id, "signed");
    });
    log.warn("a reorganisation took a payout out of the chain", { transaction: row.tx_id });
    events.emit("payout-dropped", { transactionId: txIdOf(row), nonce: row.nonce, miners });
  };

  const submit = async (row: Pick<PayoutsTable, "bytes" | "tx_id" | "nonce">): Promise<void> => {
    const refusal = await chain.submit(new Uint8Array(row.bytes));
    if (refusal !== null) log.warn("the node refuses a payout for now", { transaction: row.tx_id, why: refusal });
  };

  /** @returns false when there was nobody to pay */
  const payOnce = async (): Promise<boolean> => {
    const account = await chain.account(signer.address);
    if (account === null) return false;
    const open = await loadOpen();
    if (open.length >= MAX_OPEN) return false;
    const plan = planPayout(await loadPayees(options, parts), spendable(account, open), options);
    if (plan === null) return false;
    const nonce = Math.max(account.nonce, await nextNonce());
    const outputs = plan.outputs.map(({ address, amountAtoms }) => ({ to: address, amountAtoms }));
    const signed = await signer.sign(outputs, nonce, plan.feeAtoms);
    const row = { nonce, tx_id: toHex(signed.id), bytes: toBlob(signed.bytes) };
    // From here on this nonce belongs to these bytes, whatever happens to the process.
    await database.write((tx) => savePayout(tx, plan, row, parts.clock.nowMs()));
    log.info("payout signed", { transaction: row.tx_id, nonce, miners: plan.outputs.length });
    events.emit("payout-signed", { transactionId: signed.id, nonce, miners: plan.outputs.length });
    await submit(row);
    return true;
  };

  const loadOpen = () => database.reader.selectFrom("payouts").selectAll().where("state", "=", "signed").execute();

  const nextNonce = async (): Promise<number> => {
    const last = await database.reader
      .selectFrom("payouts")
      .select("nonce")
      .where("state", "!=", "released")
      .orderBy("nonce", "desc")
      .executeTakeFirst();
    return last === undefined ? 0 : last.nonce + 1;
  };

  return {
    async settle({ head, settledTo, watchFrom }) {
      // Read before the places of transactions: a nonce that was used by then was used by one that is in its place by then.
      const account = await chain.account(signer.address);
      const rows = await database.reader
        .selectFrom("payouts")
        .selectAll()
        .where((where) =>
          where.or([
            where("state", "=", "signed"),
            where.and([where("state", "=", "confirmed"), where("height", ">=", watchFrom)]),
          ]),
        )
        .orderBy("nonce")
        .execute();
      let found: string | null = null;
      for (const row of rows) if (!(await settleOne(row, head, settledTo, account?.nonce ?? 0))) found ??= row.tx_id;
      if (found !== null && conflict === null)
        log.error("another transaction has used the nonce of a payout; no more payouts are made", {
          transaction: found,
        });
      conflict = found;
    },
    async pay() {
      while (conflict === null && (await payOnce())) {}
    },
    conflict: () => conflict,
    async release(transactionId) {
      const row = await database.reader
        .selectFrom("payouts")
        .selectAll()
        .where("tx_id", "=", transactionId)
        .executeTakeFirst();
      if (row === undefined) throw new OperationError("payout-unknown", `the pool has made no payout ${transactionId}`);
      const account = await chain.account(signer.address);
      if (row.state !== "signed" || (account?.nonce ?? 0) <= row.nonce) throw notInConflict(row.state);
      if ((await chain.transaction(txIdOf(row))).kind === "in-block") throw notInConflict("confirmed");
      await database.write((tx) => movePayout(tx, row.id, "released"));
      conflict = null;
    },
  };
}

const NOT_IN_CONFLICT: Readonly<Record<PayoutState, string>> = {
  signed: "this payout can still be executed, for its nonce was not used elsewhere",
  confirmed: "this payout is in the chain",
  released: "this payout was given up already",
};

function notInConflict(state: PayoutState): OperationError {
  return new OperationError(
    "payout-not-in-conflict",
    `${NOT_IN_CONFLICT[state]}: only one in conflict can be given up`,
  );
}

/** What the head's balance still holds after all that is signed and not in it yet. */
function spendable(account: ChainAccount, open: readonly PayoutsTable[]): bigint {
  const waiting = open.filter(({ nonce }) => nonce >= account.nonce).reduce((sum, { cost }) => sum + BigInt(cost), 0n);
  return account.balanceAtoms - waiting;
}

async function loadPayees(options: AccountingOptions, { database, chain }: AccountingParts): Promise<Payee[]> {
  const digits = String(options.thresholdAtoms).length;
  const rows = await database.reader
    .selectFrom("miners")
    .selectAll()
    .where("paying", "=", "0")
    // A number with fewer digits is smaller; the exact comparison follows.
    .where((where) => {
      const length = (column: "owed" | "threshold") => where.fn<number>("length", [column]);
      return where(length("owed"), ">=", where.fn.coalesce(length("threshold"), where.val(digits)));
    })
    .where("owed", "not like", "-%")
    .orderBy("id")
    .execute();
  const due = rows
    .map((row) => ({ ...row, owed: BigInt(row.owed) }))
    .filter(({ owed, threshold }) => owed >= thresholdOf(threshold, options))
    .slice(0, MAX_OUTPUTS);
  const payees: Payee[] = [];
  for (const { id, address: text, owed } of due) {
    const address = parseAddress(text, options.addressPrefix);
    assertInvariant(address.ok, `the books know ${text}, which is no address of this chain`);
    const hasAccount = (await chain.account(address.value)) !== null;
    payees.push({ miner: id, address: address.value, owedAtoms: owed, hasAccount });
  }
  return payees;
}

async function savePayout(
  tx: Writer,
  plan: PayoutPlan,
  signed: Pick<PayoutsTable, "nonce" | "tx_id" | "bytes">,
  timeMs: number,
): Promise<void> {
  const last = await tx.selectFrom("payouts").select("id").orderBy("id", "desc").executeTakeFirst();
  const id = (last?.id ?? 0) + 1;
  await tx
    .insertInto("payouts")
    .values({
      ...signed,
      id,
      fee: String(plan.feeAtoms),
      burn: String(plan.burnAtoms),
      cost: String(plan.costAtoms),
      state: "signed",
      created_ms: timeMs,
      height: null,
    })
    .execute();
  await insertRows(
    tx,
    "payout_outputs",
    plan.outputs.map((output) => ({
      payout: id,
      miner: output.miner,
      gross: String(output.owedAtoms),
      amount: String(output.amountAtoms),
      fee_part: String(output.feeAtoms),
      burn: String(output.burnAtoms),
    })),
  );
  const changes = plan.outputs.map(({ miner, owedAtoms }): [number, BalanceChange] => [
    miner,
    { owed: -owedAtoms, paying: owedAtoms },
  ]);
  await changeBalances(tx, new Map(changes));
}

/** @returns how many miners it pays */
async function movePayout(tx: Writer, id: number, state: PayoutState): Promise<number> {
  const row = await tx.selectFrom("payouts").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  const outputs = await tx.selectFrom("payout_outputs").selectAll().where("payout", "=", id).execute();
  if (row.state === state) return outputs.length;
  await tx.updateTable("payouts").set({ state }).where("id", "=", id).execute();
  const changes = outputs.map(({ miner, gross }): [number, BalanceChange] => {
    const [before, after] = [placeOf(row.state, BigInt(gross)), placeOf(state, BigInt(gross))];
    return [
      miner,
      {
        owed: after.owed - before.owed,
        paying: after.paying - before.paying,
        paid: after.paid - before.paid,
      },
    ];
  });
  await changeBalances(tx, new Map(changes));
  return outputs.length;
}

/** Where the money of a payout in this state stands in the books. */
function placeOf(state: PayoutState, gross: bigint): Required<Omit<BalanceChange, "closed">> {
  return {
    owed: state === "released" ? gross : 0n,
    paying: state === "signed" ? gross : 0n,
    paid: state === "confirmed" ? gross : 0n,
  };
}

function txIdOf(row: Pick<PayoutsTable, "tx_id">) {
  return asHash(fromHex(row.tx_id)!);
}
