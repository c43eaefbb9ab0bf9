import { connect } from "node:net";
import { join } from "node:path";
import { Value } from "typebox/value";
import { expect, onTestFinished, test } from "vitest";
import { ChainEvent, type Client, createClient, type Fetch, LiveEvent } from "#api/contract";
import { HttpOptions, type Streams } from "#api/server";
import {
  type BlockId,
  type Clock,
  createManualClock,
  type ManualClock,
  silentLogger,
  systemRandom,
  toHex,
} from "#base";
import { devAccountAddress, devAccountSeed } from "#spec";
import { buildRecord, buildTransfer } from "#wallet/core";
import { tempDir } from "../../test/support/temp.ts";
import { createInMemoryNode, type InMemoryNode } from "./in-memory-node.ts";
import { createNodeApi, DEFAULT_SUBMIT_LIMITS } from "./node-api.ts";

interface Running {
  readonly node: InMemoryNode;
  readonly client: Client;
  readonly clock: ManualClock;
  readonly url: string;
  readonly port: number;
  readonly streams: Streams;
  stop(): Promise<void>;
}

async function run(): Promise<Running> {
  const node = createInMemoryNode();
  const clock = createManualClock(0);
  const server = await createNodeApi(
    {
      ...(Value.Default(HttpOptions, {}) as HttpOptions),
      port: 0,
      isPortFixed: true,
      tokenFile: join(tempDir(), "api-token"),
      pagesFolder: null,
      version: "0.1.0",
      submit: DEFAULT_SUBMIT_LIMITS,
    },
    { ports: node, log: silentLogger, clock, random: systemRandom() },
  );
  const { url, port } = await server.start();
  onTestFinished(() => server.stop());
  return {
    node,
    clock,
    url,
    port,
    streams: server.streams,
    client: createClient({ baseUrl: url, fetch }),
    stop: () => server.stop(),
  };
}

const cursorAt = (height: number, id: BlockId): string => `${height}:${toHex(id)}`;
const brief = (event: ChainEvent): string =>
  event.type === "reset"
    ? `reset ${event.head.height}`
    : `${event.type === "block-applied" ? "+" : "-"}${event.block.height} ${event.block.hash.slice(0, 8)}`;
const applied = (height: number, id: BlockId): string => `+${height} ${toHex(id).slice(0, 8)}`;
const reverted = (height: number, id: BlockId): string => `-${height} ${toHex(id).slice(0, 8)}`;

