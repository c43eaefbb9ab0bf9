import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiError, type Client, createClient } from "#api/contract";
import { asHash, fromHex, type Hash, toHex } from "#base";
import { formatAddress } from "#crypto";
import { encodeParts, type PreparedTransaction } from "#model";
import { accountKey, buildTransfer, devAccount } from "#wallet/core";
import { freePorts } from "../support/ports.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { type RunningAgon, startAgon } from "./agon-process.ts";

const later = { timeout: 120_000, interval: 50 };
const COIN = 100_000_000n;

/** One side: a node that mines when it is told to, and what was sent to it. */
interface Side {
  readonly data: string;
  readonly ports: readonly [api: number, p2p: number];
  readonly sent: Map<string, PreparedTransaction>;
  running: RunningAgon | null;
  client: Client;
}

let folder: TempFolder;
let left: Side;
let right: Side;
let chainId: Hash;
/** Has nothing but what it mines on the side that loses. */
const miner = accountKey(new Uint8Array(64).fill(5), 0);
const minerAddress = formatAddress(miner.address, "tagon");
let abandonedReward = "";
let doubleSpend = "";
/** In blocks of the side that wins. */
const minedRight = new Set<string>();

beforeAll(async () => {
  folder = await createTempFolder("agon-partition");
  const [a, b, c, d] = (await freePorts(4)) as [number, number, number, number];
  [left, right] = await Promise.all([startSide("left", [a, b]), startSide("right", [c, d])]);
  chainId = asHash(fromHex((await left.client.status()).chain.id)!);
});
afterAll(async () => {
  await left?.running?.stop("SIGKILL");
  await right?.running?.stop("SIGKILL");
  await folder[Symbol.asyncDispose]();
});

async function startSide(name: string, ports: Side["ports"]): Promise<Side> {
  const side: Side = {
    ...{ data: join(folder.dir, name), ports, sent: new Map(), running: null },
    client: createClient({ baseUrl: "", fetch }),
  };
  await start(side, null);
  return side;
}

async function start(side: Side, peer: Side | null): Promise<void> {
  const [api, p2p] = side.ports;
  const known = peer === null ? [] : ["--p2p-bootstrap", `/ip4/127.0.0.1/tcp/${peer.ports[1]}`];
  const own = ["--data", side.data, "--api-port", String(api), "--p2p-port", String(p2p), "--log-level", "error"];
  side.running = await startAgon(["node", ...own, ...known]);
  const token = readFileSync(join(side.data, "api-token"), "utf8").trim();
  side.client = createClient({ baseUrl: `http://127.0.0.1:${api}`, token, fetch, timeoutMs: 60_000 });
}

async function stop(side: Side): Promise<void> {
  const { running } = side;
  side.running = null;
  // As shells expect of a process that SIGTERM has ended in order.
  expect(await running?.stop("SIGTERM")).toBeOneOf([0, 143]);
}

/** A transfer of one coin; of dev accounts by index, of the miner by its key. */
function transfer(from: number | "miner", nonce: number, to: number): PreparedTransaction {
  const { seed } = from === "miner" ? miner : devAccount(from);
  return buildTransfer({ chainId, seed, nonce, outputs: [{ to: devAccount(to).address, amountAtoms: COIN }] });
}

async function send(side: Side, items: readonly PreparedTransaction[]): Promise<string[]> {
  const { results } = await side.client.submitBytes(encodeParts(items.map(({ bytes }) => bytes)));
  const ids = items.map(({ id }) => toHex(id));
  expect(results).toEqual(ids.map((id) => ({ id })));
  for (const item of items) side.sent.set(toHex(item.id), item);
  return ids;
}

/** How often a transaction stands in the node's chain and mempool. */
async function countOf({ client }: Side): Promise<Map<string, { blocks: number; pending: number }>> {
  const counts = new Map<string, { blocks: number; pending: number }>();
  const count = (id: string): { blocks: number; pending: number } => {
    const found = counts.get(id) ?? { blocks: 0, pending: 0 };
    counts.set(id, found);
    return found;
  };
  const { head } = await client.status();
  for (let height = 1; height <= head.height; height++)
    for (const { id } of (await client.blockTransactions(height, { limit: 100 })).items) count(id).blocks++;
  for (const { id } of (await client.mempool({ limit: 100 })).transactions.items) count(id).pending++;
  return counts;
}

/** What became of everything sent to either side, as one node sees it: once in a block or in the mempool, or dropped. */
async function fates(side: Side): Promise<Record<string, string>> {
  const counts = await countOf(side);
  const found: Record<string, string> = {};
  for (const id of new Set([...left.sent.keys(), ...right.sent.keys()])) {
    const { blocks, pending } = counts.get(id) ?? { blocks: 0, pending: 0 };
    const where = await side.client.transaction(id).then(
      ({ status }) => status,
      (error: ApiError) => `${error.code} ${error.details.reason ?? ""}`.trim(),
    );
    found[id] = `${where} ${blocks}+${pending}`;
  }
  return found;
}

