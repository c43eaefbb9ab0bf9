import { join } from "node:path";
import { Registry } from "prom-client";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import {
  Account,
  AccountProof,
  AccountTransactions,
  ApiError,
  Block,
  BlockPage,
  type Client,
  createClient,
  HealthReport,
  MAX_CARRIED_BYTES,
  Mempool,
  MinedBlockResult,
  MineResult,
  MiningTemplate,
  Peers,
  RecordPage,
  type SignedTransaction,
  Status,
  SubmitResult,
  Transaction,
} from "#api/contract";
import { HttpOptions } from "#api/server";
import { asHash, blameSender, fromUtf8, silentLogger, systemClock, systemRandom, toHex, utf8 } from "#base";
import { formatAddress } from "#crypto";
import { encodeParts, type PreparedTransaction } from "#model";
import { builtInSpec, chainIdOf, devAccountAddress, devAccountSeed, specToJson } from "#spec";
import { buildRecord, buildTransfer } from "#wallet/core";
import { tempDir } from "../../test/support/temp.ts";
import { createInMemoryNode, type InMemoryNode } from "./in-memory-node.ts";
import { createNodeApi, DEFAULT_SUBMIT_LIMITS } from "./node-api.ts";
import type { SealOutcome, WorkOrders, WorkTemplate } from "./ports.ts";

const [alice, bob] = [devAccountAddress(0), devAccountAddress(1)].map((address) => formatAddress(address, "tagon")) as [
  string,
  string,
];

interface Running {
  readonly node: InMemoryNode;
  readonly client: Client;
  readonly url: string;
  readonly token: string;
}

async function run(work?: WorkOrders): Promise<Running> {
  const node = { ...createInMemoryNode(), ...(work && { work }) };
  const server = await createNodeApi(
    {
      ...(Value.Default(HttpOptions, {}) as HttpOptions),
      port: 0,
      isPortFixed: true,
      tokenFile: join(tempDir(), "api-token"),
      pagesFolder: null,
      version: "0.1.0",
      submit: { ...DEFAULT_SUBMIT_LIMITS, maxTransactions: 5 },
    },
    { ports: node, log: silentLogger, clock: systemClock(), random: systemRandom(), registry: new Registry() },
  );
  onTestFinished(() => server.stop());
  const { url } = await server.start();
  const client = createClient({ baseUrl: url, token: server.token, fetch });
  return { node, client, url, token: server.token };
}

let transfers: readonly PreparedTransaction[];
let record: PreparedTransaction;
beforeAll(() => {
  const { chainId } = createInMemoryNode().chain;
  transfers = Array.from({ length: 8 }, (_, i) =>
    buildTransfer({
      chainId,
      seed: devAccountSeed(0),
      nonce: 4 + i,
      outputs: [{ to: devAccountAddress(1), amountAtoms: 1_000n + BigInt(i) }],
    }),
  );
  record = buildRecord({
    chainId,
    seed: devAccountSeed(0),
    nonce: 4,
    record: { mediaType: 0, data: utf8(`{"b":1, "a":"${"ü".repeat(200)}"}`) },
  });
});

const idOf = ({ id }: PreparedTransaction): string => toHex(id);

function asJson({ transaction: tx }: PreparedTransaction, payload: SignedTransaction["payload"]): SignedTransaction {
  const kind = "outputs" in payload ? "transfer" : "record";
  const envelope = {
    version: 1,
    senderKey: toHex(tx.sender),
    nonce: tx.nonce,
    fee: String(tx.feeAtoms),
    signature: toHex(tx.signature),
  };
  return { ...envelope, kind, payload } as SignedTransaction;
}

/** The value, when it is what the contract says. */
function fits<T>(schema: TSchema, value: T): T {
  expect(Value.Errors(schema, value)).toEqual([]);
  return value;
}

async function refusal(call: Promise<unknown>): Promise<{ status: number; code: string; message: string }> {
  const error: unknown = await call.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof ApiError)) throw new Error(`no refusal but ${String(error)}`);
  return { status: error.status, code: error.code, message: error.message };
}