async function take<T>(stream: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { value, done } = await stream.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

/** A stream whose connection stands before anything else happens. */
async function opened<T>(
  start: (options: { signal: AbortSignal; onConnection: (state: string) => void }) => AsyncGenerator<T>,
): Promise<AsyncIterator<T>> {
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const { promise, resolve } = Promise.withResolvers<void>();
  const stream = start({ signal: leave.signal, onConnection: () => resolve() });
  const first = stream.next();
  await promise;
  let isFirst = true;
  return {
    next: () => {
      if (!isFirst) return stream.next();
      isFirst = false;
      return first;
    },
  };
}

/** A fork of `lengths[0]` and `lengths[1]` blocks on block 1; the head is at the end of the second. */
function fork(node: InMemoryNode, ...lengths: readonly [number, number]): readonly (readonly BlockId[])[] {
  node.mineBlocks(1);
  const base = node.chain.head().id;
  return lengths.map((length) => {
    let at = base;
    const branch = Array.from({ length }, () => {
      at = node.grow(at);
      return at;
    });
    node.moveHead(at);
    return branch;
  });
}

test("blocks are told as they are applied and reverted", async () => {
  const { node, client } = await run();
  const events = await opened((options) => client.events(options));
  const [old, young] = fork(node, 2, 3);
  // A reader that was slower than the node sees the shortest way, which may leave out the first branch.
  const seen: string[] = [];
  for (;;) {
    const [event] = await take(events, 1);
    expect(Value.Errors(ChainEvent, event)).toEqual([]);
    seen.push(brief(event!));
    if (event!.cursor === cursorAt(4, young![2]!)) break;
  }
  expect(seen.slice(-3)).toEqual(young!.map((id, i) => applied(2 + i, id)));
  node.moveHead(old![1]!);
  expect((await take(events, 5)).map(brief)).toEqual([
    reverted(4, young![2]!),
    reverted(3, young![1]!),
    reverted(2, young![0]!),
    applied(2, old![0]!),
    applied(3, old![1]!),
  ]);
});

test("a reader with a cursor on a branch that was left gets its reverts newest first, then the applies oldest first", async () => {
  const { node, client } = await run();
  const [old, young] = fork(node, 2, 3);
  const cursor = cursorAt(3, old![1]!);
  const events = await take(client.events({ cursor }), 5);
  expect(events.map(brief)).toEqual([
    reverted(3, old![1]!),
    reverted(2, old![0]!),
    ...young!.map((id, i) => applied(2 + i, id)),
  ]);
  // Each cursor is the head that results from its event.
  expect(events[0]!.cursor).toBe(cursorAt(2, old![0]!));
  expect(events[1]!.cursor).toMatch(/^1:/);
  expect(events.at(-1)!.cursor).toBe(cursorAt(4, young![2]!));
  // Coming back at any of them gives the rest.
  for (let i = 0; i < 4; i++)
    expect((await take(client.events({ cursor: events[i]!.cursor }), 4 - i)).map(brief)).toEqual(
      events.slice(i + 1).map(brief),
    );
});

test("Last-Event-ID wins over the query, since a browser keeps the address it was given", async () => {
  const { node, url } = await run();
  node.mineBlocks(3);
  const leave = new AbortController();
  const genesis = cursorAt(0, node.chain.genesisId);
  const two = cursorAt(2, (await node.chain.blockAt(2))!.id);
  const response = await fetch(`${url}/v1/events?cursor=${genesis}`, {
    headers: { "last-event-id": two },
    signal: leave.signal,
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const text = new TextDecoder().decode((await response.body!.getReader().read()).value);
  expect(text).toMatch(/^id: 3:[0-9a-f]{64}\nevent: block-applied\ndata: \{"type":"block-applied".*\}\n\n$/);
  leave.abort();
});

test("a cursor that is not known here gets one reset, and then what is new", async () => {
  const { node, client, url } = await run();
  const [old] = fork(node, 2, 3);
  node.forget(old![0]!);
  const foreign = `7:${"ab".repeat(32)}`;
  const lying = cursorAt(9, node.chain.head().id);
  for (const cursor of [foreign, lying]) {
    const events = await opened((options) => client.events({ ...options, cursor }));
    expect((await take(events, 1)).map(brief)).toEqual(["reset 4"]);
  }
  // The way back from this one leads over a block that is gone.
  expect((await take(client.events({ cursor: cursorAt(3, old![1]!) }), 2)).map(brief)).toEqual([
    reverted(3, old![1]!),
    "reset 4",
  ]);
  const events = await opened((options) => client.events({ ...options, cursor: foreign }));
  await take(events, 1);
  node.mineBlocks(1);
  expect((await take(events, 1)).map(brief)).toEqual([applied(5, node.chain.head().id)]);
  const refused = await fetch(`${url}/v1/events?cursor=nonsense`);
  expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: "invalid-request" } }]);
});

test("a reader whose connection breaks comes back where it was and misses nothing", async () => {
  const { node, url } = await run();
  const atOnce: Clock["after"] = (_delayMs, task) => {
    queueMicrotask(task);
    return () => {};
  };
  const clock: Clock = { nowMs: () => 0, after: atOnce };
  const connections: AbortController[] = [];
  const breakable: Fetch = (address, init) => {
    const connection = new AbortController();
    connections.push(connection);
    return fetch(address, { ...init, signal: AbortSignal.any([connection.signal, init.signal!]) });
  };
  const client = createClient({ baseUrl: url, fetch: breakable, clock });
  const events = await opened((options) => client.events(options));
  const heights: number[] = [];
  for (let round = 0; round < 4; round++) {
    node.mineBlocks(3);
    for (const event of await take(events, 3)) if (event.type === "block-applied") heights.push(event.block.height);
    connections.at(-1)!.abort();
    node.mineBlocks(2);
    for (const event of await take(events, 2)) if (event.type === "block-applied") heights.push(event.block.height);
  }
  expect(heights).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(connections).toHaveLength(5);
});

