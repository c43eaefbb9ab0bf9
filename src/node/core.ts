/**
 * A whole node but for its surroundings: store, transport, clock, randomness and miners are given. The same core runs
 * in a process of its own and, many at once, in a simulation.
 */

import type { Random } from "#base";
import {
  type Address,
  type BlockId,
  BoundedMap,
  blameNobody,
  type Clock,
  type Fault,
  type Hash,
  type Logger,
  type Result,
  type TransactionId,
  toHex,
} from "#base";
import {
  type Chain,
  type ChainLedger,
  type ChainOptions,
  type DraftResult,
  openChain,
  prepareKnownFor,
  type Signer,
} from "#chain";
import { engineFor } from "#consensus";
import { type Bus, createBus, type NodeEvents } from "#events";
import { createJournal, Mempool, type MempoolOptions } from "#mempool";
import type { Block } from "#model";
import {
  type BlockRelay,
  createBlockRelay,
  createHandshake,
  createPeerManager,
  createTransactionRelay,
  type Handshake,
  type PeerManager,
  type PeerManagerOptions,
  type PeerStore,
  serveRequests,
  type TransactionRelay,
  type Transport,
} from "#p2p";
import { Producer, type Sealer } from "#production";
import type { ChainSpec } from "#spec";
import type { Store } from "#storage";
import { Synchroniser, type SyncOptions } from "#sync";
import type { PrepareTransactions } from "#validation";
import { createBlockSink, createBlockSource, createMempoolView } from "./adapters.ts";
import { DiskWatch } from "./disk-watch.ts";
import { Notices } from "./notices.ts";
import { createSubmit, type Origin } from "./submit.ts";

export interface CoreOptions {
  readonly chain: ChainOptions;
  readonly mempool: MempoolOptions;
  readonly sync: SyncOptions;
  readonly peers: PeerManagerOptions;
  /** Whether to produce blocks from the start. */
  readonly produce: boolean;
  /** Who is credited for our blocks. */
  readonly rewardAddress: Address;
  readonly me: Signer;
}

