import { expect, it } from "vitest";
import {
  blameNobody,
  blameSender,
  createManualClock,
  type LogContext,
  type ManualClock,
  seededRandom,
  silentLogger,
} from "#base";
import { driveFor, driveSettle, driveUntil } from "../../../test/support/drive.ts";
import { createMemoryNetwork, type MemoryNetwork } from "../transport/memory.ts";
import type { Transport } from "../transport/port.ts";
import { encodeAddresses } from "./address-list.ts";
import { PEERS_PROTOCOL } from "./peer-exchange.ts";
import { createPeerManager, type PeerManager, type PeerManagerOptions } from "./peer-manager.ts";
import { createMemoryPeerStore, type PeerStore } from "./peer-store.ts";

const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const HOUR_MS = 3_600_000;

interface World {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly trace: string[];
  /** Codes of the faults that were held against somebody. */
  readonly codes: string[];
  node(n: number, options?: PeerManagerOptions): Promise<Node>;
}

interface Node {
  readonly transport: Transport;
  readonly manager: PeerManager;
  readonly address: string;
  readonly store: PeerStore;
  stop(): Promise<void>;
}

function open(seed = 1): World {
  const clock = createManualClock(1_700_000_000_000);
  const trace: string[] = [];
  const random = seededRandom(seed);
  const network = createMemoryNetwork(
    { clock, random, onDelivery: (d) => trace.push(`${d.atMs} ${d.from} ${d.to} ${d.kind} ${d.sizeBytes}`) },
    { latencyMs: 20, jitterMs: 10 },
  );
  const stores = new Map<number, PeerStore>();
  const codes: string[] = [];
  const log = {
    ...silentLogger,
    info: (_text: string, context?: LogContext) => void codes.push(String(context?.code)),
  };
  return {
    clock,
    network,
    trace,
    codes,
    async node(n, options = {}) {
      const peer = `Node${LETTERS[n]}`;
      const place = `/ip4/${20 + n}.1.1.1/tcp/8731`;
      const transport = network.transport(peer, place);
      const store = stores.get(n) ?? createMemoryPeerStore();
      stores.set(n, store);
      const manager = await createPeerManager(options, { transport, clock, random, store, log });
      await transport.start();
      manager.start();
      return {
        ...{ transport, manager, store, address: `${place}/p2p/${peer}` },
        async stop() {
          await driveSettle(clock, manager.stop());
          await transport.stop();
        },
      };
    },
  };
}

const idsOf = (node: Node): string[] =>
  node.manager
    .peers()
    .map((peer) => peer.peer)
    .sort();

/** `count` nodes that know nothing but the first. */
async function swarm(world: World, count: number, options: PeerManagerOptions = {}): Promise<Node[]> {
  const first = await world.node(0, options);
  const nodes = [first];
  for (let i = 1; i < count; i++) nodes.push(await world.node(i, { bootstrap: [first.address], ...options }));
  return nodes;
}

it("lets nodes that know one find all, and says whom it is connected to", async () => {
  const world = open();
  const nodes = await swarm(world, 5);
  await driveUntil(world.clock, () => nodes.every((node) => idsOf(node).length === 4), 120_000);
  const view = nodes[1]!.manager.peers().find((peer) => peer.peer === "NodeA")!;
  expect(view).toMatchObject({ addresses: [nodes[0]!.address], agent: "agon/memory", direction: "out", score: 0 });
  expect(view.connectedSinceMs).toBeLessThan(world.clock.nowMs());
  expect(view.latencyMs).toBeGreaterThanOrEqual(40);
  const inbound = nodes[0]!.manager.peers().find((peer) => peer.peer === "NodeB")!;
  expect(inbound).toMatchObject({ direction: "in", addresses: [nodes[1]!.address] });
});

it("keeps a bounded number of outbound connections in a larger network, the same way for the same seed", async () => {
  const run = async (seed: number): Promise<string[]> => {
    const world = open(seed);
    const nodes = await swarm(world, 25, { targetOutbound: 4 });
    await driveFor(world.clock, 180_000);
    for (const node of nodes) {
      const peers = node.manager.peers();
      expect(peers.length).toBeGreaterThanOrEqual(4);
      expect(peers.filter((peer) => peer.direction === "out").length).toBeLessThanOrEqual(6);
    }
    return world.trace;
  };
  const first = await run(3);
  expect(await run(3)).toEqual(first);
  expect(await run(4)).not.toEqual(first);
});

