/** What strangers do to a node over real sockets: cut off in time, never hung, never crashed, and others are served. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { identify } from "@libp2p/identify";
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { byteStream } from "@libp2p/utils";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { concatBytes, createManualClock, systemClock, utf8 } from "#base";
import { encodeLength } from "./frames.ts";
import { createLibp2pTransport, type Libp2pOptions } from "./libp2p.ts";
import type { Transport } from "./port.ts";

const ECHO = "/test/echo/1";
/** As `ECHO`, but nobody may take long over a request. */
const HASTY = "/test/hasty/1";
/** Long where nobody is meant to be cut off: a machine may be busy. */
const LONG_MS = 40_000;
const LIMITS = { maxRequestBytes: 1000, timeoutMs: LONG_MS, maxConcurrentPerPeer: 4 };
const HASTY_LIMITS = { ...LIMITS, timeoutMs: 300 };
const ASK = { timeoutMs: LONG_MS, maxResponseBytes: 10_000, maxChunks: 10 };
/** Only where somebody is cut off by it: an honest handshake may take longer where the machine is busy. */
const SHORT_HANDSHAKE_MS = 300;

const seed = (): Uint8Array => randomBytes(32);
const until = async (condition: () => boolean): Promise<void> =>
  void (await vi.waitUntil(condition, { timeout: LONG_MS, interval: 5 }));

let ends: (() => Promise<unknown> | unknown)[];
let node: Transport;
let faults: string[];

beforeEach(async () => {
  ends = [];
  faults = [];
  node = await startNode();
  node.handle(ECHO, LIMITS, async (_from, request) => request);
  node.handle(HASTY, HASTY_LIMITS, async (_from, request) => request);
  node.onFault((_peer, fault) => faults.push(fault.code));
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

async function startNode(options: Partial<Libp2pOptions> = {}): Promise<Transport> {
  const transport = await createLibp2pTransport(
    {
      ...{ identitySeed: seed(), agent: "agon/0.0.0", handshakeTimeoutMs: LONG_MS },
      ...{ listen: ["/ip4/127.0.0.1/tcp/0", "/ip4/127.0.0.1/tcp/0/ws"] },
      ...options,
    },
    { clock: systemClock() },
  );
  await transport.start();
  ends.push(() => transport.stop());
  return transport;
}

/** A libp2p node as anybody would make one. */
async function startStock(): Promise<Libp2p> {
  const stock = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  });
  ends.push(() => stock.stop());
  return stock;
}

const addressOf = (transport: Transport): string => transport.listenAddresses().find((a) => !a.includes("/ws"))!;
const dialNode = async (stock: Libp2p): Promise<Connection> => stock.dial(multiaddr(addressOf(node)));

function openSocket(kind: "tcp" | "ws", to = node): Socket {
  const address = to.listenAddresses().find((a) => a.includes("/ws") === (kind === "ws"))!;
  const socket = connect(Number(address.split("/")[4]), "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  ends.push(() => socket.destroy());
  return socket;
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));

/** One that cuts off who is slow may do so to a friend as well, where the machine is busy: it comes again. */
async function expectServing(by = node): Promise<void> {
  const friend = await startNode();
  const peer = await vi.waitFor(() => friend.dial(addressOf(by), LONG_MS), { timeout: LONG_MS, interval: 20 });
  expect(await friend.request(peer, ECHO, Uint8Array.of(1, 2, 3), ASK)).toEqual([Uint8Array.of(1, 2, 3)]);
}

/** Sends raw bytes on a stream of the protocol; says how it ended and what came back. */
async function sendRaw(connection: Connection, bytes: Uint8Array, closeAfter: boolean, to = ECHO): Promise<string> {
  const stream = await connection.newStream(to, { maxOutboundStreams: 1000 });
  const reader = byteStream(stream);
  try {
    if (bytes.length > 0) stream.send(bytes);
    if (closeAfter) await stream.close();
    // An answer may come in pieces.
    let length = 0;
    for (let piece = await reader.read(); piece !== null; piece = await reader.read()) length += piece.byteLength;
    if (length > 0) return `answer ${length}`;
  } catch {}
  await until(() => stream.status !== "open" && stream.status !== "closing");
  return stream.status;
}