test("status says what chain this is and how the node is", async () => {
  const { node, client } = await run();
  node.mineBlocks(3);
  const status = fits(Status, await client.status());
  expect(status.chain).toMatchObject({
    id: toHex(node.chain.chainId),
    name: "dev",
    engine: "pow",
    addressPrefix: "tagon",
  });
  expect(status.head).toMatchObject({ height: 3, hash: toHex(node.chain.head().id), weight: "49152" });
  expect(status).toMatchObject({
    finalized: { height: 0 },
    peers: 1,
    mempool: { count: 0 },
    syncing: false,
    supply: { issued: "5000" },
  });
  expect(status).not.toHaveProperty("readOnly");
  node.setFacts({ readOnly: "the disk is full", notices: ["deep-reorg"] });
  expect(await client.status()).toMatchObject({ readOnly: "the disk is full", notices: ["deep-reorg"] });
  expect(await client.chain()).toEqual(specToJson(node.chain.spec));
});

test("blocks are listed newest first, in pages that leave nothing out", async () => {
  const { node, client } = await run();
  node.mineBlocks(6);
  const first = fits(BlockPage, await client.blocks({ limit: 4 }));
  const second = fits(BlockPage, await client.blocks({ from: first.nextFrom!, limit: 4 }));
  expect([...first.items, ...second.items].map(({ height }) => height)).toEqual([6, 5, 4, 3, 2, 1, 0]);
  expect([first.nextFrom, second.nextFrom]).toEqual([2, null]);
  expect((await client.blocks({ from: 1_000 })).items[0]!.height).toBe(6);
  expect(await refusal(client.blocks({ limit: 101 }))).toMatchObject({
    status: 400,
    message: "`limit` must be <= 100",
  });
  expect(await refusal(client.blocks({ from: -1 }))).toMatchObject({ status: 400 });
});

test("a block is found by height and by id, on the chain and off it", async () => {
  const { node, client } = await run();
  node.mineBlocks(1);
  const base = node.chain.head().id;
  const stale = node.grow(base, transfers.slice(0, 1));
  node.moveHead(stale);
  node.moveHead(node.grow(node.grow(base, transfers.slice(0, 3))));
  const block = fits(Block, await client.block(2));
  expect(block).toEqual(await client.block(block.hash));
  expect(block).toMatchObject({
    canonical: true,
    depth: 1,
    finalized: false,
    transactionCount: 3,
    work: { bits: "1f03ffff", expectedHashes: "16384" },
  });
  expect(block.next).toBe((await client.block("head")).hash);
  expect(block.credits).toEqual([{ to: alice, amount: "50", reason: "block-reward", spendableAtHeight: 7 }]);
  expect(block.transactions.items.map(({ status, block: at }) => [status, at?.index, at?.confirmations])).toEqual([
    ["included", 0, 2],
    ["included", 1, 2],
    ["included", 2, 2],
  ]);
  const off = fits(Block, await client.block(toHex(stale)));
  expect(off).toMatchObject({ canonical: false, depth: null, next: null });
  expect(off.transactions.items[0]).toMatchObject({ status: "unknown", block: null });
  const page = await client.blockTransactions(2, { offset: 1, limit: 1 });
  expect([page.items.map(({ id }) => id), page.total, page.nextOffset]).toEqual([[idOf(transfers[1]!)], 3, 2]);
  expect((await client.blockTransactions(2, { offset: 9 })).items).toEqual([]);
  expect(await refusal(client.block(99))).toMatchObject({ status: 404, code: "not-found" });
  expect(await refusal(client.block("f".repeat(64)))).toMatchObject({ status: 404 });
  expect(await refusal(client.block("nonsense"))).toMatchObject({ status: 400, message: /height or its id/ });
});

