/**
 * A whole node but for its surroundings: store, transport, clock, randomness and miners are given. The same core runs
 * in a process of its own and, many at once, in a simulation.
 */

import type { Address, Clock, Fault, Hash, Logger, Random, Result, TransactionId } from "#base";
import {
  type Chain,
  type ChainLedger,
  type ChainOptions,
  type DraftResult,
  openChain,
  prepareKnownFor,
  type Signer,
} from "#chain";
import { type Bus, createBus, type NodeEvents } from "#events";
import { createJournal, Mempool, type MempoolOptions } from "#mempool";
import {
  createPeerManager,
  type Handshake,
  type PeerManager,
  type PeerManagerOptions,
  type PeerStore,
  type Transport,
} from "#p2p";
import type { Producer, Sealer } from "#production";
import type { ChainSpec } from "#spec";
import type { Store } from "#storage";
import { Synchroniser, type SyncOptions } from "#sync";
import type { PrepareTransactions, TrustedBlock } from "#validation";
import { createMempoolView } from "./adapters.ts";
import { createClockWatch } from "./clock-watch.ts";
import { DiskWatch } from "./disk-watch.ts";
import { createEvidenceWatch, type EvidenceWatch } from "./evidence-watch.ts";
import { connectNetwork } from "./network.ts";
import { Notices } from "./notices.ts";
import { checkStaleness, findObstacle } from "./obstacles.ts";
import { createProduction, type ValidatorSeat } from "./production.ts";
import { createSubmit, type Origin } from "./submit.ts";
import { createVoteTraffic, type VoteTraffic } from "./vote-traffic.ts";

export interface CoreOptions {
  readonly chain: ChainOptions;
  readonly mempool: MempoolOptions;
  readonly sync: SyncOptions;
  readonly peers: PeerManagerOptions;
  /** Whether to produce blocks from the start. */
  readonly produce: boolean;
  /** Who is credited for our blocks. */
  readonly rewardAddress: Address;
  /** Of a chain whose blocks are searched; whoever signs has a seat. */
  readonly me: Signer;
  /** What the operator trusts. */
  readonly checkpoint?: TrustedBlock | null;
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
  readonly seat?: ValidatorSeat | null;
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
  /** Null on a chain without votes. */
  readonly votes: VoteTraffic | null;
  readonly evidence: EvidenceWatch;
  /** Checks signatures and admits; resolves when what was accepted is durable. One result each, in order. */
  submit(transactions: readonly Uint8Array[], origin: Origin): Promise<readonly Result<TransactionId, Fault>[]>;
  /** Why no block may be produced at present; null when all is well. */
  obstacle(): string | null;
  /** The next block, of what is pending, for somebody to seal. */
  draft(address: Address): DraftResult;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a node that knows others waits for the first of them before it makes a block by itself. */
const FIRST_PEER_MS = 10_000;

export async function createCore(options: CoreOptions, parts: CoreParts): Promise<Core> {
  const { spec, chainId, store, transport, clock, log } = parts;
  const events = createBus<NodeEvents>((error, event) =>
    log.error("a listener failed", { event, why: error instanceof Error ? (error.stack ?? error.message) : "" }),
  );
  const notices = new Notices(events);
  const { checkpoint = null } = options;
  const chain = await openChain(options.chain, {
    ...parts,
    checkpoint,
    events,
    log: log.child("chain"),
  });
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
  const clockWatch = createClockWatch(clock, events);
  const network = connectNetwork(parts, { chain, mempool, events, peers, disk, submit, clockWatch });
  const { handshake } = network;
  const evidence = createEvidenceWatch(chain, events);
  const votes = createVoteTraffic({
    ...{ chain, chainId, transport, reports: peers, evidence, events, clock, log: log.child("votes") },
    isReady: (peer) => handshake.isReady(peer),
  });
  const sync = new Synchroniser(options.sync, {
    ...{ chain, transport, handshake, reports: peers, clock, log: log.child("sync") },
    importBlocks: (candidates) => disk.guard(chain.import(candidates)),
    onFenced: (peer, { code, detail }) => {
      const text = `peer ${peer} follows a chain that contradicts what is settled here at height ${detail?.height ?? 0} (${code}); if the others are right, start with an empty data directory and --checkpoint`;
      events.emit("notice", { code: "other-finality", text, active: true });
    },
  });
  network.onWanted(() => sync.poke());
  disk.onRecovered(() => {
    sync.poke();
    disk.guard(mempool.secure()).catch((error) => log.warn("pending transactions not written", { why: String(error) }));
  });

  const seat = parts.seat ?? null;
  const startedMs = clock.nowMs();
  const hasBootstrap = (options.peers.bootstrap?.length ?? 0) > 0;
  const obstacle = (): string | null =>
    findObstacle({
      ...{ chain, disk, sync, clockWatch, alone: seat?.alone ?? false },
      peerCount: () => handshake.ready.size,
      isLookingForPeers: hasBootstrap && clock.nowMs() - startedMs < FIRST_PEER_MS,
    }) ??
    seat?.obstacle() ??
    null;
  const { producer, voter } = createProduction(options, {
    ...{ chain, disk, mempool, votes, seat, obstacle, events, clock, log, sealer: parts.sealer },
  });

  return {
    ...{ chain, mempool, producer, peers, sync, events, disk, notices, votes, evidence, submit, obstacle },
    draft: (address) => chain.draft({ me: options.me, address }, mempool.select()),
    handshake,
    async start() {
      if (checkStaleness(chain, clock, events)) sync.holdAsStale();
      network.start();
      await transport.start();
      peers.start();
      sync.start();
      if (options.produce || seat !== null) producer.start();
      voter?.start();
    },
    async stop() {
      await producer.stop();
      await voter?.stop();
      votes?.stop();
      evidence.stop();
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