it("drops who says goodbye at once, without holding it against it, and takes it back", async () => {
  const world = open();
  const nodes = await swarm(world, 3);
  await driveUntil(world.clock, () => nodes.every((node) => idsOf(node).length === 2));
  const gone: string[] = [];
  nodes[0]!.manager.onDisconnect((peer) => gone.push(peer));
  const beganMs = world.clock.nowMs();
  await nodes[2]!.stop();
  await driveFor(world.clock, 100);
  expect(world.clock.nowMs() - beganMs).toBeLessThan(1000);
  expect(gone).toEqual(["NodeC"]);
  expect(idsOf(nodes[0]!)).toEqual(["NodeB"]);
  expect(idsOf(nodes[1]!)).toEqual(["NodeA"]);
  const again = await world.node(2);
  await driveUntil(world.clock, () => idsOf(again).length === 2, 60_000);
});

it("finds back after a crash of the others and after a partition", async () => {
  const world = open();
  const nodes = await swarm(world, 4);
  await driveUntil(world.clock, () => nodes.every((node) => idsOf(node).length === 3));
  const [a, b, c, d] = nodes.map((node) => node.transport.self) as [string, string, string, string];
  world.network.partition([
    [a, b],
    [c, d],
  ]);
  await driveFor(world.clock, 10 * 60_000);
  expect(nodes.map((node) => idsOf(node).length)).toEqual([1, 1, 1, 1]);
  world.network.heal();
  await driveUntil(world.clock, () => nodes.every((node) => idsOf(node).length === 3), 4 * 60_000);
});

it("remembers its peers over a restart, when the bootstrap node is gone", async () => {
  const world = open();
  const nodes = await swarm(world, 3);
  await driveUntil(world.clock, () => nodes.every((node) => idsOf(node).length === 2));
  await nodes[0]!.stop();
  await nodes[1]!.stop();
  const again = await world.node(1);
  await driveUntil(world.clock, () => idsOf(again).includes("NodeC"), 10_000);
});

it("ends a connection to somebody who was banned while it was being made", async () => {
  const world = open();
  const [a, b] = [await world.node(0), await world.node(1)];
  const heard: string[] = [];
  a.manager.onConnect(({ peer }) => void heard.push(`${peer} came`));
  a.manager.onDisconnect((peer) => void heard.push(`${peer} went`));
  a.transport.onConnect(({ peer }) => void heard.push(`link to ${peer}`));
  const dialled = a.transport.dial(b.address, 1_000);
  for (let i = 0; i < 6; i++) a.manager.report("NodeB", blameSender("block-bad-root"));
  await driveSettle(world.clock, dialled);
  await driveFor(world.clock, 1_000);
  expect(heard).toEqual(["link to NodeB"]);
  expect([idsOf(a), idsOf(b)]).toEqual([[], []]);
});

it("bans who misbehaves, refuses it, and forgives when the ban ends", async () => {
  const world = open();
  const [a, b] = (await swarm(world, 2)) as [Node, Node];
  await driveUntil(world.clock, () => idsOf(a).length === 1 && idsOf(b).length === 1);
  a.manager.report("NodeB", blameNobody("header-unknown-parent"));
  expect(a.manager.peers()[0]!.score).toBe(0);
  for (let i = 0; i < 4; i++) a.manager.report("NodeB", blameSender("block-bad-root"));
  expect(a.manager.peers()[0]!.score).toBe(-80);
  a.manager.report("NodeB", blameSender("block-bad-root"));
  await driveUntil(world.clock, () => idsOf(a).length === 0 && idsOf(b).length === 0);
  expect(a.manager.bans().map((ban) => [ban.peer, ban.host, ban.why])).toEqual([
    ["NodeB", null, "block-bad-root"],
    [null, "21.1.1.1", "block-bad-root"],
  ]);
  await driveFor(world.clock, HOUR_MS - 60_000);
  expect(idsOf(a)).toEqual([]);
  await driveUntil(world.clock, () => idsOf(a).length === 1, 10 * 60_000);
  await a.stop();
  const kept = await a.store.load();
  expect(kept!.bans.map((ban) => ban.times)).toEqual([1, 1]);
});