it("is dialled and asked by a stock libp2p node", async () => {
  const stock = await startStock();
  const connection = await dialNode(stock);
  expect(await sendRaw(connection, Uint8Array.of(2, 8, 9), true)).toBe("answer 3");
  // What it calls itself is known a moment after the connection is.
  await until(() => node.connections()[0]?.agent !== undefined);
  expect(node.connections()).toHaveLength(1);
  expect(node.connections()[0]!.agent).toMatch(/^js-libp2p/);
  const [there] = await Promise.all([node.dial(String(stock.getMultiaddrs()[0]), LONG_MS)]);
  expect(there).toBe(stock.peerId.toString());
});

it.each(["tcp", "ws"] as const)(
  "cuts off silence and garbage on a %s socket before the handshake is done",
  async (kind) => {
    const strict = await startNode({ handshakeTimeoutMs: SHORT_HANDSHAKE_MS });
    strict.handle(ECHO, LIMITS, async (_from, request) => request);
    const mss = concatBytes(Uint8Array.of(19), utf8("/multistream/1.0.0\n"));
    const starts = [
      new Uint8Array(0),
      utf8("GET / HTTP/1.1\r\n"),
      randomBytes(5000),
      mss,
      concatBytes(mss, Uint8Array.of(7), utf8("/noise\n"), randomBytes(70_000)),
      concatBytes(mss, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)),
    ];
    const sockets = starts.map((bytes) => {
      const socket = openSocket(kind, strict);
      if (bytes.length > 0) socket.write(bytes);
      return socket;
    });
    await Promise.all(sockets.map((socket) => closed(socket)));
    expect(strict.connections()).toEqual([]);
    await expectServing(strict);
  },
);

it("refuses a WebSocket message larger than a frame can be", async () => {
  const socket = openSocket("ws");
  const key = Buffer.from(seed().subarray(0, 16)).toString("base64");
  socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  // A masked binary message that claims two MiB.
  socket.write(Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0, 0x20, 0, 0, 1, 2, 3, 4));
  const beganMs = performance.now();
  await closed(socket);
  expect(performance.now() - beganMs).toBeLessThan(LONG_MS);
  await expectServing();
});

it("stops at once though silent sockets are open", async () => {
  const patient = await startNode({ handshakeTimeoutMs: 60_000 });
  const sockets = patient.listenAddresses().map((address) => {
    const socket = connect(Number(address.split("/")[4]), "127.0.0.1");
    socket.on("error", () => {});
    return socket;
  });
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const beganMs = performance.now();
  await patient.stop();
  expect(performance.now() - beganMs).toBeLessThan(LONG_MS);
});

it("serves others while more sockets than it admits are held open", async () => {
  const small = await startNode({ maxInbound: 3 });
  const strict = await startNode({ handshakeTimeoutMs: SHORT_HANDSHAKE_MS });
  strict.handle(ECHO, LIMITS, async (_from, request) => request);
  const stocks = await Promise.all(Array.from({ length: 6 }, startStock));
  await Promise.allSettled(stocks.map((stock) => stock.dial(multiaddr(addressOf(small)))));
  await until(() => small.connections().length === 3);
  await until(() => stocks.filter((stock) => stock.getConnections().length > 0).length === 3);
  const silent = Array.from({ length: 30 }, () => openSocket("tcp", strict));
  await expectServing(strict);
  await Promise.all(silent.map((socket) => closed(socket)));
});

