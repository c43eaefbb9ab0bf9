import { join } from "node:path";
import { Value } from "typebox/value";
import { expect, onTestFinished, test } from "vitest";
import { PoolTakenThreshold, showSignedThreshold } from "#api/contract";
import { createHttpServer } from "#api/server";
import { asHash, OperationError, ok, silentLogger, systemClock, systemRandom } from "#base";
import { ed25519PublicKey, formatAddress } from "#crypto";
import { checkThresholdOrder, type SignedThresholdOrder } from "#model";
import { takeThreshold } from "#stratum";
import { devAccount, signThreshold } from "#wallet/core";
import { tempDir } from "../../../test/support/temp.ts";
import { HttpOptions } from "../server/options.ts";
import type { PoolPorts } from "./ports.ts";
import { addThresholdRoute } from "./threshold-route.ts";

const chainId = asHash(new Uint8Array(32).fill(3));
const receiptSeed = new Uint8Array(32).fill(7);
const facts = { addressPrefix: "tagon", key: ed25519PublicKey(receiptSeed) } as PoolPorts["facts"];
const me = devAccount(3);
const mine = formatAddress(me.address, "tagon");
const other = formatAddress(devAccount(4).address, "tagon");
const body = showSignedThreshold(
  signThreshold({ chainId, poolKey: facts.key, seed: me.seed, thresholdAtoms: 500n, timeMs: 1_800_000_000_000 }),
);

/** What the books do, without books. */
async function orderThreshold(order: SignedThresholdOrder) {
  if (order.thresholdAtoms === 13n) throw new OperationError("threshold-replayed", "a later order was taken");
  if (order.thresholdAtoms === 14n) throw new OperationError("threshold-too-often", "too often");
  if (order.thresholdAtoms === 15n) throw new OperationError("pool-storage-full", "the pool's disk is full");
  const checked = checkThresholdOrder(chainId, order);
  return checked.ok ? ok(takeThreshold(chainId, order, receiptSeed)) : checked;
}

async function serve() {
  const dir = tempDir();
  const about = { title: "Test", version: "1", description: "for tests" };
  const own = { port: 0, isPortFixed: true, tokenFile: join(dir, "api-token"), pagesFolder: null, about };
  const parts = { log: silentLogger, clock: systemClock(), random: systemRandom() };
  const server = await createHttpServer({ ...(Value.Default(HttpOptions, {}) as HttpOptions), ...own }, parts);
  onTestFinished(() => server.stop());
  addThresholdRoute(server.app, { facts, orders: { orderThreshold } } as unknown as PoolPorts);
  return async (address: string, payload: object) => {
    const url = `/v1/pool/miners/${address}/threshold`;
    const answer = await server.app.inject({ method: "POST", url, payload });
    return { status: answer.statusCode, json: answer.json() };
  };
}

test("what the miner has signed is taken without a token, and the pool's word is the answer", async () => {
  const post = await serve();
  const { status, json } = await post(mine, body);
  expect([status, [...Value.Errors(PoolTakenThreshold, json)]]).toEqual([200, []]);
  expect(json).toMatchObject(body);
});

test("everything else is refused with a reason", async () => {
  const post = await serve();
  const refused = async (address: string, payload: object): Promise<unknown[]> => {
    const { status, json } = await post(address, payload);
    return [status, json.error.code];
  };
  expect(await refused(mine, { ...body, threshold: "501" })).toEqual([422, "threshold-signature"]);
  expect(await refused(mine, { ...body, threshold: null })).toEqual([422, "threshold-signature"]);
  expect(await refused(other, body)).toEqual([422, "threshold-key"]);
  expect(await refused(mine, { ...body, threshold: "0" })).toEqual([409, "threshold-too-low"]);
  expect(await refused(mine, { ...body, threshold: "13" })).toEqual([409, "threshold-replayed"]);
  expect(await refused(mine, { ...body, threshold: "14" })).toEqual([429, "threshold-too-often"]);
  expect(await refused(mine, { ...body, threshold: "15" })).toEqual([503, "pool-storage-full"]);
  expect(await refused("nonsense", body)).toEqual([400, "address-malformed"]);
  expect(await refused(formatAddress(me.address, "agon"), body)).toEqual([400, "address-wrong-network"]);
  expect(await refused(mine, { ...body, threshold: "99999999999999999999" })).toEqual([400, "invalid-request"]);
  for (const change of [{ timeMs: 2 ** 53 }, { timeMs: -1 }, { key: "00" }, { signature: "" }, { more: 1 }])
    expect(await refused(mine, { ...body, ...change })).toEqual([400, "invalid-request"]);
  expect(await refused(mine, { ...body, key: "0".repeat(2_000) })).toEqual([413, "body-too-large"]);
});

test("orders of one caller are limited", async () => {
  const post = await serve();
  const statuses = new Set<number>();
  for (let i = 0; i < 31; i++) statuses.add((await post(other, body)).status);
  expect([...statuses]).toEqual([422, 429]);
});