it("does not come back soon to a peer of another chain", async () => {
  const world = open();
  const [a, b] = (await swarm(world, 2)) as [Node, Node];
  await driveUntil(world.clock, () => idsOf(b).length === 1);
  b.manager.turnAway("NodeA", "status-other-chain");
  await driveFor(world.clock, 9 * 60_000);
  expect([idsOf(a), idsOf(b)]).toEqual([[], []]);
  expect(b.manager.known).toBe(0);
});

it("limits how many may come in, and how often they may ask", async () => {
  const world = open();
  const nodes = await swarm(world, 5, { maxInbound: 2, targetOutbound: 1 });
  await driveFor(world.clock, 60_000);
  const inbound = nodes[0]!.manager.peers().filter((peer) => peer.direction === "in");
  expect(inbound.length).toBe(2);
  const [asker] = inbound;
  const { transport } = nodes.find((node) => node.transport.self === asker!.peer)!;
  const ask = (bytes: Uint8Array): Promise<Uint8Array[]> =>
    driveSettle(
      world.clock,
      transport.request("NodeA", PEERS_PROTOCOL, bytes, { timeoutMs: 5000, maxResponseBytes: 100_000 }),
    );
  const answers: number[] = [];
  for (let i = 0; i < 8; i++) answers.push((await ask(Uint8Array.of(8, 0)))[0]![0]!);
  expect(answers.slice(0, 3).every((count) => count > 0)).toBe(true);
  expect(answers.slice(5)).toEqual([0, 0, 0]);
  const scoreOf = (): number => nodes[0]!.manager.peers().find((peer) => peer.peer === asker!.peer)!.score;
  expect(scoreOf()).toBeLessThan(0);
  const before = scoreOf();
  await expect(ask(Uint8Array.of(1))).rejects.toMatchObject({ code: "request-cut-off" });
  expect(scoreOf()).toBeLessThan(before - 30);
  expect([...new Set(world.codes)]).toEqual(["peers-asked-too-often", "peers-malformed"]);
});

it("gives a place to who comes from elsewhere when one subnet holds them all", async () => {
  const world = open();
  const a = await world.node(0, { maxInbound: 4, targetOutbound: 0 });
  const come = async (name: string, host: string): Promise<boolean> => {
    const transport = world.network.transport(name, `/ip4/${host}/tcp/8731`);
    await transport.start();
    return driveSettle(
      world.clock,
      transport.dial(a.address, 5_000).then(
        () => true,
        () => false,
      ),
    );
  };
  for (let i = 0; i < 4; i++) expect(await come(`Crowd${LETTERS[i]}`, `66.66.1.${i}`)).toBe(true);
  expect(await come("CrowdE", "66.66.2.1")).toBe(false);
  expect(await come("Lone", "77.1.1.1")).toBe(true);
  expect(await come("Other", "78.1.1.1")).toBe(true);
  expect(idsOf(a)).toEqual(["CrowdA", "CrowdB", "Lone", "Other"]);
  expect(await come("CrowdF", "66.66.3.1")).toBe(false);
  a.manager.report("CrowdA", blameSender("block-bad-root"));
  expect(await come("LoneToo", "77.1.2.1")).toBe(true);
  expect(idsOf(a)).toEqual(["CrowdB", "Lone", "LoneToo", "Other"]);
});

it("takes no address for granted that a peer tells", async () => {
  const world = open();
  const liar = world.network.transport("Liar", "/ip4/66.66.1.1/tcp/8731");
  await liar.start();
  const told = Array.from({ length: 60 }, (_, i) => `/ip4/${100 + i}.1.1.1/tcp/1/p2p/Nobody${LETTERS[i % 40]}`);
  liar.handle(PEERS_PROTOCOL, { maxRequestBytes: 2048, timeoutMs: 1000, maxConcurrentPerPeer: 2 }, async () =>
    encodeAddresses([...told, "/ip4/127.0.0.1/tcp/22/p2p/Nobody", "nonsense", "/ip4/21.1.1.1/tcp/1/p2p/NodeB"]),
  );
  const a = await world.node(0);
  const b = await world.node(1, { bootstrap: [a.address, "/ip4/66.66.1.1/tcp/8731"] });
  await driveUntil(world.clock, () => idsOf(b).length === 2);
  await driveFor(world.clock, 2000);
  expect(b.manager.known).toBeGreaterThan(40);
  await driveFor(world.clock, 3 * HOUR_MS);
  expect(b.manager.known).toBeLessThan(5);
  expect(idsOf(b)).toEqual(["Liar", "NodeA"]);
});
