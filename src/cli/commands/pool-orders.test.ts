/** What miners and operators order of a pool, against the part of one that these commands see. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type Fetch, type PoolSignedThreshold, readSignedThreshold } from "#api/contract";
import { asHash, asKey, fromHex, toHex } from "#base";
import { ed25519PublicKey, formatAddress, parseAddress } from "#crypto";
import { checkThresholdOrder, decodeThresholdOrder } from "#model";
import { devAccount } from "#wallet/core";
import { tempDir } from "../../../test/support/temp.ts";
import { readReceiptsFile } from "../receipts-file.ts";
import { run } from "../testing/terminal.ts";

const CHAIN_ID = "33".repeat(32);
const POOL_KEY = toHex(ed25519PublicKey(new Uint8Array(32).fill(7)));
const TOKEN = "a-token-of-the-pool";
const ME = formatAddress(devAccount(3).address, "tagon");
const pool = ["--pool", "http://pool.test:3334"];
let data = "";
let orders: unknown[] = [];
let last: (PoolSignedThreshold & { readonly taken: string }) | null = null;

beforeEach(() => {
  [data, orders, last] = [tempDir(), [], null];
  writeFileSync(join(data, "api-token"), `${TOKEN}\n`);
});

const fetch: Fetch = async (url, { method, body, headers }) => {
  const { pathname } = new URL(url);
  const sent = body === undefined ? null : JSON.parse(String(body));
  const answer = (status: number, json: unknown) =>
    new Response(JSON.stringify(json), { status, headers: { "content-type": "application/json" } });
  const refusal = (status: number, code: string) => answer(status, { error: { code, message: code } });
  if (pathname === "/v1/pool/status")
    return answer(200, {
      ...{ chain: { id: CHAIN_ID, name: "test", addressPrefix: "tagon" }, key: POOL_KEY, threshold: "10000000000" },
      account: "300000000",
    });
  if (pathname === `/v1/pool/miners/${ME}`)
    return answer(200, {
      ...{ address: ME, threshold: last?.threshold ?? "10000000000", thresholdFrom: last === null ? "pool" : "miner" },
      ...{ thresholdOrder: last, minThreshold: "100000000", owed: "0" },
    });
  if (pathname === `/v1/pool/miners/${ME}/threshold` && method === "POST") {
    const parsed = parseAddress(ME, "tagon");
    const poolKey = asKey(fromHex(POOL_KEY)!);
    const order = parsed.ok ? readSignedThreshold(sent, { poolKey, address: parsed.value }) : null;
    expect(order).not.toBeNull();
    expect(checkThresholdOrder(asHash(fromHex(CHAIN_ID)!), order!)).toEqual({ ok: true });
    expect(order!.timeMs).toBeGreaterThan(last?.timeMs ?? 0);
    last = { ...sent, taken: "ab".repeat(64) };
    return answer(200, last);
  }
  if (!pathname.startsWith("/v1/pool/orders/")) return refusal(404, "not-found");
  if (new Headers(headers).get("authorization") !== `Bearer ${TOKEN}`) return refusal(401, "unauthorized");
  orders.push([pathname.split("/").at(-1), sent]);
  return sent.amount === "99900000000" ? refusal(409, "pool-account-short") : answer(200, { ok: true });
};

const call = (...words: string[]) => run(["pool", ...words, ...pool], { fetch });

test("a threshold is shown, signed by account or address, kept with the pool's word, and taken back", async () => {
  const shown = await call("threshold", "--address", "dev-3");
  expect(shown).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/paid from {2}100 coins \(the pool's/) });
  const receipts = join(data, "receipts.jsonl");
  const set = await call("threshold", "--from", "dev-3", "--coins", "20", "--receipts", receipts);
  expect(set).toMatchObject({ code: 0, err: "", out: `${ME} is paid from 20 coins on.\n` });
  const [kept] = readReceiptsFile(receipts).thresholds;
  expect(kept).toMatch(/^(ab){64}/);
  expect(decodeThresholdOrder(fromHex(kept!.slice(128))!)).toMatchObject({ thresholdAtoms: 2_000_000_000n });
  const again = await call("threshold", "--address", ME, "--coins", "25.5", "--json");
  expect(JSON.parse(again.out)).toMatchObject({ address: ME, inForce: "2550000000", taken: last!.taken });
  expect((await call("threshold", "--address", ME)).out).toMatch(/25\.5 coins \(signed by the miner, \d+ s ago\)/);
  const back = await call("threshold", "--from", "dev-3", "--default", "--json");
  expect(JSON.parse(back.out)).toMatchObject({ threshold: null, inForce: "10000000000" });
});

test("what the pool would not take is not signed, and without the key nothing is", async () => {
  const low = await call("threshold", "--from", "dev-3", "--coins", "0.5", "--json");
  expect([low.code, JSON.parse(low.err).error]).toMatchObject([1, { code: "threshold-too-low" }]);
  const stranger = formatAddress(devAccount(3).address.map((byte) => byte ^ 1) as never, "tagon");
  const unknown = await call("threshold", "--address", stranger, "--coins", "20", "--data", data, "--json");
  expect([unknown.code, JSON.parse(unknown.err).error]).toMatchObject([1, { code: "account-unknown" }]);
  const nobody = await call("threshold", "--from", "dev-4", "--coins", "20", "--json");
  expect([nobody.code, JSON.parse(nobody.err).error]).toMatchObject([1, { code: "not-found" }]);
  expect(last).toBeNull();
});

test("of a devnet's folder, the pool at its own port gets the pool's token, and its console its own", async () => {
  const [devnet, inDevnet] = [tempDir(), "pool"];
  writeFileSync(join(devnet, "api-token"), "a-token-of-the-console\n");
  mkdirSync(join(devnet, inDevnet));
  writeFileSync(join(devnet, inDevnet, "api-token"), `${TOKEN}\n`);
  expect(await call("pay", "--data", devnet)).toMatchObject({ code: 0, err: "" });
  const tokens: (string | null)[] = [];
  const throughConsole: Fetch = async (url, init) => {
    if (new URL(url).pathname === "/v1/devnet/pool") return Response.json({ state: "running" });
    tokens.push(new Headers(init.headers).get("authorization"));
    return Response.json({ ok: true });
  };
  const paid = await run(["pool", "pay", "--data", devnet, ...pool], { fetch: throughConsole });
  expect([paid.code, tokens]).toEqual([0, ["Bearer a-token-of-the-console"]]);
});

test("a miner is named like an account, and nothing cannot be withdrawn", async () => {
  const shown = await call("miners", "--address", "dev-3", "--json");
  expect(JSON.parse(shown.out)).toMatchObject({ address: ME });
  const wrong = await call("payouts", "--address", "dev-33", "--json");
  expect([wrong.code, JSON.parse(wrong.err).error.code]).toEqual([1, "address-malformed"]);
  const none = await call("withdraw", "dev-3", "0", "--yes", "--data", data);
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("It must be more than nothing")]);
  expect(orders).toEqual([]);
});

test("an operator withdraws and releases with the pool's token, after a question", async () => {
  const asked = await run(["pool", "withdraw", "dev-3", "2.5", "--data", data, ...pool], { fetch, answers: [true] });
  expect(asked).toMatchObject({ code: 0, out: expect.stringContaining(`2.5 coins are owed to ${ME}`) });
  const declined = await run(["pool", "withdraw", "dev-3", "1", "--data", data, ...pool], { fetch, answers: [false] });
  expect(declined.code).toBe(1);
  const id = "cd".repeat(32);
  const released = await call("release", id, "--data", data, "--yes", "--json");
  expect(JSON.parse(released.out)).toEqual({ transaction: id, released: true });
  expect(await call("pay", "--data", data)).toMatchObject({ code: 0, err: "" });
  const short = await call("withdraw", "dev-3", "999", "--data", data, "--yes", "--json");
  expect([short.code, JSON.parse(short.err).error.code]).toEqual([1, "pool-account-short"]);
  expect(orders).toEqual([
    ["withdraw", { to: ME, amount: "250000000" }],
    ["release", { transaction: id }],
    ["pay", {}],
    ["withdraw", { to: ME, amount: "99900000000" }],
  ]);
  expect(readFileSync(join(data, "api-token"), "utf8")).toBe(`${TOKEN}\n`);
});
