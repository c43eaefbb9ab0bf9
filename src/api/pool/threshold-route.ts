/** A miner sets its own threshold: whoever has the key of its account may, and nobody else (docs/spec/pool-accounting.md, THRESHOLD). */
import { PoolSignedThreshold, PoolTakenThreshold, readSignedThreshold } from "#api/contract";
import { type App, invalid, Refusal } from "#api/server";
import { OperationError } from "#base";
import { describeFault } from "../fault-words.ts";
import { AddressPath, readAddress } from "../route-inputs.ts";
import type { PoolPorts } from "./ports.ts";
import { showTaken } from "./show-pool.ts";

const MAX_BODY_BYTES = 1_024;
/** Of one caller; checking a signature and writing to the disk cost something. */
const MOST_A_MINUTE = 30;
const MINUTE_MS = 60_000;

const STATUS: Readonly<Record<string, number>> = {
  "miner-unknown": 409,
  "threshold-too-low": 409,
  "threshold-time": 409,
  "threshold-replayed": 409,
  "threshold-too-often": 429,
};

export function addThresholdRoute(app: App, { facts, orders }: PoolPorts): void {
  const summary = "From what sum on it wants to be paid, signed by the key of its address; needs no token";
  const errorResponseBuilder = () =>
    new Refusal(429, "too-many-requests", `more than ${MOST_A_MINUTE} such orders in a minute; wait a moment`);
  app.post(
    "/v1/pool/miners/:address/threshold",
    {
      bodyLimit: MAX_BODY_BYTES,
      config: { rateLimit: { max: MOST_A_MINUTE, timeWindow: MINUTE_MS, errorResponseBuilder } },
      schema: {
        ...{ tags: ["pool"], summary, params: AddressPath, body: PoolSignedThreshold },
        response: { 200: PoolTakenThreshold },
      },
    },
    async ({ params, body }): Promise<PoolTakenThreshold> => {
      const address = readAddress(params.address, facts.addressPrefix);
      if (body.threshold === "0") throw new Refusal(409, "threshold-too-low", "a threshold is at least one atom");
      const order = readSignedThreshold(body, { poolKey: facts.key, address });
      if (order === null) throw invalid("the threshold is more than an order can hold");
      const taken = await orders.orderThreshold(order).catch(refuse);
      if (taken.ok) return showTaken(taken.value);
      const { code, message, details } = describeFault(taken.error);
      throw new Refusal(422, code, message, details);
    },
  );
}

function refuse(error: unknown): never {
  const status = error instanceof OperationError ? STATUS[error.code] : undefined;
  if (!(error instanceof OperationError) || status === undefined) throw error;
  throw new Refusal(status, error.code, error.message);
}
