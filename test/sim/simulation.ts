/** Whole nodes in one process: real cores on a memory network, memory stores, one manual clock and one seed. */
import { createHash } from "node:crypto";
import { type Address, type Clock, createManualClock, type Random, seededRandom, silentLogger, toHex } from "#base";
import { DEFAULT_CHAIN_OPTIONS } from "#chain";
import { addressOf, verifySignature } from "#crypto";
import { createLedger } from "#ledger";
import { DEFAULT_MEMPOOL_OPTIONS } from "#mempool";
import { decodeTransaction, type PreparedTransaction, signingHash, transactionId } from "#model";
import { type Core, type CoreOptions, createCore, type ValidatorSeat } from "#node";
import { createMemoryNetwork, createMemoryPeerStore, type LinkQuality, type PeerStore, type Transport } from "#p2p";
import { createPacedSealer } from "#production";
import { type ChainSpec, chainIdOf } from "#spec";
import { createMemoryStore, type MemoryStore } from "#storage";
import { DEFAULT_SYNC_OPTIONS } from "#sync";
import type { PrepareTransactions } from "#validation";
import { devAccount } from "#wallet/core";

/** Time between two looks at what the nodes have to do. */
const STEP_MS = 50;

export interface SimNode {
  readonly name: string;
  core: Core;
  readonly store: MemoryStore;
  readonly address: string;
  running: boolean;
}

export interface NodeSetup {
  /** Hashes a second; 0 = does not produce. */
  readonly hashRate?: number;
  /** Names of nodes it knows from the start. */
  readonly knows?: readonly string[];
  readonly options?: Partial<CoreOptions>;
  readonly seat?: ValidatorSeat;
  /** How far its clock is ahead of everybody else's. */
  readonly clockAheadMs?: number;
  /** What it has kept from another world. */
  readonly store?: MemoryStore;
}

export interface Simulation {
  readonly seed: number;
  readonly random: Random;
  nowMs(): number;
  add(name: string, setup?: NodeSetup): Promise<SimNode>;
  /** A place on the network for a peer that is no node of ours. */
  stranger(name: string): Promise<Transport>;
  stop(node: SimNode): Promise<void>;
  /** The same store and address again. */
  restart(node: SimNode, setup?: NodeSetup): Promise<void>;
  run(durationMs: number): Promise<void>;
  /** @throws when it does not come true in time */
  runUntil(condition: () => boolean, limitMs: number, what: string): Promise<void>;
  partition(groups: readonly (readonly string[])[]): void;
  heal(): void;
  /** Hash over every change of every head, in order. */
  traceHash(): string;
  stopAll(): Promise<void>;
}

