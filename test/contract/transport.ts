/** What every transport must do, whatever carries it. Run by each adapter beside its own tests. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "#base";
import type { ConnectionInfo, GossipVerdict, PeerId, Transport } from "#p2p";

export interface TransportHarness {
  /** A started transport. */
  create(): Promise<Transport>;
  /** Lets the network run until the promise settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Lets the network run until the condition holds. */
  until(condition: () => boolean): Promise<void>;
  /** Lets the network run until nothing is under way, or for a moment where that cannot be known. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

const ECHO = "/test/echo/1";
const TOPIC = "test/topic/1";
/** Long where nobody is meant to be cut off: a machine may be busy. */
const LONG_MS = 40_000;
const LIMITS = { maxRequestBytes: 1000, timeoutMs: LONG_MS, maxConcurrentPerPeer: 2 };
const HASTY_LIMITS = { ...LIMITS, timeoutMs: 400 };
const ASK = { timeoutMs: LONG_MS, maxResponseBytes: 10_000 };
const DIAL_MS = LONG_MS;

const bytesOf = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);
const plain = (chunks: readonly Uint8Array[]): number[][] => chunks.map((chunk) => [...chunk]);

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "none";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

export function describeTransport(name: string, open: () => Promise<TransportHarness>): void {
  describe(`transport contract: ${name}`, () => {
    let net: TransportHarness;
    beforeEach(async () => {
      net = await open();
    });
    afterEach(() => net.close());

    const pair = async (): Promise<[Transport, Transport]> => {
      const [a, b] = [await net.create(), await net.create()];
      await link(a, b);
      return [a, b];
    };
    const link = async (a: Transport, b: Transport): Promise<void> => {
      await net.settle(a.dial(b.listenAddresses()[0]!, DIAL_MS));
      await net.until(
        () => a.connections().some((c) => c.peer === b.self) && b.connections().some((c) => c.peer === a.self),
      );
    };
    const settled = <T>(promise: Promise<T>): Promise<T> => {
      promise.catch(() => {});
      return net.settle(promise);
    };

    connecting({
      create: () => net.create(),
      settled,
      until: (c) => net.until(c),
      quiet: () => net.quiet(),
      pair,
      link,
    });
    asking({ create: () => net.create(), settled, until: (c) => net.until(c), quiet: () => net.quiet(), pair, link });
    gossiping({
      create: () => net.create(),
      settled,
      until: (c) => net.until(c),
      quiet: () => net.quiet(),
      pair,
      link,
    });
  });
}

interface Tools extends Pick<TransportHarness, "create" | "until" | "quiet"> {
  settled<T>(promise: Promise<T>): Promise<T>;
  pair(): Promise<[Transport, Transport]>;
  link(a: Transport, b: Transport): Promise<void>;
}

