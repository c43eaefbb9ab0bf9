/** What a pool's operator may order; each needs the token. */
import {
  PoolMoveOrder,
  PoolMoveResult,
  PoolOrderResult,
  PoolReleaseOrder,
  PoolThresholdOrder,
  PoolWithdrawOrder,
} from "#api/contract";
import { type App, Refusal } from "#api/server";
import { OperationError } from "#base";
import { formatAddress } from "#crypto";
import { readAddress } from "../route-inputs.ts";
import type { PoolPorts } from "./ports.ts";

/** Orders that cannot be carried out as they are: nothing failed, so not 503. */
const REFUSED: ReadonlyMap<string, number> = new Map([
  ["threshold-too-low", 409],
  ["threshold-signed", 409],
  ["miner-unknown", 409],
  ["pool-account-short", 409],
  ["payout-not-in-conflict", 409],
  ["payout-unknown", 404],
]);

export function addPoolOrders(app: App, { facts, orders }: PoolPorts): void {
  const tags = ["pool"];
  const config = { token: true };
  const prefix = facts.addressPrefix;
  const response = { 200: PoolOrderResult };
  app.post(
    "/v1/pool/orders/pay",
    { config, schema: { tags, summary: "Look after blocks and payouts now, and pay who is owed enough", response } },
    () => carryOut(orders.pay()),
  );
  app.post(
    "/v1/pool/orders/threshold",
    { config, schema: { tags, summary: "A miner's own threshold", body: PoolThresholdOrder, response } },
    ({ body: { address, threshold } }) => {
      const miner = formatAddress(readAddress(address, prefix), prefix);
      return carryOut(orders.setThreshold(miner, threshold === null ? null : BigInt(threshold)));
    },
  );
  app.post(
    "/v1/pool/orders/withdraw",
    { config, schema: { tags, summary: "Owe an address money of the pool's own", body: PoolWithdrawOrder, response } },
    ({ body: { to, amount } }) => carryOut(orders.withdraw(readAddress(to, prefix), BigInt(amount))),
  );
  app.post(
    "/v1/pool/orders/release",
    { config, schema: { tags, summary: "Give up a payout in conflict (PAYOUT-9)", body: PoolReleaseOrder, response } },
    ({ body: { transaction } }) => carryOut(orders.releasePayout(transaction)),
  );
  const summary = "Ask connected miners to go to another address";
  app.post(
    "/v1/pool/orders/move",
    { config, schema: { tags, summary, body: PoolMoveOrder, response: { 200: PoolMoveResult } } },
    async ({ body }): Promise<PoolMoveResult> => ({ asked: orders.move(body) }),
  );
}

async function carryOut(order: Promise<void>): Promise<PoolOrderResult> {
  try {
    await order;
    return { ok: true };
  } catch (error) {
    const status = error instanceof OperationError ? REFUSED.get(error.code) : undefined;
    if (error instanceof OperationError && status !== undefined) throw new Refusal(status, error.code, error.message);
    throw error;
  }
}