/** @param startMs how long after genesis the world begins */
export function createSimulation(
  spec: ChainSpec,
  seed: number,
  quality: Partial<LinkQuality> = {},
  startMs = 3_600_000,
): Simulation {
  const chainId = chainIdOf(spec);
  const clock = createManualClock(spec.genesis.timeMs + startMs);
  const random = seededRandom(seed);
  const network = createMemoryNetwork({ clock, random }, { latencyMs: 20, jitterMs: 30, ...quality });
  const nodes = new Map<string, SimNode>();
  const trace = createHash("sha256");
  let strangers = 1;
  const peerStores = new Map<string, PeerStore>();

  const settle = async (): Promise<void> => {
    // Everything asynchronous here is promises; a turn of the event loop lets all of them run out.
    for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const createNode = async (name: string, address: string, store: MemoryStore, setup: NodeSetup): Promise<Core> => {
    const transport = network.transport(name, address);
    const bootstrap = (setup.knows ?? []).map((other) => `${nodes.get(other)!.address}/p2p/${other}`);
    const peerStore = peerStores.get(name) ?? createMemoryPeerStore();
    peerStores.set(name, peerStore);
    const core = await createCore(
      {
        chain: DEFAULT_CHAIN_OPTIONS,
        mempool: DEFAULT_MEMPOOL_OPTIONS,
        sync: DEFAULT_SYNC_OPTIONS,
        peers: { bootstrap, allowPrivate: true },
        produce: (setup.hashRate ?? 0) > 0,
        rewardAddress: rewardAddressOf(name),
        me: { key: devAccount(0).key, reveal: () => null },
        ...setup.options,
      },
      {
        ...{ spec, chainId, store, transport, peerStore, random, log: silentLogger },
        clock: aheadBy(clock, setup.clockAheadMs ?? 0),
        createLedger: () => createLedger(spec, { indexSeed: seed }),
        prepare: prepareHere(chainId),
        sealer: createPacedSealer(Math.max(1, setup.hashRate ?? 1), clock),
        seat: setup.seat ?? null,
      },
    );
    core.events.on("head-changed", ({ reverted, applied }) => {
      const ids = [...reverted, ...applied].map((block) => toHex(block.id));
      trace.update(`${clock.nowMs()} ${name} ${reverted.length} ${ids.join(" ")}\n`);
    });
    return core;
  };
  const run = async (durationMs: number): Promise<void> => {
    const end = clock.nowMs() + durationMs;
    while (clock.nowMs() < end) {
      await settle();
      const due = clock.nextDueMs();
      clock.runTo(Math.min(end, due === null ? end : Math.max(clock.nowMs() + 1, due)));
    }
    await settle();
  };

  return {
    seed,
    random,
    nowMs: () => clock.nowMs(),
    async add(name, setup = {}) {
      const address = `/ip4/10.0.${nodes.size + 1}.1/tcp/8731`;
      const store = setup.store ?? createMemoryStore();
      const core = await createNode(name, address, store, setup);
      const node: SimNode = { name, core, store, address, running: true };
      nodes.set(name, node);
      await core.start();
      await settle();
      return node;
    },
    async stranger(name) {
      const transport = network.transport(name, `/ip4/10.1.${strangers++}.1/tcp/8731`);
      await transport.start();
      return transport;
    },
    async stop(node) {
      node.running = false;
      const stopping = node.core.stop();
      let done = false;
      void stopping.then(() => {
        done = true;
      });
      while (!done) await run(STEP_MS);
    },
    async restart(node, setup = {}) {
      node.core = await createNode(node.name, node.address, node.store, setup);
      node.running = true;
      await node.core.start();
    },
    run,
    async runUntil(condition, limitMs, what) {
      const end = clock.nowMs() + limitMs;
      while (!condition()) {
        if (clock.nowMs() >= end) throw new Error(`seed ${seed}: ${what} did not happen within ${limitMs} ms`);
        await run(STEP_MS);
      }
    },
    partition: (groups) => network.partition(groups),
    heal: () => network.heal(),
    traceHash: () => trace.copy().digest("hex"),
    async stopAll() {
      for (const node of nodes.values()) if (node.running) await this.stop(node);
    },
  };
}

/** An address of its own for each name, so that no two nodes search the same headers. */
export function rewardAddressOf(name: string): Address {
  return addressOf(devAccount([...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 10).key);
}

/** Signatures on this thread: worker threads have no place in a run that must repeat itself. */
function prepareHere(chainId: ReturnType<typeof chainIdOf>): PrepareTransactions {
  return async (transactions) =>
    transactions.map((bytes): PreparedTransaction | null => {
      const decoded = decodeTransaction(bytes);
      if (!decoded.ok) return null;
      const { signature, sender } = decoded.value;
      if (!verifySignature(signature, signingHash(chainId, bytes), sender)) return null;
      return { bytes, id: transactionId(chainId, bytes), from: addressOf(sender), transaction: decoded.value };
    });
}

export function heads(nodes: readonly SimNode[]): readonly string[] {
  return nodes.map((node) => toHex(node.core.chain.head.id));
}

export function agree(nodes: readonly SimNode[]): boolean {
  return new Set(heads(nodes)).size === 1;
}

function aheadBy(clock: Clock, aheadMs: number): Clock {
  return aheadMs === 0 ? clock : { ...clock, nowMs: () => clock.nowMs() + aheadMs, after: clock.after.bind(clock) };
}