function connecting({ create, settled, until, quiet, pair, link }: Tools): void {
  it("dials by address, tells both ends, and uses a connection again", async () => {
    const [a, b] = [await create(), await create()];
    const seen: [string, ConnectionInfo][] = [];
    a.onConnect((connection) => seen.push(["a", connection]));
    b.onConnect((connection) => seen.push(["b", connection]));
    const address = b.listenAddresses()[0]!;
    expect(address).toContain(`/p2p/${b.self}`);
    expect(await settled(a.dial(address, DIAL_MS))).toBe(b.self);
    await until(() => seen.length === 2);
    expect(await settled(a.dial(address, DIAL_MS))).toBe(b.self);
    expect(seen.map(([at, c]) => `${at} ${c.direction} ${c.peer}`).sort()).toEqual([
      `a out ${b.self}`,
      `b in ${a.self}`,
    ]);
    expect(a.connections()).toHaveLength(1);
    expect(b.connections()).toHaveLength(1);
    expect(a.connections()[0]!.address).toBe(address);
    await until(() => b.connections()[0]!.agent?.startsWith("agon/") === true);
  });

  it("dials an address without a peer id", async () => {
    const [a, b] = [await create(), await create()];
    expect(await settled(a.dial(b.listenAddresses()[0]!.split("/p2p/")[0]!, DIAL_MS))).toBe(b.self);
  });

  it("is left with one connection when two dial each other at once", async () => {
    const [a, b] = [await create(), await create()];
    const events: string[] = [];
    a.onConnect((c) => events.push(`+${c.peer}`));
    b.onConnect((c) => events.push(`+${c.peer}`));
    await settled(Promise.all([a.dial(b.listenAddresses()[0]!, DIAL_MS), b.dial(a.listenAddresses()[0]!, DIAL_MS)]));
    await until(() => events.length === 2);
    await quiet();
    expect(events.sort()).toEqual([`+${a.self}`, `+${b.self}`].sort());
    expect([a.connections().length, b.connections().length]).toEqual([1, 1]);
  });

  it("fails to dial nobody, a wrong id and nonsense", async () => {
    const [a, b] = [await create(), await create()];
    const [place] = b.listenAddresses()[0]!.split("/p2p/");
    await b.stop();
    expect(await codeOf(settled(a.dial(`${place}/p2p/${b.self}`, DIAL_MS)))).toBe("dial-failed");
    const c = await create();
    const wrong = `${c.listenAddresses()[0]!.split("/p2p/")[0]}/p2p/${b.self}`;
    expect(await codeOf(settled(a.dial(wrong, DIAL_MS)))).toBe("dial-failed");
    expect(await codeOf(settled(a.dial("no address", DIAL_MS)))).toBe("dial-failed");
    expect(a.connections()).toEqual([]);
  });

  it("tells the other end of a disconnect and of a stop, and can be dialled again", async () => {
    const [a, b] = await pair();
    const gone: PeerId[] = [];
    a.onDisconnect((peer) => gone.push(peer));
    b.onDisconnect((peer) => gone.push(peer));
    await settled(a.disconnect(b.self));
    await until(() => gone.length === 2);
    expect(gone.sort()).toEqual([a.self, b.self].sort());
    await link(a, b);
    await settled(b.stop());
    await until(() => gone.length === 4);
    expect(a.connections()).toEqual([]);
    expect(await codeOf(settled(b.dial(a.listenAddresses()[0]!, DIAL_MS)))).toBe("transport-stopped");
  });

  it("asks the gate in both directions before anything is opened", async () => {
    const [a, b] = [await create(), await create()];
    a.setGate((peer, _address, direction) => !(direction === "out" && peer === b.self));
    expect(await codeOf(settled(a.dial(b.listenAddresses()[0]!, DIAL_MS)))).toBe("gated");
    a.setGate(() => true);
    let opened = 0;
    b.onConnect(() => opened++);
    b.setGate((peer) => peer !== a.self);
    expect(await codeOf(settled(a.dial(b.listenAddresses()[0]!, DIAL_MS)))).toBe("dial-failed");
    await quiet();
    expect(opened).toBe(0);
    expect(a.connections()).toEqual([]);
    b.setGate(() => true);
    await link(a, b);
  });
}