it("takes no more connections of one host than it is told to, until one of them ends", async () => {
  const bound = await startNode({ limitLoopback: true, maxPerHost: 2, maxNewPerMinutePerHost: 1e6 });
  const [first, second, third] = (await Promise.all([startStock(), startStock(), startStock()])) as [
    Libp2p,
    Libp2p,
    Libp2p,
  ];
  const dial = (stock: Libp2p): Promise<Connection> => stock.dial(multiaddr(addressOf(bound)));
  const connection = await dial(first);
  await dial(second);
  await expect(dial(third)).rejects.toThrow();
  await connection.close();
  await vi.waitFor(() => dial(third), { timeout: LONG_MS, interval: 20 });
  await until(() => bound.connections().length === 2);
});

it("cuts off lengths that are too long, as soon as they are read", async () => {
  const connection = await dialNode(await startStock());
  for (const prefix of [encodeLength(1001), encodeLength(2 ** 32), new Uint8Array(20).fill(0xff)])
    expect(await sendRaw(connection, prefix, false)).toBe("reset");
  await until(() => faults.length === 3);
  expect(faults).toEqual(["request-too-long", "request-too-long", "request-too-long"]);
  expect(await sendRaw(connection, concatBytes(encodeLength(1000), new Uint8Array(1000)), true)).toBe("answer 1002");
});

it("cuts off half a message, no message, a trickle, and what never ends", async () => {
  const connection = await dialNode(await startStock());
  expect(await sendRaw(connection, Uint8Array.of(10, 1, 2), true)).toBe("reset");
  expect(await sendRaw(connection, new Uint8Array(0), true)).toBe("reset");
  const beganMs = performance.now();
  expect(await sendRaw(connection, Uint8Array.of(10, 1, 2), false, HASTY)).toBe("reset");
  expect(await sendRaw(connection, new Uint8Array(0), false, HASTY)).toBe("reset");
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(2 * HASTY_LIMITS.timeoutMs - 50);
  const stream = await connection.newStream(HASTY);
  const trickle = setInterval(() => stream.status === "open" && stream.send(Uint8Array.of(0x80)), 10);
  await until(() => stream.status === "reset");
  clearInterval(trickle);
  const flood = await connection.newStream(HASTY);
  flood.send(Uint8Array.of(1, 1));
  while (flood.status === "open" && flood.writeBufferLength < 8 << 20) {
    flood.send(new Uint8Array(1 << 16));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => flood.status !== "open");
  await expectServing();
});

it("bounds the streams of one peer", async () => {
  const connection = await dialNode(await startStock());
  await until(() => node.connections().length === 1);
  const opened: Stream[] = [];
  for (let i = 0; i < 300; i++) {
    connection.newStream(HASTY, { maxOutboundStreams: 1000 }).then(
      (stream) => opened.push(stream),
      () => {},
    );
  }
  await until(() => opened.length > 0);
  await until(() => faults.includes("too-many-requests"));
  await expectServing();
  await until(() => opened.every((stream) => stream.status !== "open"));
});

