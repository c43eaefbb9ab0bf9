/** The handlers and relays of a node, over the transport. */
import {
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
import type { Chain } from "#chain";
import type { Bus, NodeEvents } from "#events";
import type { Mempool } from "#mempool";
import type { Block } from "#model";
import {
  type BlockRelay,
  createBlockRelay,
  createHandshake,
  createTransactionRelay,
  type Handshake,
  type PeerManager,
  serveRequests,
  type TransactionRelay,
  type Transport,
} from "#p2p";
import type { ChainSpec } from "#spec";
import { createBlockSink, createBlockSource } from "./adapters.ts";
import type { ClockWatch } from "./clock-watch.ts";
import type { DiskWatch } from "./disk-watch.ts";
import type { Origin } from "./submit.ts";

const REMEMBERED_ANNOUNCEMENTS = 1_024;

/** What the network needs of the node's surroundings. */
export interface Surroundings {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Parts of the node that the network is connected with. */
export interface NetworkParts {
  readonly chain: Chain;
  readonly mempool: Mempool;
  readonly events: Bus<NodeEvents>;
  readonly peers: PeerManager;
  readonly disk: DiskWatch;
  readonly clockWatch: ClockWatch;
  readonly submit: (
    transactions: readonly Uint8Array[],
    origin: Origin,
  ) => Promise<readonly Result<TransactionId, Fault>[]>;
}

export interface Network {
  readonly handshake: Handshake;
  start(): void;
  stop(): void;
  /** Called when somebody seems to be ahead of us. */
  onWanted(listener: () => void): void;
}

/** Handlers and relays over the transport. */
export function connectNetwork(parts: Surroundings, node: NetworkParts): Network {
  const { transport, chainId, clock, spec } = parts;
  const { chain, mempool, events, peers, disk, clockWatch } = node;
  const log = parts.log.child("network");
  const source = createBlockSource(chain, clock);
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
    onStatus: (peer, status) => clockWatch.heard(peer, status),
    onGone: (peer) => {
      clockWatch.gone(peer);
      events.emit("peer-disconnected", { peer });
    },
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