function asking({ settled, until, pair }: Tools): void {
  it("answers with one chunk, with many, and with none", async () => {
    const [a, b] = await pair();
    b.handle(ECHO, LIMITS, async (_from, request) => request);
    expect(plain(await settled(a.request(b.self, ECHO, Uint8Array.of(1, 2), ASK)))).toEqual([[1, 2]]);
    expect(plain(await settled(a.request(b.self, ECHO, new Uint8Array(0), ASK)))).toEqual([[]]);
    const [echoed] = await settled(a.request(b.self, ECHO, Uint8Array.of(1, 2), ASK));
    expect(echoed!.constructor).toBe(Uint8Array);
    b.handle("/test/many/1", LIMITS, async function* (from, request) {
      expect(from).toBe(a.self);
      for (const byte of request) yield Uint8Array.of(byte);
    });
    const many = { ...ASK, maxChunks: 3 };
    expect(plain(await settled(a.request(b.self, "/test/many/1", Uint8Array.of(5, 6, 7), many)))).toEqual([
      [5],
      [6],
      [7],
    ]);
    expect(await settled(a.request(b.self, "/test/many/1", new Uint8Array(0), many))).toEqual([]);
  });

  it("carries a large answer whole", async () => {
    const [a, b] = await pair();
    const large = bytesOf(1 << 20, 9);
    b.handle(ECHO, LIMITS, async function* () {
      for (let i = 0; i < 4; i++) yield large;
    });
    const options = { timeoutMs: LONG_MS, maxResponseBytes: 1 << 22, maxChunks: 4 };
    const chunks = await settled(a.request(b.self, ECHO, Uint8Array.of(1), options));
    expect(chunks.map((chunk) => chunk.length)).toEqual([1 << 20, 1 << 20, 1 << 20, 1 << 20]);
    expect(chunks.every((chunk) => chunk.every((byte) => byte === 9))).toBe(true);
  });

  it("refuses what goes over the limits of either side", async () => {
    const [a, b] = await pair();
    const faults: string[] = [];
    b.onFault((peer, fault: Fault) => faults.push(`${peer === a.self} ${fault.code} ${fault.blame}`));
    b.handle(ECHO, LIMITS, async function* (_from, request) {
      yield request;
      yield request;
    });
    const ask = (length: number, options: object): Promise<string> =>
      codeOf(settled(a.request(b.self, ECHO, bytesOf(length), { ...ASK, maxChunks: 2, ...options })));
    expect(await ask(1000, {})).toBe("none");
    expect(await ask(1001, {})).toBe("request-cut-off");
    await until(() => faults.length === 1);
    expect(faults).toEqual(["true request-too-long sender"]);
    expect(await ask(600, { maxResponseBytes: 1200 })).toBe("none");
    expect(await ask(600, { maxResponseBytes: 1199 })).toBe("response-too-long");
    expect(await ask(600, { maxResponseBytes: 599 })).toBe("response-too-long");
    expect(await ask(600, { maxChunks: 1 })).toBe("too-many-chunks");
    expect(await codeOf(settled(a.request(b.self, "/test/none/1", bytesOf(1), ASK)))).toBe("protocol-unsupported");
    expect(await codeOf(settled(a.request("12D3KooWNobody", ECHO, bytesOf(1), ASK)))).toBe("not-connected");
    expect(faults).toHaveLength(1);
  });

  it("cuts off a handler that throws or takes too long, and tells it", async () => {
    const [a, b] = await pair();
    const silent = (_from: PeerId, _request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
      begun++;
      signal.addEventListener("abort", () => aborted++);
      return new Promise(() => {});
    };
    let begun = 0;
    let aborted = 0;
    b.handle(ECHO, LIMITS, async () => Promise.reject(new Error("no")));
    expect(await codeOf(settled(a.request(b.self, ECHO, bytesOf(1), ASK)))).toBe("request-cut-off");
    b.handle("/test/silent/1", HASTY_LIMITS, silent);
    expect(await codeOf(settled(a.request(b.self, "/test/silent/1", bytesOf(1), ASK)))).toBe("request-cut-off");
    await until(() => aborted === 1);
    const short = { ...ASK, timeoutMs: 50 };
    expect(await codeOf(settled(a.request(b.self, "/test/silent/1", bytesOf(1), short)))).toBe("request-timeout");
    // It may be over before the other side has heard of it.
    await until(() => aborted === begun);
    const controller = new AbortController();
    const stopped = a.request(b.self, "/test/silent/1", bytesOf(1), { ...ASK, signal: controller.signal });
    controller.abort();
    expect(await codeOf(settled(stopped))).toBe("request-aborted");
  });

  it("ends what is under way when the connection ends", async () => {
    const [a, b] = await pair();
    let begun = 0;
    let aborted = 0;
    b.handle(ECHO, { ...LIMITS, timeoutMs: 60_000 }, (_from, _request, signal) => {
      begun++;
      signal.addEventListener("abort", () => aborted++);
      return new Promise(() => {});
    });
    const asked = codeOf(a.request(b.self, ECHO, bytesOf(1), { ...ASK, timeoutMs: 60_000 }));
    await until(() => begun === 1);
    await settled(b.disconnect(a.self));
    // A reset of the stream may arrive before the connection is gone.
    expect(["disconnected", "request-cut-off"]).toContain(await settled(asked));
    await until(() => aborted === 1);
  });

  it("bounds how much one peer has under way", async () => {
    const [a, b] = await pair();
    const faults: string[] = [];
    const waiting: (() => void)[] = [];
    b.onFault((_peer, fault) => faults.push(fault.code));
    b.handle(ECHO, LIMITS, (_from, request) => new Promise((resolve) => waiting.push(() => resolve(request))));
    const first = [1, 2].map((n) => a.request(b.self, ECHO, bytesOf(n), ASK));
    await until(() => waiting.length === 2);
    expect(await codeOf(settled(a.request(b.self, ECHO, bytesOf(3), ASK)))).toBe("request-cut-off");
    for (const release of waiting.splice(0)) release();
    expect((await settled(Promise.all(first))).map((chunks) => chunks[0]!.length)).toEqual([1, 2]);
    expect(faults).toEqual(["too-many-requests"]);
    const again = a.request(b.self, ECHO, bytesOf(4), ASK);
    await until(() => waiting.length === 1);
    waiting[0]!();
    expect(await settled(again)).toHaveLength(1);
  });
}