test("transactions go in as bytes, one or many, and come out decoded", async () => {
  const { node, client } = await run();
  const one = fits(SubmitResult, await client.submitBytes(transfers[0]!.bytes));
  expect(one.results).toEqual([{ id: idOf(transfers[0]!) }]);
  const many = await client.submitBytes(encodeParts([transfers[1]!.bytes, utf8("\x01 nonsense"), record.bytes]));
  expect(many.results[0]).toEqual({ id: idOf(transfers[1]!) });
  expect(many.results[1]).toMatchObject({ error: { code: "tx-truncated", message: /bytes end/ } });
  expect(many.results[2]).toEqual({ id: idOf(record) });
  const waiting = fits(Transaction, await client.transaction(idOf(transfers[0]!)));
  expect(waiting).toMatchObject({
    status: "pending",
    block: null,
    kind: "transfer",
    sender: alice,
    nonce: 4,
    payload: { outputs: [{ to: bob, amount: "1000" }] },
  });
  node.moveHead(node.grow(node.chain.head().id, [transfers[0]!]));
  expect(await client.transaction(idOf(transfers[0]!))).toMatchObject({
    status: "included",
    block: { height: 1, index: 0, confirmations: 1 },
  });
});

test("JSON makes the same bytes as the wallet", async () => {
  const { node, client, url } = await run();
  const transfer = asJson(transfers[0]!, { outputs: [{ to: bob, amount: "1000" }] });
  expect(await client.submit(transfer)).toEqual({ results: [{ id: idOf(transfers[0]!) }] });
  const text = toHex(utf8(`{"b":1, "a":"${"ü".repeat(200)}"}`));
  const sent = asJson(record, { mediaType: "json", data: text });
  const broken = { ...transfer, payload: { outputs: [{ to: bob, amount: "-5" }] } };
  const foreign = {
    ...transfer,
    payload: { outputs: [{ to: formatAddress(devAccountAddress(1), "agon"), amount: "1000" }] },
  };
  const huge = { ...transfer, payload: { outputs: [{ to: bob, amount: "18446744073709551616" }] } };
  const { results } = await client.submit([sent, broken, foreign, huge] as SignedTransaction[]);
  expect(results[0]).toEqual({ id: idOf(record) });
  expect(results.slice(1)).toMatchObject([
    { error: { code: "invalid-request", message: /`payload.outputs.0.amount` must match/ } },
    { error: { code: "address-wrong-network", message: /its prefix is agon, here it is tagon/ } },
    { error: { message: /`amount` is more than 64 bits/ } },
  ]);
  expect(node.pending.get(record.id)!.bytes).toEqual(record.bytes);
  const post = (body: unknown) =>
    fetch(`${url}/v1/transactions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await post(transfer)).status).toBe(202);
  for (const [body, sentence] of [
    [{ ...transfer, extra: 1 }, /has `extra`/],
    [{ ...transfer, kind: "gift" }, /`kind` must be/],
    [{ ...transfer, payload: {} }, /`payload` lacks `outputs`/],
    [{ ...transfer, signature: "00" }, /`signature`/],
    ["text", /lacks `kind`/],
    [null, /lacks `kind`/],
    [[], /empty/],
  ] as const) {
    const reply = await post(body);
    expect([JSON.stringify(body).slice(0, 50), reply.status]).toEqual([JSON.stringify(body).slice(0, 50), 400]);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toMatch(sentence);
  }
});

test("a request takes so many transactions and bytes, and no list with wrong offsets", async () => {
  const { client, url } = await run();
  const six = transfers.slice(0, 6);
  expect(await refusal(client.submitBytes(encodeParts(six.map(({ bytes }) => bytes))))).toMatchObject({
    status: 413,
    code: "too-many-transactions",
  });
  const body = asJson(transfers[0]!, { outputs: [{ to: bob, amount: "1" }] });
  expect(await refusal(client.submit(six.map(() => body)))).toMatchObject({
    status: 413,
    code: "too-many-transactions",
  });
  for (const bytes of [
    Uint8Array.of(0),
    Uint8Array.of(8, 0, 0, 0, 4, 0, 0, 0),
    Uint8Array.of(4, 0, 0, 1),
    Uint8Array.of(4, 0, 0, 0, 9).subarray(0, 3),
  ])
    expect(await refusal(client.submitBytes(bytes))).toMatchObject({ status: 400, code: "invalid-request" });
  const empty = await fetch(`${url}/v1/transactions`, {
    method: "POST",
    headers: { "content-type": "application/octet-stream" },
    body: "",
  });
  expect(empty.status).toBe(400);
  expect(await refusal(client.submitBytes(new Uint8Array(5 * 1_048_576).fill(1)))).toMatchObject({
    status: 413,
    code: "body-too-large",
  });
});

test("a transaction that is not here is said to be unknown, or why it was dropped", async () => {
  const { client } = await run();
  expect(await refusal(client.transaction("ab".repeat(32)))).toMatchObject({ status: 404, code: "not-found" });
  expect(await refusal(client.transaction("dd".repeat(32)))).toMatchObject({
    status: 404,
    code: "transaction-dropped",
    message: /replaced/,
  });
  expect(await refusal(client.transaction("ab"))).toMatchObject({ status: 400 });
});

test("a record is given back byte for byte, under its own type", async () => {
  const { node, client } = await run();
  const octets = buildRecord({
    chainId: node.chain.chainId,
    seed: devAccountSeed(0),
    nonce: 5,
    record: { mediaType: 1, data: Uint8Array.of(0, 255, 13, 10) },
  });
  node.moveHead(node.grow(node.chain.head().id, [record, octets, transfers[0]!]));
  const json = await client.record(idOf(record));
  expect([json.mediaType, fromUtf8(json.bytes)]).toEqual(["application/json", `{"b":1, "a":"${"ü".repeat(200)}"}`]);
  expect(await client.record(idOf(octets))).toEqual({
    mediaType: "application/octet-stream",
    bytes: Uint8Array.of(0, 255, 13, 10),
  });
  expect(await refusal(client.record(idOf(transfers[0]!)))).toMatchObject({ status: 404, message: /is not a record/ });
  const whole = fits(Transaction, await client.transaction(idOf(record)));
  expect(whole.payload).toMatchObject({
    mediaType: "json",
    dataBytes: json.bytes.length,
    truncated: false,
    text: fromUtf8(json.bytes),
  });
  const listed = (await client.block(1)).transactions.items[0]!;
  expect(listed.payload).toMatchObject({ truncated: true, data: toHex(json.bytes.subarray(0, 256)) });
});

test("an account has its state, its history in pages, and a proof", async () => {
  const { node, client } = await run();
  for (const transfer of transfers.slice(0, 3)) node.moveHead(node.grow(node.chain.head().id, [transfer]));
  await client.submitBytes(transfers[3]!.bytes);
  const account = fits(Account, await client.account(alice));
  expect(account).toMatchObject({
    exists: true,
    balance: "100000000000000000",
    nonce: 4,
    pendingNonce: 5,
    pendingBalance: "77",
    maturing: [{ height: 9, amount: "50" }],
    block: { height: 3 },
  });
  expect(await client.account(formatAddress(devAccountAddress(7), "tagon"))).toMatchObject({
    exists: false,
    balance: "0",
    nonce: 0,
  });
  const first = fits(AccountTransactions, await client.accountTransactions(alice, { limit: 2 }));
  const second = await client.accountTransactions(alice, { limit: 2, cursor: first.nextCursor! });
  expect([...first.items, ...second.items].map(({ nonce, status }) => [nonce, status])).toEqual([
    [7, "pending"],
    [6, "included"],
    [5, "included"],
    [4, "included"],
  ]);
  expect(second.nextCursor).toBeNull();
  expect((await client.accountTransactions(bob)).items).toHaveLength(3);
  expect(fits(AccountProof, await client.accountProof(alice))).toMatchObject({
    exists: true,
    siblings: ["02".repeat(32)],
    block: { height: 3 },
  });
  expect(await refusal(client.accountTransactions(alice, { cursor: "x" }))).toMatchObject({
    status: 400,
    message: /cursor/,
  });
  expect(await refusal(client.account("tagon1nonsense"))).toMatchObject({ status: 400, code: "address-malformed" });
  expect(await refusal(client.account(alice.replace("tagon", "agon")))).toMatchObject({ status: 400 });
});

test("records are listed newest first, from a height or a place in a block", async () => {
  const { node, client } = await run();
  const record = (nonce: number) =>
    buildRecord({
      chainId: chainIdOf(builtInSpec("dev")),
      seed: devAccountSeed(0),
      nonce,
      record: { mediaType: 1, data: new Uint8Array(300).fill(nonce) },
    });
  const [a, b, c, d] = [4, 5, 6, 7].map(record) as [
    PreparedTransaction,
    PreparedTransaction,
    PreparedTransaction,
    PreparedTransaction,
  ];
  for (const block of [[a], [transfers[0]!], [b, c, d]]) node.moveHead(node.grow(node.chain.head().id, block));
  const first = fits(RecordPage, await client.records({ limit: 2 }));
  expect(first.items.map(({ id }) => id)).toEqual([toHex(d.id), toHex(c.id)]);
  expect(first.items[0]).toMatchObject({ kind: "record", payload: { dataBytes: 300, truncated: true } });
  const second = await client.records({ limit: 2, from: first.nextFrom! });
  expect(second.items.map(({ id }) => id)).toEqual([toHex(b.id), toHex(a.id)]);
  expect([first.nextFrom, second.nextFrom]).toEqual(["3-0", null]);
  expect((await client.records({ from: 2 })).items.map(({ id }) => id)).toEqual([toHex(a.id)]);
  expect((await client.records({ from: 99 })).items).toHaveLength(4);
  expect(await client.records({ from: 0 })).toEqual({ items: [], nextFrom: null });
  for (const from of ["x", "-1", "3-", "3-0-1"])
    expect(await refusal(client.records({ from }))).toMatchObject({ status: 400, message: /`from`/ });
  expect(await refusal(client.records({ limit: 101 }))).toMatchObject({ status: 400 });
});

test("mempool, peers, health and metrics", async () => {
  const { node, client, url } = await run();
  await client.submitBytes(encodeParts(transfers.slice(0, 3).map(({ bytes }) => bytes)));
  const mempool = fits(Mempool, await client.mempool({ limit: 2 }));
  expect(mempool).toMatchObject({
    count: 3,
    minFeeRate: 10,
    fees: [{ minRate: 10, maxRate: 11, count: 3 }],
    transactions: { total: 3, nextOffset: 2 },
  });
  expect((await client.mempool({ offset: 2 })).transactions.items.map(({ id }) => id)).toEqual([idOf(transfers[2]!)]);
  expect(fits(Peers, await client.peers()).peerId).toBe("12D3KooWExample");
  expect(fits(HealthReport, await client.health())).toEqual({ ok: true, checks: [{ name: "disk", ok: true }] });
  node.setHealth(false);
  expect(await client.health()).toMatchObject({ ok: false, checks: [{ message: "the disk is full" }] });
  expect((await fetch(`${url}/health`)).status).toBe(503);
  expect(await client.metrics()).toMatch(
    /agon_http_request_duration_seconds_count\{method="GET",route="\/v1\/mempool",status="200"\} 2/,
  );
});

test("orders need the token and POST", async () => {
  const { node, client, url } = await run();
  const stranger = createClient({ baseUrl: url, fetch });
  expect(await refusal(stranger.mine({ blocks: 1 }))).toMatchObject({ status: 401, code: "unauthorized" });
  expect(await refusal(stranger.shutdown())).toMatchObject({ status: 401 });
  for (const path of ["/v1/admin/mine", "/v1/admin/shutdown"]) expect((await fetch(url + path)).status).toBe(405);
  expect(node.chain.head().header.height).toBe(0);
  expect(node.told).toEqual([]);
  const mined = fits(MineResult, await client.mine({ blocks: 2, address: bob }));
  expect(mined.blocks.map(({ height }) => height)).toEqual([1, 2]);
  for (const blocks of [0, 1_001, 1.5])
    expect(await refusal(client.mine({ blocks }))).toMatchObject({ status: 400, message: /`blocks` must be/ });
  expect(
    await refusal(client.mine({ blocks: 1, address: `${bob.slice(0, -1)}${bob.endsWith("q") ? "p" : "q"}` })),
  ).toMatchObject({ code: "address-malformed" });
  expect(await client.shutdown()).toEqual({ stopping: true });
  await expect.poll(() => node.told).toEqual(["shutdown"]);
});

test("work for miners outside the node needs the token; what is wrong with it is said in words", async () => {
  const parts = { version: 0x20000000, freeVersionBits: 0x1fffe000, minTimeS: 5, maxTimeS: 605, extranonceBytes: 16 };
  const pieces = {
    coinbaseHead: new Uint8Array(85),
    coinbaseTail: new Uint8Array(19),
    parent: asHash(new Uint8Array(32)),
  };
  const template: WorkTemplate = {
    ...{ id: "ab".repeat(16), height: 1, sealHash: pieces.parent, timeMs: 5_000, expiresMs: 605_000 },
    ...{ parts: { ...parts, ...pieces }, rewardAtoms: 7n, feesAtoms: 2n, transactionCount: 1 },
    work: { bits: 0x1f04_0000, target: 2n ** 242n, expectedHashes: 16_384n },
  };
  const outcomes: Record<string, SealOutcome> = {
    aa: { kind: "imported", block: { height: 1, id: pieces.parent as never } },
    bb: { kind: "refused", fault: blameSender("pow-time", { aheadS: 601 }) },
    cc: { kind: "expired" },
  };
  let made: WorkTemplate | null = template;
  let block = new Uint8Array(MAX_CARRIED_BYTES).fill(7);
  const carried = (given: Uint8Array) => (given.length === MAX_CARRIED_BYTES ? outcomes.aa : undefined);
  const { client, url } = await run({
    template: () => made,
    block: () => block,
    seal: async (_id, seal, given) =>
      (given === undefined ? outcomes[toHex(seal)] : carried(given)) ?? { kind: "unknown" },
  });
  const stranger = createClient({ baseUrl: url, fetch });
  expect(await refusal(stranger.miningTemplate(alice))).toMatchObject({ status: 401 });
  expect(await refusal(stranger.submitMined({ template: template.id, seal: "aa" }))).toMatchObject({ status: 401 });
  expect(fits(MiningTemplate, await client.miningTemplate(alice))).toMatchObject({
    ...{ version: "20000000", versionMask: "1fffe000", minTimeS: 5, reward: "7", fees: "2" },
    work: { bits: "1f040000", expectedHashes: "16384" },
    coinbase: { head: "00".repeat(85), extranonceBytes: 16, tail: "00".repeat(19) },
  });
  const give = (seal: string) => client.submitMined({ template: template.id, seal });
  expect(fits(MinedBlockResult, await give("aa"))).toEqual({ result: "imported", height: 1, hash: "00".repeat(32) });
  expect(await refusal(give("bb"))).toMatchObject({
    status: 422,
    code: "pow-time",
    message: /this one is 601 s after/,
  });
  expect(await refusal(give("cc"))).toMatchObject({ status: 410, code: "template-expired" });
  expect(await refusal(give("dd"))).toMatchObject({ status: 404, code: "template-unknown" });
  // The block travels with the template where that is wanted, and back where the template may have been forgotten.
  expect((await client.miningTemplate(alice)).block).toBeUndefined();
  const { block: hex } = fits(MiningTemplate, await client.miningTemplate(alice, { block: true })) as MiningTemplate;
  expect(hex).toBe(toHex(block));
  const giveWhole = (text: string) => client.submitMined({ template: template.id, seal: "dd", block: text });
  expect(await giveWhole(hex!)).toMatchObject({ result: "imported" });
  expect(await refusal(giveWhole(hex!.slice(1)))).toMatchObject({ status: 400, code: "invalid-request" });
  expect(await refusal(giveWhole(`${hex}07`))).toMatchObject({ status: 400, code: "invalid-request" });
  block = new Uint8Array(MAX_CARRIED_BYTES + 1);
  expect((await client.miningTemplate(alice, { block: true })).block).toBeUndefined();
  expect(await refusal(give("AB"))).toMatchObject({ status: 400, code: "invalid-request" });
  made = null;
  expect(await refusal(client.miningTemplate(alice))).toMatchObject({ status: 409, code: "not-searched" });
  expect(await refusal(client.miningTemplate(alice.replace("t", "x")))).toMatchObject({ status: 400 });
});

test("the description is OpenAPI 3.1, names every route, and resolves every reference", async () => {
  const { url } = await run();
  const document = (await (await fetch(`${url}/v1/openapi.json`)).json()) as {
    openapi: string;
    paths: Record<
      string,
      Record<
        string,
        { summary?: string; responses: object; security?: object; parameters?: { name: string; in: string }[] }
      >
    >;
    components: { schemas: Record<string, object> };
  };
  expect(document.openapi).toBe("3.1.0");
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual(
    [
      "GET /health",
      "GET /metrics",
      "GET /v1/accounts/{address}",
      "GET /v1/accounts/{address}/transactions",
      "GET /v1/blocks",
      "GET /v1/blocks/{heightOrHash}",
      "GET /v1/blocks/{heightOrHash}/transactions",
      "GET /v1/chain",
      "GET /v1/epochs",
      "GET /v1/epochs/{epoch}",
      "GET /v1/events",
      "GET /v1/events/live",
      "GET /v1/evidence",
      "GET /v1/finality",
      "GET /v1/mempool",
      "GET /v1/peers",
      "GET /v1/proofs/accounts/{address}",
      "GET /v1/records",
      "GET /v1/records/{id}",
      "GET /v1/status",
      "GET /v1/transactions/{id}",
      "GET /v1/validators",
      "GET /v1/validators/{address}",
      "GET /v1/validators/{address}/duties",
      "GET /v1/ws",
      "POST /v1/admin/mine",
      "POST /v1/admin/accept",
      "POST /v1/admin/shutdown",
      "POST /v1/mining/blocks",
      "POST /v1/mining/templates",
      "POST /v1/transactions",
    ].sort(),
  );
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      expect(operation.summary, path).toBeTruthy();
      expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(["4XX", "5XX"]));
      expect(operation.security !== undefined, path).toBe(/admin|mining/.test(path));
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const given = (operation.parameters ?? []).filter((one) => one.in === "path").map(({ name }) => name);
      expect(given, `${method} ${path}`).toEqual(named);
    }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name]) => name!,
  );
  expect(references).toContain("Status");
  for (const name of references) expect(document.components.schemas, name).toHaveProperty(name);
});

test("the client says in one way that nobody, or somebody else, is there", async () => {
  const nobody = createClient({ baseUrl: "http://127.0.0.1:1", fetch });
  expect(await refusal(nobody.status())).toMatchObject({ status: 0, code: "unreachable" });
  const silent = createClient({
    baseUrl: "http://node",
    timeoutMs: 5,
    fetch: (_url, { signal }) =>
      new Promise((_resolve, reject) => signal!.addEventListener("abort", () => reject(signal!.reason))),
  });
  expect(await refusal(silent.status())).toMatchObject({ status: 0, code: "timeout" });
  for (const reply of [
    new Response("<html>", { status: 200, headers: { "content-type": "text/html" } }),
    new Response("no", { status: 502 }),
  ])
    expect(await refusal(createClient({ baseUrl: "http://node", fetch: async () => reply }).status())).toMatchObject({
      code: "not-an-api",
    });
});