/** Of those that are not dropped. */
function expected(settled: string, pending: string): Record<string, string> {
  const all = new Set([...left.sent.keys(), ...right.sent.keys()]);
  const kept = [...all].filter((id) => id !== abandonedReward && id !== doubleSpend);
  return Object.fromEntries(kept.map((id) => [id, minedRight.has(id) ? settled : pending]));
}
describe("two nodes that do not know each other", () => {
  it("mine 10 and 12 blocks, with transfers on each side", async () => {
    await left.client.mine({ blocks: 6, address: minerAddress });
    await send(left, [transfer(0, 0, 5), transfer(0, 1, 6), transfer(1, 0, 7)]);
    [doubleSpend = ""] = await send(left, [transfer(2, 0, 8)]);
    [abandonedReward = ""] = await send(left, [transfer("miner", 0, 9)]);
    await left.client.mine({ blocks: 4, address: minerAddress });
    await send(left, [transfer(0, 2, 5), transfer(1, 1, 6)]);

    await right.client.mine({ blocks: 6 });
    for (const id of await send(right, [transfer(3, 0, 5), transfer(3, 1, 6), transfer(2, 0, 9)])) minedRight.add(id);
    await right.client.mine({ blocks: 6 });
    await send(right, [transfer(4, 0, 7)]);

    const [a, b] = [await left.client.status(), await right.client.status()];
    expect([a.head.height, a.mempool.count, a.peers]).toEqual([10, 2, 0]);
    expect([b.head.height, b.mempool.count, b.peers]).toEqual([12, 1, 0]);
    expect((await left.client.transaction(abandonedReward)).status).toBe("included");
  });

  it("meet, and agree on the chain with more work", async () => {
    const wanted = (await right.client.status()).head;
    await stop(left);
    await start(left, right);
    const read = async () => (await left.client.status()).head;
    await expect.poll(read, later).toMatchObject({ hash: wanted.hash, stateRoot: wanted.stateRoot, height: 12 });
    expect((await right.client.status()).head.hash).toBe(wanted.hash);
    await expect.poll(async () => (await left.client.peers()).peers.length, later).toBe(1);
  });

  it("have every transaction of either side once, in a block or pending, or say why not", async () => {
    const dropped = {
      [abandonedReward]: expect.stringMatching(/^transaction-dropped tx-\S+ 0\+0$/),
      [doubleSpend]: expect.stringMatching(/^transaction-dropped tx-\S+ 0\+0$/),
    };
    const onBoth = expected("included 1+0", "pending 0+1");
    await expect.poll(() => fates(left), later).toEqual({ ...onBoth, ...dropped });
    // What never was on that side cannot have been dropped there.
    const unknown = { [abandonedReward]: "not-found 0+0", [doubleSpend]: "not-found 0+0" };
    await expect.poll(() => fates(right), later).toEqual({ ...onBoth, ...unknown });
    for (const id of [abandonedReward, doubleSpend]) {
      const error = await left.client.transaction(id).catch((cause: ApiError) => cause);
      expect(error).toBeInstanceOf(ApiError);
      expect((error as ApiError).message).toContain("was dropped");
    }
  });

  it("put into the next block what was pending on either side", async () => {
    await left.client.mine({ blocks: 1 });
    const settled = expected("included 1+0", "included 1+0");
    await expect.poll(() => fates(right), later).toMatchObject(settled);
    expect(await fates(left)).toMatchObject(settled);
    expect((await right.client.status()).mempool.count).toBe(0);
  });

  it("stop, start again, and go on", async () => {
    const before = (await left.client.status()).head;
    const [sent = ""] = await send(left, [transfer(5, 0, 6)]);
    await Promise.all([stop(left), stop(right)]);
    await Promise.all([start(left, right), start(right, left)]);
    expect((await left.client.status()).head).toEqual(before);
    expect((await right.client.status()).head).toEqual(before);
    await expect.poll(async () => (await right.client.status()).peers, later).toBe(1);
    const heightAt = async ({ client }: Side) => (await client.status()).head.height;
    await right.client.mine({ blocks: 2 });
    await expect.poll(() => heightAt(left), later).toBe(before.height + 2);
    await left.client.mine({ blocks: 1 });
    await expect.poll(() => heightAt(right), later).toBe(before.height + 3);
    expect((await right.client.status()).head).toEqual((await left.client.status()).head);
    await expect.poll(async () => (await right.client.transaction(sent)).status, later).toBe("included");
  });
});