it("is not hung by one that answers wrongly", async () => {
  const stock = await startStock();
  const answer = (protocol: string, act: (stream: Stream) => void): Promise<void> =>
    stock.handle(protocol, (stream) => act(stream), { maxInboundStreams: 100 });
  const many = concatBytes(...Array.from({ length: 11 }, () => Uint8Array.of(1, 7)));
  await answer("/bad/long", (stream) => void stream.send(encodeLength(10_001)));
  await answer("/bad/endless-prefix", (stream) => void stream.send(new Uint8Array(100).fill(0x80)));
  await answer("/bad/half", (stream) => {
    stream.send(Uint8Array.of(5, 1));
    void stream.close();
  });
  await answer("/bad/many", (stream) => void stream.send(many));
  await answer("/bad/silent", () => {});
  await answer("/bad/reset", (stream) => {
    stream.send(Uint8Array.of(1, 7));
    setTimeout(() => stream.abort(new Error("no")), 20);
  });
  await answer("/bad/gone", (stream) => {
    stream.send(Uint8Array.of(1, 7));
    setTimeout(() => {
      for (const connection of stock.getConnections()) connection.abort(new Error("gone"));
    }, 20);
  });
  const peer = await node.dial(String(stock.getMultiaddrs()[0]), LONG_MS);
  const ask = async (protocol: string, timeoutMs = LONG_MS): Promise<string> => {
    try {
      await node.request(peer, protocol, Uint8Array.of(1), { ...ASK, timeoutMs });
      return "answered";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(await ask("/bad/long")).toBe("response-too-long");
  expect(await ask("/bad/endless-prefix")).toBe("response-too-long");
  expect(await ask("/bad/half")).toBe("request-cut-off");
  expect(await ask("/bad/many")).toBe("too-many-chunks");
  expect(await ask("/bad/silent", 300)).toBe("request-timeout");
  expect(await ask("/bad/reset")).toBe("request-cut-off");
  expect(["disconnected", "request-cut-off"]).toContain(await ask("/bad/gone"));
  await until(() => node.connections().length === 0);
  await expectServing();
});

it("takes rubbish on the gossip stream, and leaves a peer whose gossip is broken", async () => {
  const clock = createManualClock(0);
  const watched = await createLibp2pTransport(
    { identitySeed: seed(), agent: "agon/0.0.0", listen: ["/ip4/127.0.0.1/tcp/0"] },
    { clock },
  );
  const validated: string[] = [];
  watched.subscribe("t", { maxBytes: 100 }, async (_from, bytes) => {
    validated.push(bytes.join());
    return "accept";
  });
  watched.onFault((_peer, fault) => faults.push(fault.code));
  await watched.start();
  ends.push(() => watched.stop());
  const friend = await startNode();
  friend.subscribe("t", { maxBytes: 1000 }, async () => "accept");
  friend.subscribe("other", { maxBytes: 1000 }, async () => "accept");
  await friend.dial(addressOf(watched), LONG_MS);
  await until(() => watched.connections().length === 1);
  let n = 0;
  while (validated.length === 0) {
    await friend.publish("t", Uint8Array.of(1, n++));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await friend.publish("t", new Uint8Array(101));
  await until(() => faults.includes("gossip-too-long"));

  const stock = await startStock();
  await stock.handle("/meshsub/1.2.0", () => {});
  const connection = await stock.dial(multiaddr(addressOf(watched)));
  await until(() => watched.connections().length === 2);
  const rubbish = await connection.newStream("/meshsub/1.2.0");
  for (const length of [0, 1, 100, 5000]) {
    rubbish.send(encodeLength(length));
    rubbish.send(randomBytes(length));
  }
  const long = await connection.newStream("/meshsub/1.2.0");
  long.send(encodeLength(2 ** 31));
  // The library closes its half and forgets the peer; the watch sees that nothing can be said to it any more.
  await until(() => {
    clock.runTo(clock.nowMs() + 5000);
    return !watched.connections().some((c) => c.peer === stock.peerId.toString());
  });
  expect(watched.connections()).toHaveLength(1);
});

it("says in words why it cannot listen", async () => {
  const port = addressOf(node).split("/")[4];
  await expect(startNode({ listen: [`/ip4/127.0.0.1/tcp/${port}`] })).rejects.toMatchObject({ code: "listen-failed" });
  await expect(startNode({ listen: [`/ip4/127.0.0.1/tcp/${port}`] })).rejects.toThrow(/EADDRINUSE/);
});

it("keeps one identity for one seed, starts again after a stop, and is dialled over WebSockets", async () => {
  const identitySeed = seed();
  const first = await startNode({ identitySeed });
  const { self } = first;
  expect(self).toMatch(/^12D3KooW/);
  await first.stop();
  expect(first.listenAddresses()).toEqual([]);
  await first.start();
  const address = node.listenAddresses().find((a) => a.includes("/ws"))!;
  expect(await first.dial(address, LONG_MS)).toBe(node.self);
  expect(await first.request(node.self, ECHO, Uint8Array.of(4), ASK)).toEqual([Uint8Array.of(4)]);
  expect((await startNode({ identitySeed })).self).toBe(self);
});
