/** Everything bad that can be sent to a node, over each of its doors: refused with an error in words, and nothing lost. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asHash, asKey, asSignature, concatBytes, fromHex, readUint, toHex, writeUint } from "#base";
import { addressOf, ed25519Sign, formatAddress } from "#crypto";
import {
  type Block,
  encodeParts,
  encodeTransaction,
  encodeTransfer,
  MAX_TRANSACTION_BYTES,
  type PreparedTransaction,
  signingHash,
  type Transaction,
} from "#model";
import { genesisIdOf, importChain, loadConfig, readSpec, SCHEMA_VERSION, startNode } from "#node";
import { encodeCompactBlock, PROTOCOLS } from "#p2p";
import { encodeSeq, keys, openDataDirectory, put } from "#storage";
import { buildRecord, buildTransfer, devAccount, signTransaction } from "#wallet/core";
import { easyChainId, type Forgery, forgeBlock, minerOf } from "../support/forge.ts";
import { statusOf } from "../support/rogue-peer.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { chainId, openWorld, refusal, spec, type World } from "./bad-input-world.ts";

const MEGABYTE = new Uint8Array(2 ** 20).fill(0xa5);
const ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
const zero = asHash(new Uint8Array(32));

let folder: TempFolder;
let world: World;
beforeAll(async () => {
  folder = await createTempFolder("agon-bad-input");
  world = await openWorld(folder.dir);
  // Account 1 has used its first nonce.
  const block = forgeBlock(world.node.core.chain, { transactions: [pay(), world.honest()] });
  expect(await world.import(block)).toBe("imported");
});
afterAll(async () => {
  await world.close();
  await folder[Symbol.asyncDispose]();
});

interface Change {
  readonly nonce?: number;
  readonly amountAtoms?: bigint;
  readonly feeAtoms?: bigint;
  readonly chain?: typeof chainId;
  readonly from?: number;
}

function pay({
  nonce = 0,
  amountAtoms = 10_000n,
  chain = chainId,
  from = 1,
  ...fee
}: Change = {}): PreparedTransaction {
  const outputs = [{ to: devAccount(8).address, amountAtoms }];
  return buildTransfer({ chainId: chain, seed: devAccount(from).seed, nonce, outputs, ...fee });
}

/** A good transfer with its bytes changed. */
function altered(change: (bytes: Uint8Array, view: DataView) => void): Uint8Array {
  const bytes = pay({ nonce: 1 }).bytes.slice();
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

/** Rightly signed, whatever it holds. */
function signed(change: Partial<Pick<Transaction, "kind" | "payload" | "feeAtoms">>): Uint8Array {
  const fields = { version: 1, kind: 1, nonce: 1, feeAtoms: 1_000_000n, payload: encodeTransfer([output(5_000n)]) };
  return signTransaction(chainId, devAccount(1).seed, { ...fields, ...change }).bytes;
}

const output = (amountAtoms: bigint) => ({ to: devAccount(8).address, amountAtoms });

/** S + L is the same number to whoever does not look. */
function malleated(): Uint8Array {
  return altered((bytes) => writeUint(bytes, 54 + 32, 32, readUint(bytes, 54 + 32, 32) + ORDER));
}

/** The neutral point as key and as R, S = 0: the equation holds for each message. */
function smallOrder(): Uint8Array {
  const point = new Uint8Array(32);
  point[0] = 1;
  const payload = encodeTransfer([output(5_000n)]);
  const signature = asSignature(concatBytes(point, new Uint8Array(32)));
  return encodeTransaction({
    version: 1,
    kind: 1,
    sender: asKey(point),
    nonce: 0,
    feeAtoms: 9_999n,
    payload,
    signature,
  });
}

function foreign(): Uint8Array {
  const bytes = pay({ nonce: 1 }).bytes.slice();
  bytes.set(ed25519Sign(signingHash(chainId, bytes), devAccount(2).seed), 54);
  return bytes;
}

const octets = (body: () => Uint8Array) => (w: World) => w.post(body(), "application/octet-stream");
const json = (body: () => unknown) => (w: World) => w.post(JSON.stringify(body()), "application/json");
const jsonOf = (change: object = {}): object => {
  const { transaction } = pay({ nonce: 1 });
  return {
    ...{ version: 1, kind: "transfer", nonce: 1, fee: String(transaction.feeAtoms) },
    senderKey: toHex(transaction.sender),
    signature: toHex(transaction.signature),
    payload: { outputs: [{ to: formatAddress(devAccount(8).address, "tagon"), amount: "10000" }] },
    ...change,
  };
};
const block =
  (forgery: (w: World) => Forgery) =>
  (w: World): Promise<string> =>
    w.import(forgeBlock(w.node.core.chain, forgery(w)));
const request = (name: keyof typeof PROTOCOLS, bytes: Uint8Array) => (w: World) =>
  w.rogue((peer) => peer.ask(w.node.peerId, PROTOCOLS[name], bytes));
const gossip = (topic: "blocks" | "transactions", bytes: (w: World) => Uint8Array) => (w: World) =>
  w.rogue((peer) => w.publish(peer, topic, bytes(w)));

/** One list behind the time of sending. */
const message = (...list: readonly Uint8Array[]): Uint8Array => concatBytes(new Uint8Array(8), encodeParts(list));
const announcement = (w: World, change: Forgery["change"]): Uint8Array => {
  const { header } = forgeBlock(w.node.core.chain);
  const forged: Block = { header: { ...header, ...change }, body: { transactions: [], votes: [] } };
  return encodeCompactBlock(zero as never, forged, []);
};

/** Starts a node elsewhere, with these flags. */
const start = (w: World, flags: Record<string, string>, file?: unknown): Promise<unknown> =>
  startNode(
    loadConfig({
      file,
      flags: { "node.spec": w.specFile, "node.logLevel": "silent", "api.port": 0, "p2p.port": 0, ...flags },
    }),
  );

/** A copy of a data directory that nobody uses, changed. */
async function directory(w: World, name: string, change: (path: string) => Promise<void> | void): Promise<string> {
  const path = join(w.folder, name);
  const options = { chainId, genesisId: genesisIdOf(spec, chainId), schemaVersion: SCHEMA_VERSION };
  const made = await openDataDirectory(path, options);
  await made.close();
  await change(path);
  return refusal(() => start(w, { "node.data": path }));
}

const rows: readonly (readonly [door: string, what: string, answer: string, send: (w: World) => Promise<string>])[] = [
  ["bytes", "nothing", "400 invalid-request", octets(() => new Uint8Array(0))],
  ["bytes", "one byte", "tx-truncated", octets(() => Uint8Array.of(1))],
  ["bytes", "a cut transaction", "tx-truncated", octets(() => pay({ nonce: 1 }).bytes.subarray(0, 100))],
  [
    "bytes",
    "a transaction with more behind it",
    "tx-signature",
    octets(() => concatBytes(pay({ nonce: 1 }).bytes, MEGABYTE.subarray(0, 28))),
  ],
  [
    "bytes",
    "one larger than any",
    "tx-too-large",
    octets(() => concatBytes(Uint8Array.of(1), new Uint8Array(MAX_TRANSACTION_BYTES))),
  ],
  ["bytes", "garbage", "400 invalid-request", octets(() => new Uint8Array(1_000).fill(0xa4))],
  [
    "bytes",
    "a list whose offsets are wrong",
    "400 invalid-request",
    octets(() => Uint8Array.of(8, 0, 0, 0, 1, 0, 0, 0)),
  ],
  [
    "bytes",
    "a list of too many",
    "413 too-many-transactions",
    octets(() => encodeParts(Array.from({ length: 1_001 }, () => Uint8Array.of(1)))),
  ],
  ["bytes", "five megabytes", "413 body-too-large", octets(() => new Uint8Array(5 * 2 ** 20))],
  ["bytes", "another version", "tx-version", octets(() => altered((bytes) => void (bytes[0] = 2)))],
  ["bytes", "an offset elsewhere", "tx-malformed", octets(() => altered((_, view) => view.setUint32(50, 119, true)))],
  [
    "bytes",
    "a nonce of 2^60",
    "tx-malformed",
    octets(() => altered((_, view) => view.setBigUint64(34, 2n ** 60n, true))),
  ],
  ["bytes", "an unknown kind", "tx-kind", octets(() => signed({ kind: 9 }))],
  ["bytes", "the wrong chain id", "tx-signature", octets(() => pay({ nonce: 1, chain: easyChainId }).bytes)],
  ["bytes", "a bad signature", "tx-signature", octets(() => altered((bytes) => void (bytes[70]! ^= 1)))],
  ["bytes", "a foreign signature", "tx-signature", octets(foreign)],
  ["bytes", "a malleated signature", "tx-signature", octets(malleated)],
  ["bytes", "a key of small order", "tx-signature", octets(smallOrder)],
  ["bytes", "a changed amount", "tx-signature", octets(() => altered((bytes) => void (bytes[138]! ^= 1)))],
  ["bytes", "a repeated nonce", "tx-nonce-used", octets(() => pay({ amountAtoms: 77_000n }).bytes)],
  ["bytes", "a far nonce", "tx-nonce-gap", octets(() => pay({ nonce: 66 + 1 }).bytes)],
  ["bytes", "overspending", "tx-overspend", octets(() => pay({ nonce: 1, amountAtoms: 10n ** 17n }).bytes)],
  ["bytes", "dust", "transfer-dust", octets(() => pay({ nonce: 1, amountAtoms: 999n }).bytes)],
  ["bytes", "nothing for somebody", "transfer-dust", octets(() => pay({ nonce: 1, amountAtoms: 0n }).bytes)],
  [
    "bytes",
    "amounts beyond 64 bits",
    "tx-overflow",
    octets(() => signed({ payload: encodeTransfer([output(2n ** 63n), output(2n ** 63n)]) })),
  ],
  ["bytes", "no outputs", "transfer-malformed", octets(() => signed({ payload: new Uint8Array(0) }))],
  ["bytes", "half an output", "transfer-malformed", octets(() => signed({ payload: new Uint8Array(14) }))],
  ["bytes", "too small a fee", "tx-fee-low", octets(() => pay({ nonce: 1, feeAtoms: 1_459n }).bytes)],
  [
    "bytes",
    "a sender whom nobody paid",
    "tx-sender-unknown",
    octets(
      () => buildTransfer({ chainId, seed: new Uint8Array(32).fill(5), nonce: 0, outputs: [output(5_000n)] }).bytes,
    ),
  ],
  [
    "bytes",
    "a record of another form",
    "record-malformed",
    octets(() => signed({ kind: 2, payload: Uint8Array.of(7, 5, 0, 0, 0) })),
  ],
  [
    "bytes",
    "a record beyond 16 KiB",
    "record-too-large",
    octets(() =>
      signed({
        kind: 2,
        feeAtoms: 10n ** 8n,
        payload: concatBytes(Uint8Array.of(1, 5, 0, 0, 0), new Uint8Array(16_385)),
      }),
    ),
  ],
  [
    "bytes",
    "a record that nobody can pay",
    "tx-overspend",
    octets(
      () =>
        buildRecord({
          chainId,
          seed: devAccount(1).seed,
          nonce: 1,
          feeAtoms: 10n ** 15n,
          record: { mediaType: 1, data: new Uint8Array(10) },
        }).bytes,
    ),
  ],
  [
    "bytes",
    "bad ones together",
    "tx-signature, tx-nonce-used, tx-truncated",
    octets(() => encodeParts([malleated(), pay().bytes.slice(), Uint8Array.of(1)])),
  ],
  ["json", "broken JSON", "400 invalid-json", (w) => w.post('{"kind": "transfer', "application/json")],
  ["json", "nothing", "400 invalid-json", (w) => w.post("", "application/json")],
  ["json", "another media type", "415 unsupported-media-type", (w) => w.post("<a/>", "application/xml")],
  ["json", "a number", "400 invalid-request", json(() => 7)],
  ["json", "no kind", "400 invalid-request", json(() => ({}))],
  ["json", "another kind", "400 invalid-request", json(() => jsonOf({ kind: "mint" }))],
  ["json", "an unknown key", "400 invalid-request", json(() => jsonOf({ memo: "hello" }))],
  ["json", "a nonce below zero", "400 invalid-request", json(() => jsonOf({ nonce: -1 }))],
  ["json", "a fee as a fraction", "400 invalid-request", json(() => jsonOf({ fee: "1.5" }))],
  ["json", "a fee beyond 64 bits", "400 invalid-request", json(() => jsonOf({ fee: String(2n ** 64n) }))],
  ["json", "half a key", "400 invalid-request", json(() => jsonOf({ senderKey: "00ff" }))],
  [
    "json",
    "an address with a slip",
    "400 address-malformed",
    json(() =>
      jsonOf({ payload: { outputs: [{ to: "tagon1464xthqhkx4nfas0cl3vc9tsycemullds0kg3b", amount: "10000" }] } }),
    ),
  ],
  [
    "json",
    "an address of another network",
    "400 address-wrong-network",
    json(() => jsonOf({ payload: { outputs: [{ to: formatAddress(minerOf(1), "agon"), amount: "10000" }] } })),
  ],
  [
    "json",
    "another amount than was signed",
    "tx-signature",
    json(() =>
      jsonOf({ payload: { outputs: [{ to: formatAddress(devAccount(8).address, "tagon"), amount: "10001" }] } }),
    ),
  ],
  ["json", "a list of nothing", "400 invalid-request", json(() => [])],
  ["json", "bad ones together", "invalid-request, tx-signature", json(() => [7, jsonOf({ nonce: 2 })])],
  [
    "block",
    "too large",
    "block-too-large",
    block(() => ({ body: { transactions: [new Uint8Array(70_000)], votes: [] } })),
  ],
  [
    "block",
    "too many transactions",
    "block-too-many-transactions",
    block(() => ({ body: { transactions: Array.from({ length: 301 }, () => Uint8Array.of(1)), votes: [] } })),
  ],
  ["block", "the wrong body root", "body-root", block(() => ({ change: { bodyRoot: zero } }))],
  ["block", "the wrong state root", "state-root", block(() => ({ change: { stateRoot: zero } }))],
  ["block", "a time before its parents'", "header-time", block(() => ({ change: { timeMs: spec.genesis.timeMs } }))],
  [
    "block",
    "a time too far ahead",
    "waiting",
    block((w) => ({ change: { timeMs: w.node.core.chain.head.header.timeMs + 3_600_000 } })),
  ],
  ["block", "false work", "pow-hash", block(() => ({ change: { claim: fromHex("ffff0004")! }, keepSeal: true }))],
  [
    "block",
    "an unknown parent",
    "waiting",
    block(() => ({ change: { height: 9, parent: asHash(MEGABYTE.slice(0, 32)) as never } })),
  ],
  [
    "block",
    "one bad transaction among good ones",
    "block-invalid",
    block(() => ({ transactions: [pay({ nonce: 1 }), pay({ from: 2 }), pay({ from: 3, nonce: 5 })] })),
  ],
  [
    "block",
    "one false signature among good ones",
    "block-transaction-invalid",
    block(() => ({ body: { transactions: [pay({ nonce: 1 }).bytes, malleated()], votes: [] } })),
  ],
  ["block", "10,000 without parents", "waiting", tenThousandOrphans],
  ["peer", "the wrong chain id", "status-other-chain", (w) => w.rogue(async () => {}, { chainId: zero })],
  ["peer", "another genesis", "status-other-genesis", (w) => w.rogue(async () => {}, { genesisId: zero as never })],
  ["peer", "another version", "status-other-version", (w) => w.rogue(async () => {}, { wireVersion: 9 })],
  [
    "peer",
    "a stock client of the wrong chain",
    "turned away with 180 bytes",
    (w) => w.stockClient(statusOf(zero, zero)),
  ],
  [
    "peer",
    "a stock client of this chain (is welcome)",
    "welcome with 180 bytes",
    (w) => w.stockClient(statusOf(chainId, w.node.core.chain.genesisId)),
  ],
  ["peer", "a status of garbage", "status-malformed", request("status", MEGABYTE.subarray(0, 100))],
  ["peer", "a megabyte for a status", "request-too-long", request("status", MEGABYTE)],
  ["peer", "a megabyte for headers", "request-too-long", request("headers", MEGABYTE)],
  ["peer", "a megabyte for bodies", "request-too-long", request("bodies", MEGABYTE)],
  ["peer", "a megabyte for transactions", "request-too-long", request("blockTransactions", MEGABYTE)],
  ["peer", "a megabyte for the pool", "request-too-long", request("pool", MEGABYTE)],
  ["peer", "half a locator", "request-malformed", request("headers", MEGABYTE.subarray(0, 101))],
  ["peer", "half an id", "request-malformed", request("bodies", MEGABYTE.subarray(0, 101))],
  ["peer", "half a position", "request-malformed", request("blockTransactions", MEGABYTE.subarray(0, 101))],
  [
    "gossip",
    "a megabyte as transactions",
    "gossip-too-long",
    gossip("transactions", () => MEGABYTE.subarray(0, 600_000)),
  ],
  [
    "gossip",
    "garbage as transactions",
    "transactions-malformed",
    gossip("transactions", () => MEGABYTE.subarray(0, 10_000)),
  ],
  ["gossip", "a malleated transaction", "tx-signature", gossip("transactions", () => message(malleated()))],
  [
    "gossip",
    "dust",
    "transfer-dust",
    gossip("transactions", () => message(pay({ nonce: 1, amountAtoms: 1n }).bytes).slice()),
  ],
  ["gossip", "garbage as a block", "announcement-malformed", gossip("blocks", () => MEGABYTE.subarray(0, 10_000))],
  ["gossip", "a megabyte as a block", "gossip-too-long", gossip("blocks", () => concatBytes(MEGABYTE, MEGABYTE))],
  [
    "gossip",
    "a header without work",
    "pow-hash",
    gossip("blocks", (w) => announcement(w, { claim: fromHex("ffff0004")! })),
  ],
  [
    "directory",
    "of another chain",
    "data-other-chain",
    (w) =>
      directory(w, "other", () => {}).then(() =>
        refusal(() => start(w, { "node.data": join(w.folder, "other"), "node.spec": "dev" })),
      ),
  ],
  ["directory", "in use", "data-locked", (w) => refusal(() => start(w, { "node.data": join(w.folder, "node") }))],
  [
    "directory",
    "damaged",
    "data-damaged",
    (w) => directory(w, "damaged", (path) => truncateSync(join(path, "store", "data.mdb"), 5_000)),
  ],
  [
    "directory",
    "of garbage",
    "data-damaged",
    (w) => directory(w, "garbage", (path) => writeFileSync(join(path, "store", "data.mdb"), MEGABYTE)),
  ],
  ["directory", "from a newer version", "data-newer-schema", (w) => directory(w, "newer", newerSchema)],
  [
    "directory",
    "with another key for a node",
    "node-key-damaged",
    (w) => directory(w, "key", (path) => writeFileSync(join(path, "node-key"), "not a key")),
  ],
  ["directory", "that is a file", "data-unwritable", (w) => refusal(() => start(w, { "node.data": w.specFile }))],
  ["config", "an unknown key", "config-invalid", (w) => refusal(() => start(w, {}, { api: { prot: 1 } }))],
  ["config", "an unknown section", "config-invalid", (w) => refusal(() => start(w, {}, { apu: {} }))],
  ["config", "a text for a number", "config-invalid", (w) => refusal(() => start(w, {}, { api: { port: "8730" } }))],
  ["config", "a port that is none", "config-invalid", (w) => refusal(() => start(w, {}, { api: { port: 70_000 } }))],
  ["config", "a list for an object", "config-invalid", (w) => refusal(() => start(w, {}, [1]))],
  [
    "config",
    "an unknown variable",
    "config-invalid",
    () => refusal(async () => loadConfig({ environment: { AGON_API_PROT: "1" } })),
  ],
  [
    "config",
    "an address of another chain",
    "config-invalid",
    (w) =>
      refusal(() =>
        start(w, { "node.data": join(w.folder, "reward"), "mining.rewardAddress": formatAddress(minerOf(1), "agon") }),
      ),
  ],
  ["spec", "that is not there", "spec-invalid", async () => refusal(async () => readSpec("./no-such-chain.json"))],
  ["spec", "an unknown key", "spec-invalid", (w) => specFile(w, (text) => text.replace("{", '{"colour": 1,'))],
  ["spec", "broken JSON", "spec-invalid", (w) => specFile(w, (text) => text.slice(0, -5))],
  ["file", "a chain of garbage", "chain-file-damaged", (w) => chainFile(w, "garbage\n")],
  [
    "file",
    "a chain with a broken block",
    "chain-file-damaged",
    (w) =>
      chainFile(w, `${JSON.stringify({ format: "agon-chain/1", spec: JSON.parse(specText(w)) })}\n{"block":"00ff"}\n`),
  ],
];

async function tenThousandOrphans(w: World): Promise<string> {
  const kinds = new Set<string>();
  const { chain } = w.node.core;
  const blocks = Array.from({ length: 10_000 }, (_, no) =>
    forgeBlock(chain, {
      to: no % 250,
      change: { height: 100 + no, parent: asHash(new Uint8Array(32).fill(no % 251)) as never },
    }),
  );
  for (const result of await chain.import(blocks.map((block) => ({ block })))) kinds.add(result.kind);
  expect(chain.orphanCount).toBeLessThanOrEqual(256);
  return [...kinds].join();
}

async function newerSchema(path: string): Promise<void> {
  const options = { chainId, genesisId: genesisIdOf(spec, chainId), schemaVersion: SCHEMA_VERSION };
  const { store, close } = await openDataDirectory(path, options);
  await store.commit([put(keys.meta("schema"), encodeSeq(SCHEMA_VERSION + 1))]);
  await close();
}

const specText = (w: World): string => readFileSync(w.specFile, "utf8");

async function specFile(w: World, change: (text: string) => string): Promise<string> {
  const path = join(w.folder, "bad-chain.json");
  writeFileSync(path, change(specText(w)));
  return refusal(async () => readSpec(path));
}

async function chainFile(w: World, text: string): Promise<string> {
  const path = join(w.folder, "bad-chain.jsonl");
  writeFileSync(path, text);
  return refusal(() => importChain(join(w.folder, "imported"), path));
}

describe("bad input", () => {
  it.each(rows)("%s: %s → %s", async (_door, _what, answer, send) => {
    const before = world.facts();
    expect(await send(world)).toBe(answer);
    expect(world.facts()).toBe(before);
    const status = await fetch(`${world.node.api.url}/v1/status`);
    expect(status.status).toBe(200);
  });

  it("has cost nothing: what honest people sent meanwhile is there, and goes into the next block", async () => {
    const { core } = world.node;
    const items = Array.from({ length: 20 }, () => world.honest());
    const answer = await world.post(encodeParts(items.map((item) => item.bytes)), "application/octet-stream");
    expect(answer).toBe(items.map(() => "accepted").join(", "));
    expect((await core.producer.mine(1, minerOf(1))).length).toBe(1);
    for (const item of items) expect(core.chain.findTransaction(item.id)).not.toBeNull();
    expect(core.mempool.count).toBe(0);
    expect(core.chain.account(addressOf(devAccount(1).key))?.nonce).toBe(1);
  });
});