export interface CoreParts {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly store: Store;
  readonly createLedger: () => ChainLedger;
  readonly transport: Transport;
  readonly peerStore: PeerStore;
  readonly prepare: PrepareTransactions;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface Core {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly producer: Producer;
  readonly peers: PeerManager;
  readonly handshake: Handshake;
  readonly sync: Synchroniser;
  readonly events: Bus<NodeEvents>;
  readonly disk: DiskWatch;
  readonly notices: Notices;
  /** Checks signatures and admits; resolves when what was accepted is durable. One result each, in order. */
  submit(transactions: readonly Uint8Array[], origin: Origin): Promise<readonly Result<TransactionId, Fault>[]>;
  /** Why no block may be produced at present; null when all is well. */
  obstacle(): string | null;
  /** The next block, of what is pending, for somebody to seal. */
  draft(address: Address): DraftResult;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const REMEMBERED_ANNOUNCEMENTS = 1_024;

export async function createCore(options: CoreOptions, parts: CoreParts): Promise<Core> {
  const { spec, chainId, store, transport, clock, log } = parts;
  const engine = engineFor(spec, chainId);
  const events = createBus<NodeEvents>((error, event) =>
    log.error("a listener failed", { event, why: error instanceof Error ? (error.stack ?? error.message) : "" }),
  );
  const notices = new Notices(events);
  const chain = await openChain(options.chain, { ...parts, engine, events, log: log.child("chain") });
  const view = createMempoolView(spec, chain);
  const journal = createJournal(store);
  const mempool = new Mempool(options.mempool, { view, journal, events, clock, log: log.child("mempool") });
  const restored = mempool.restore(prepareKnownFor(chainId), chain.orphanedTransactions());
  if (restored > 0) log.info("pending transactions restored", { count: restored });

  const disk = new DiskWatch({ store, events, clock, log });
  const isIncluded = (id: TransactionId): boolean => chain.findTransaction(id) !== null;
  const submit = createSubmit({ mempool, view, chainId, disk, isIncluded, prepare: parts.prepare });
  const peers = await createPeerManager(options.peers, {
    ...{ transport, clock, random: parts.random, store: parts.peerStore, log: log.child("peers") },
  });
  const network = connectNetwork(parts, { chain, mempool, events, peers, disk, submit });
  const sync = new Synchroniser(options.sync, {
    ...{ chain, transport, handshake: network.handshake, reports: peers, clock, log: log.child("sync") },
    importBlocks: (candidates) => disk.guard(chain.import(candidates)),
  });
  network.onWanted(() => sync.poke());
  disk.onRecovered(() => {
    sync.poke();
    disk.guard(mempool.secure()).catch((error) => log.warn("pending transactions not written", { why: String(error) }));
  });

  const obstacle = (): string | null => {
    if (disk.readOnly !== null) return `the node is read-only: ${disk.readOnly}`;
    if (chain.deepBranch !== null) return "a deep reorganisation waits for the operator";
    if (sync.syncing) return `catching up: at ${chain.head.header.height} of ${sync.targetHeight}`;
    return null;
  };
  const producer = new Producer(
    { me: options.me, address: options.rewardAddress },
    {
      chain: {
        draft: (...args) => chain.draft(...args),
        import: (candidates) => disk.guard(chain.import(candidates)),
        get head() {
          return chain.head;
        },
      },
      pending: () => mempool.select(),
      sealer: parts.sealer,
      obstacle,
      ...{ events, clock, log: log.child("production") },
    },
  );

  return {
    ...{ chain, mempool, producer, peers, sync, events, disk, notices, submit, obstacle },
    draft: (address) => chain.draft({ me: options.me, address }, mempool.select()),
    handshake: network.handshake,
    async start() {
      network.start();
      await transport.start();
      peers.start();
      sync.start();
      if (options.produce) producer.start();
    },
    async stop() {
      await producer.stop();
      network.stop();
      await peers.stop();
      await transport.stop();
      await sync.stop();
      disk.stop();
      await chain.stop();
      await parts.sealer.stop();
    },
  };
}

interface NetworkParts {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly events: Bus<NodeEvents>;
  readonly peers: PeerManager;
  readonly disk: DiskWatch;
  readonly submit: Core["submit"];
}

interface Network {
  readonly handshake: Handshake;
  start(): void;
  stop(): void;
  /** Called when somebody seems to be ahead of us. */
  onWanted(listener: () => void): void;
}

/** Handlers and relays over the transport. */
function connectNetwork(parts: CoreParts, node: NetworkParts): Network {
  const { transport, chainId, clock, spec } = parts;
  const { chain, mempool, events, peers, disk } = node;
  const log = parts.log.child("network");
  const source = createBlockSource(chain);
  const pool = {
    pending: () => mempool.items(),
    has: (id: TransactionId) => mempool.has(id),
  };
  /** Blocks that came by gossip, which relays them itself. */
  const heard = new BoundedMap<string, true>(REMEMBERED_ANNOUNCEMENTS);
  const stops: (() => void)[] = [];
  let wanted = (): void => {};

  const handshake = createHandshake({
    ...{ transport, source, reports: peers, news: peers, clock, log },
    onReady: (peer) => {
      const connection = transport.connections().find((one) => one.peer === peer);
      const { address = "", direction = "in" } = connection ?? {};
      events.emit("peer-connected", { peer, address, direction });
      wanted();
      void transactions.fetchPending(peer);
    },
    onGone: (peer) => events.emit("peer-disconnected", { peer }),
  });
  const isReady = (peer: string): boolean => handshake.isReady(peer);
  const meets = (peer: string): Promise<boolean> => handshake.meets(peer);
  const transactions: TransactionRelay = createTransactionRelay({
    ...{ chainId, transport, reports: peers, events, clock, log, isReady },
    sink: {
      async submit(list, origin) {
        // With one neighbour there is nobody to pass on to what it gave us.
        const alone = handshake.ready.size < 2;
        const results = await node.submit(list, alone ? "gossip" : origin);
        return results.map((result) => (result.ok ? heldBack(mempool, result.value) : result.error));
      },
    },
  });
  const blocks: BlockRelay = createBlockRelay({
    ...{ chainId, transport, pool, reports: peers, isReady, meets, clock, log },
    maxBlockBytes: spec.limits.maxBlockBytes,
    takesVotes: chain.engine.voting !== null,
    sink: createBlockSink(chain, disk, (id) => heard.set(toHex(id), true)),
    blockTransactions: (id) => blockTransactions(chain, id),
    onUnknownParent: (peer) => void handshake.refresh(peer).then(() => wanted()),
  });
  serveRequests({ transport, source, pool, reports: peers, meets });

  const announce = (id: BlockId): void => {
    const entry = chain.block(id);
    if (entry === null || handshake.ready.size === 0 || heard.has(toHex(id))) return;
    const block: Block = { header: entry.header, body: chain.body(entry) };
    const ids = chain.transactions(entry).map((item) => item.id);
    blocks.announce(id, block, ids).catch((error) => log.debug("block not announced", { why: String(error) }));
  };
  return {
    handshake,
    onWanted(listener) {
      wanted = listener;
    },
    start() {
      handshake.start();
      transactions.start();
      stops.push(
        events.on("head-changed", ({ applied }) => {
          const tip = applied.at(-1);
          if (tip !== undefined) announce(tip.id);
        }),
      );
    },
    stop() {
      for (const stop of stops.splice(0)) stop();
      transactions.stop();
      handshake.stop();
    },
  };
}

/** What has to wait for an earlier nonce is kept, but not passed on. */
function heldBack(mempool: Mempool, id: TransactionId): Fault | null {
  return mempool.isHeld(id) ? blameNobody("tx-nonce-gap") : null;
}

function blockTransactions(chain: Chain, id: BlockId): readonly Uint8Array[] | null {
  const entry = chain.block(id);
  return entry === null ? null : chain.body(entry).transactions;
}