test("live news tells single transactions and sums up floods", async () => {
  const { node, client, clock } = await run();
  const { chainId } = node.chain;
  const news = await opened((options) => client.liveEvents(options));
  const transfers = Array.from({ length: 60 }, (_, nonce) =>
    buildTransfer({
      chainId,
      seed: devAccountSeed(0),
      nonce,
      outputs: [{ to: devAccountAddress(1), amountAtoms: 1_000n }],
    }),
  );
  await client.submitBytes(transfers[0]!.bytes);
  const [first] = await take(news, 1);
  expect(Value.Errors(LiveEvent, first)).toEqual([]);
  expect(first).toMatchObject({
    type: "transaction-added",
    transaction: { id: toHex(transfers[0]!.id), status: "pending" },
  });
  for (const { bytes } of transfers.slice(1)) await node.orders.submit([bytes]);
  node.events.emit("transaction-dropped", { id: transfers[1]!.id, reason: "included" });
  node.events.emit("peer-connected", { peer: "12D3KooW", address: "/ip4/127.0.0.1/tcp/1", direction: "in" });
  clock.runTo(1_000);
  const rest = await take(news, 51);
  expect(rest.filter(({ type }) => type === "transaction-added")).toHaveLength(49);
  expect(rest.slice(-2)).toEqual([
    { type: "peer-connected", peerId: "12D3KooW", address: "/ip4/127.0.0.1/tcp/1", direction: "inbound" },
    { type: "mempool-changed", mempool: { count: 60, bytes: 60 * transfers[0]!.bytes.length, minFeeRate: 10 } },
  ]);
  node.events.emit("transaction-dropped", { id: transfers[1]!.id, reason: "replaced" });
  node.events.emit("peer-disconnected", { peer: "12D3KooW" });
  expect(await take(news, 2)).toEqual([
    { type: "transaction-dropped", id: toHex(transfers[1]!.id), reason: "replaced" },
    { type: "peer-disconnected", peerId: "12D3KooW" },
  ]);
});

test("the same events over a WebSocket, chosen by query", async () => {
  const { node, url } = await run();
  node.mineBlocks(2);
  const open = async (query: string) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws?${query}`);
    const received: unknown[] = [];
    const waiting: (() => void)[] = [];
    socket.addEventListener("message", ({ data }) => {
      received.push(JSON.parse(String(data)));
      waiting.shift()?.();
    });
    const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error("refused")));
    });
    onTestFinished(() => socket.close());
    const until = async (count: number) => {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return received;
    };
    return { until, closed, socket };
  };
  const chain = await open(`cursor=${cursorAt(0, node.chain.genesisId)}`);
  expect(await chain.until(2)).toMatchObject([
    { type: "block-applied", block: { height: 1 } },
    { type: "block-applied", block: { height: 2 } },
  ]);
  const both = await open("events=chain,live");
  const live = await open("events=live");
  node.mineBlocks(1);
  node.events.emit("peer-disconnected", { peer: "p" });
  const types = (await both.until(2)).map((event) => (event as { type: string }).type);
  expect(types.sort()).toEqual(["block-applied", "peer-disconnected"]);
  expect(await live.until(1)).toEqual([{ type: "peer-disconnected", peerId: "p" }]);
  await expect(open("cursor=nonsense")).rejects.toThrow("refused");
  await expect(open("events=all")).rejects.toThrow("refused");
  live.socket.send("x".repeat(5_000));
  await live.closed;
});

test("stopping ends WebSockets and event streams", async () => {
  const { client, url, stop } = await run();
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/ws`);
  const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  const leave = new AbortController();
  const stream = client.events({ signal: leave.signal, onConnection: (state) => state === "lost" && resolve() });
  const next = stream.next();
  await expect.poll(async () => (await client.metrics().catch(() => "")) !== undefined).toBe(true);
  await stop();
  expect(await closed).toBe(1001);
  await lost;
  leave.abort();
  expect((await next).done).toBe(true);
});

test("a reader that takes nothing is cut off, and costs the others nothing", async () => {
  const { node, client, clock, port, streams } = await run();
  const big = Array.from({ length: 40 }, (_, nonce) =>
    buildRecord({
      chainId: node.chain.chainId,
      seed: devAccountSeed(0),
      nonce,
      record: { mediaType: 1, data: new Uint8Array(256).fill(nonce) },
    }),
  );
  const lazy = connect(port, "127.0.0.1", () => lazy.write("GET /v1/events/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
  onTestFinished(() => void lazy.destroy());
  await new Promise((resolve) => lazy.once("data", resolve));
  lazy.pause();
  const news = await opened((options) => client.liveEvents(options));
  expect(streams.count).toBe(2);
  // Each period tells fifty transactions of about a kilobyte; the kernel's buffers take some megabytes.
  for (let period = 1; streams.count === 2; period++) {
    expect(period).toBeLessThan(1_000);
    for (const item of [...big, ...big.slice(0, 10)]) node.events.emit("transaction-added", { item, relay: false });
    clock.runTo(period * 1_000);
    expect((await take(news, 51)).at(-1)).toMatchObject({ type: "mempool-changed" });
  }
  expect(streams.count).toBe(1);
  expect(await client.status()).toMatchObject({ head: { height: 0 } });
});
