import { expect, it } from "vitest";
import { createManualClock, type ManualClock, seededRandom } from "#base";
import { describeTransport, type TransportHarness } from "../../../test/contract/transport.ts";
import { driveFor as runFor, driveUntil as runUntil, driveSettle as settle } from "../../../test/support/drive.ts";
import { createMemoryNetwork, type LinkQuality, type MemoryNetwork } from "./memory.ts";
import type { Transport } from "./port.ts";

async function open(): Promise<TransportHarness> {
  const clock = createManualClock(1_000_000);
  const network = createMemoryNetwork({ clock, random: seededRandom(1) }, { latencyMs: 5, jitterMs: 5 });
  let made = 0;
  return {
    async create() {
      made++;
      const transport = network.transport(`Peer${made}`, `/ip4/10.0.0.${made}/tcp/8731`);
      await transport.start();
      return transport;
    },
    settle: (promise) => settle(clock, promise),
    until: (condition) => runUntil(clock, condition),
    quiet: () => runFor(clock, 100),
    async close() {},
  };
}

describeTransport("memory", open);

interface World {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly nodes: readonly Transport[];
  readonly trace: string[];
}

async function world(seed: number, count: number, quality: Partial<LinkQuality>): Promise<World> {
  const clock = createManualClock(0);
  const trace: string[] = [];
  const network = createMemoryNetwork(
    {
      clock,
      random: seededRandom(seed),
      onDelivery: (d) => trace.push(`${d.atMs} ${d.from} ${d.to} ${d.kind} ${d.sizeBytes}`),
    },
    quality,
  );
  const nodes = Array.from({ length: count }, (_, i) => network.transport(`Peer${i}`, `/ip4/10.0.0.${i}/tcp/1`));
  for (const node of nodes) await node.start();
  return { clock, network, nodes, trace };
}

/** A ring in which every node publishes; validation takes a few turns of the microtask queue. */
async function ring(seed: number): Promise<string[]> {
  const { clock, nodes, trace } = await world(seed, 6, { latencyMs: 10, jitterMs: 30, lossRatio: 0.05 });
  for (const node of nodes) {
    node.subscribe("t", { maxBytes: 100 }, async (_from, bytes) => {
      for (let i = 0; i < bytes[0]!; i++) await Promise.resolve();
      return "accept";
    });
  }
  for (const [i, node] of nodes.entries())
    await settle(clock, node.dial(nodes[(i + 1) % nodes.length]!.listenAddresses()[0]!, 1000)).catch(() => "");
  for (const [i, node] of nodes.entries()) await node.publish("t", Uint8Array.of(i));
  await runFor(clock, 1000);
  return trace;
}

it("gives the same trace for the same seed and another for another", async () => {
  const first = await ring(7);
  expect(first.length).toBeGreaterThan(40);
  expect(await ring(7)).toEqual(first);
  expect(await ring(8)).not.toEqual(first);
});

it("parts and heals", async () => {
  const { clock, network, nodes } = await world(1, 3, { latencyMs: 10 });
  const [a, b, c] = nodes as [Transport, Transport, Transport];
  const gone: string[] = [];
  for (const node of nodes) node.onDisconnect((peer) => gone.push(`${node.self} ${peer}`));
  await settle(clock, a.dial(b.listenAddresses()[0]!, 1000));
  await settle(clock, b.dial(c.listenAddresses()[0]!, 1000));
  network.partition([[a.self, b.self], [c.self]]);
  await runFor(clock, 50);
  expect(gone).toEqual(["Peer1 Peer2", "Peer2 Peer1"]);
  await expect(settle(clock, c.dial(b.listenAddresses()[0]!, 1000))).rejects.toMatchObject({ code: "dial-timeout" });
  expect(a.connections()).toHaveLength(1);
  network.heal();
  expect(await settle(clock, c.dial(b.listenAddresses()[0]!, 1000))).toBe(b.self);
});

it("loses what it is told to lose, and keeps one link slower than the others", async () => {
  const { clock, network, nodes } = await world(1, 2, { latencyMs: 10 });
  const [a, b] = nodes as [Transport, Transport];
  b.handle("/t/1", { maxRequestBytes: 10, timeoutMs: 1000, maxConcurrentPerPeer: 1 }, async (_from, bytes) => bytes);
  await settle(clock, a.dial(b.listenAddresses()[0]!, 1000));
  const ask = (): Promise<Uint8Array[]> =>
    settle(clock, a.request(b.self, "/t/1", Uint8Array.of(1), { timeoutMs: 500, maxResponseBytes: 10 }));
  const beganMs = clock.nowMs();
  await ask();
  expect(clock.nowMs() - beganMs).toBe(20);
  network.setLink(b.self, a.self, { latencyMs: 100 });
  await ask();
  expect(clock.nowMs() - beganMs).toBe(220);
  network.setLink(a.self, b.self, { lossRatio: 1 });
  await expect(ask()).rejects.toMatchObject({ code: "request-timeout" });
});

it("lets a peer come back under its own name", async () => {
  const { clock, network, nodes } = await world(1, 2, { latencyMs: 10 });
  const [a, b] = nodes as [Transport, Transport];
  await settle(clock, a.dial(b.listenAddresses()[0]!, 1000));
  await b.stop();
  const again = network.transport("Peer1", "/ip4/10.0.0.1/tcp/1");
  await again.start();
  await runFor(clock, 50);
  expect(a.connections()).toEqual([]);
  await settle(clock, a.dial(again.listenAddresses()[0]!, 1000));
  expect(again.connections().map((c) => c.peer)).toEqual([a.self]);
});
