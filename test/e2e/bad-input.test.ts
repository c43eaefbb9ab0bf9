/** Everything bad that can be sent to a node, over each of its doors: refused with an error in words, and nothing lost. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asHash, concatBytes, fromHex } from "#base";
import { addressOf, formatAddress } from "#crypto";
import { type Block, encodeParts } from "#model";
import { genesisIdOf, importChain, loadConfig, readSpec, SCHEMA_VERSION, startNode } from "#node";
import { encodeCompactBlock, PROTOCOLS } from "#p2p";
import { encodeSeq, keys, openDataDirectory, put } from "#storage";
import { devAccount } from "#wallet/core";
import { type Forgery, forgeBlock, forgeBlocks, minerOf } from "../support/forge.ts";
import { statusOf } from "../support/rogue-peer.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { chainId, openWorld, type Row, refusal, spec, type World } from "./bad-input-world.ts";
import { malleated, pay, transactionRows } from "./bad-transactions.ts";

const MEGABYTE = new Uint8Array(2 ** 20).fill(0xa5);
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

const block =
  (forgery: (w: World) => Forgery) =>
  (w: World): Promise<string> =>
    w.import(forgeBlock(w.node.core.chain, forgery(w)));
const request = (name: keyof typeof PROTOCOLS, bytes: Uint8Array) => (w: World) =>
  w.rogue((peer) => peer.ask(w.node.peerId, PROTOCOLS[name], bytes));
const gossip = (topic: "blocks" | "transactions", make: (w: World, attempt: number) => Uint8Array) => (w: World) =>
  w.rogue((peer) => w.publish(peer, topic, (attempt) => make(w, attempt)));
const garbage = (sizeBytes: number) => (_w: World, attempt: number) => new Uint8Array(sizeBytes + attempt).fill(0xa5);

/** One list behind the time of sending. */
const message = (attempt: number, ...list: readonly Uint8Array[]): Uint8Array =>
  concatBytes(new Uint8Array(8).fill(attempt), encodeParts(list));

/** A header that claims far more work than it has. */
function falseWork(w: World, laterMs = 0): Block {
  const { header, body } = forgeBlock(w.node.core.chain);
  return { header: { ...header, timeMs: header.timeMs + laterMs, claim: fromHex("ffff0004")! }, body };
}

/** Starts a node elsewhere, with these flags. */
async function start(w: World, flags: Record<string, string>, file?: unknown): Promise<void> {
  const elsewhere = { "node.spec": w.specFile, "node.logLevel": "silent", "api.port": 0, "p2p.port": 0 };
  const node = await startNode(loadConfig({ file, flags: { ...elsewhere, ...flags } }));
  await node.stop();
}

/** A copy of a data directory that nobody uses, changed. */
async function directory(w: World, name: string, change: (path: string) => Promise<void> | void): Promise<string> {
  const path = join(w.folder, name);
  const options = { chainId, genesisId: genesisIdOf(spec, chainId), schemaVersion: SCHEMA_VERSION };
  const made = await openDataDirectory(path, options);
  await made.close();
  await change(path);
  return refusal(() => start(w, { "node.data": path }));
}

const dust = (): Uint8Array => pay({ nonce: 1, amountAtoms: 1n }).bytes;
const announcedFalseWork = (w: World, no: number): Uint8Array =>
  encodeCompactBlock(zero as never, falseWork(w, no), []);

const rows: readonly Row[] = [
  ...transactionRows,
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
  ["block", "false work", "pow-hash", (w) => w.import(falseWork(w))],
  ["block", "an unknown parent", "waiting", block(() => ({ change: { height: 9, parent: zero as never } }))],
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
    "turned away with 196 bytes",
    (w) => w.stockClient(statusOf(zero, zero)),
  ],
  [
    "peer",
    "a stock client of this chain (is welcome)",
    "welcome with 196 bytes",
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
  ["gossip", "too much as transactions", "gossip-too-long", gossip("transactions", garbage(600_000))],
  ["gossip", "garbage as transactions", "transactions-malformed", gossip("transactions", garbage(10_000))],
  ["gossip", "a malleated transaction", "tx-signature", gossip("transactions", (_, no) => message(no, malleated()))],
  ["gossip", "dust", "transfer-dust", gossip("transactions", (_, no) => message(no, dust()))],
  ["gossip", "garbage as a block", "announcement-malformed", gossip("blocks", garbage(10_000))],
  ["gossip", "too much as a block", "gossip-too-long", gossip("blocks", garbage(2_000_000))],
  ["gossip", "a header without work", "pow-hash", gossip("blocks", announcedFalseWork)],
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
    "emptied",
    "data-damaged",
    (w) => directory(w, "emptied", (path) => truncateSync(join(path, "store", "data.mdb"), 0)),
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
  const places = Array.from({ length: 10_000 }, (_, no) => ({
    height: 100 + no,
    parent: asHash(new Uint8Array(32).fill(no % 251)) as never,
  }));
  const blocks = forgeBlocks(chain, places);
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