function gossiping({ create, settled, until, quiet, link }: Tools): void {
  /** a – b – c, where b decides by the first byte: 1 accept, 2 ignore, 3 reject. */
  const line = async (): Promise<{ a: Transport; b: Transport; got: string[] }> => {
    const [a, b, c] = [await create(), await create(), await create()];
    const got: string[] = [];
    const at =
      (name: string) =>
      async (from: PeerId, bytes: Uint8Array): Promise<GossipVerdict> => {
        const sender = from === a.self ? "a" : from === b.self ? "b" : "c";
        got.push(`${sender}>${name} ${bytes.join("")}`);
        return bytes[0] === 1 ? "accept" : bytes[0] === 2 ? "ignore" : "reject";
      };
    a.subscribe(TOPIC, { maxBytes: 100 }, at("a"));
    b.subscribe(TOPIC, { maxBytes: 100 }, at("b"));
    c.subscribe(TOPIC, { maxBytes: 100 }, at("c"));
    await link(a, b);
    await link(b, c);
    let probes = 10;
    const reached = (): boolean => got.some((entry) => entry.startsWith("b>c"));
    while (!reached()) {
      await settled(a.publish(TOPIC, Uint8Array.of(1, 9, probes++)));
      await quiet();
    }
    await quiet();
    got.length = 0;
    return { a, b, got };
  };

  it("relays over a line what the middle accepts, and nothing else", async () => {
    const { a, got } = await line();
    await settled(a.publish(TOPIC, Uint8Array.of(2, 0)));
    await settled(a.publish(TOPIC, Uint8Array.of(3, 0)));
    await settled(a.publish(TOPIC, Uint8Array.of(1, 0)));
    await until(() => got.includes("b>c 10"));
    await quiet();
    expect(got.sort()).toEqual(["a>b 10", "a>b 20", "a>b 30", "b>c 10"]);
  });

  it("delivers the same bytes once and never to their publisher", async () => {
    const { a, b, got } = await line();
    await settled(b.publish(TOPIC, Uint8Array.of(1, 4)));
    await until(() => got.length === 2);
    await settled(b.publish(TOPIC, Uint8Array.of(1, 4)));
    await settled(a.publish(TOPIC, Uint8Array.of(1, 4)));
    await quiet();
    expect(got.sort()).toEqual(["b>a 14", "b>c 14"]);
  });

  it("refuses to publish more than the topic's limit", async () => {
    const { a, got } = await line();
    expect(await codeOf(settled(a.publish(TOPIC, bytesOf(101, 1))))).toBe("message-too-long");
    await settled(a.publish(TOPIC, bytesOf(100, 1)));
    await until(() => got.length === 2);
  });

  it("drops what goes over the receiver's limit", async () => {
    const [a, b] = [await create(), await create()];
    const got: number[] = [];
    const faults: string[] = [];
    b.onFault((_peer, fault) => faults.push(fault.code));
    a.subscribe(TOPIC, { maxBytes: 1000 }, async () => "accept");
    b.subscribe(TOPIC, { maxBytes: 100 }, async (_from, bytes) => {
      got.push(bytes.length);
      return "accept";
    });
    await link(a, b);
    let length = 1;
    while (got.length === 0) {
      await settled(a.publish(TOPIC, bytesOf(length++)));
      await quiet();
    }
    await settled(a.publish(TOPIC, bytesOf(101)));
    await settled(a.publish(TOPIC, bytesOf(100)));
    await until(() => got.includes(100));
    await until(() => faults.length > 0);
    expect(got).not.toContain(101);
    expect(faults).toEqual(["gossip-too-long"]);
  });
}
