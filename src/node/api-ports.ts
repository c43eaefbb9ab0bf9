/** What the API asks of a node, answered from its parts. */
import type {
  BlockRecord,
  ChainView,
  IncludedTransaction,
  NodeFacts,
  NodePorts,
  PendingView,
  WorkFacts,
  WorkOrders,
} from "#api";
import type { Peers } from "#api/contract";
import { type Address, type BlockId, BoundedMap, type Clock, ok, toHex } from "#base";
import type { BlockEntry, Chain, TransactionPlace } from "#chain";
import { statePath } from "#ledger";
import { encodeHeader, type Header } from "#model";
import type { Transport } from "#p2p";
import type { Sealer } from "#production";
import type { Core } from "./core.ts";
import { createStakeReads } from "./stake/stake-ports.ts";

const REMEMBERED_MONEY = 4_096;

export interface ApiPortsParts {
  readonly core: Core;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly agent: string;
  readonly version: string;
  readonly startedMs: number;
  /** For blocks mined on demand. */
  readonly fastSealer: Sealer;
  readonly rewardAddress: Address;
  readonly work: WorkOrders;
  readonly shutdown: () => void;
}

export function createApiPorts(parts: ApiPortsParts): NodePorts {
  const { core, transport } = parts;
  return {
    chain: chainView(core, parts.clock),
    pending: pendingView(core),
    events: core.events,
    work: parts.work,
    facts: () => factsOf(parts),
    peers: () => peersOf(core, transport),
    health: () => healthOf(core),
    orders: {
      submit: (transactions) => core.submit(transactions, "local"),
      async mine(blocks, address) {
        const ids = await core.producer.mine(blocks, address ?? parts.rewardAddress, parts.fastSealer);
        return ids.map((id) => ({ id, height: core.chain.block(id)?.header.height ?? 0 }));
      },
      async accept(id) {
        const done = await core.disk.guard(core.chain.acceptDeepBranch(id));
        return done.ok ? ok({ height: core.chain.head.header.height, id: core.chain.head.id }) : done;
      },
      shutdown: parts.shutdown,
    },
  };
}

function recordOf(entry: BlockEntry): BlockRecord {
  return {
    id: entry.id,
    header: entry.header,
    sizeBytes: entry.sizeBytes + encodeHeader(entry.header).length,
    transactionCount: entry.transactionCount,
    weight: entry.snapshot.weight,
  };
}

function chainView({ chain, evidence }: Core, clock: Clock): ChainView {
  const money = new BoundedMap<string, Awaited<ReturnType<ChainView["money"]>>>(REMEMBERED_MONEY);
  const included = ({ block, position }: TransactionPlace): IncludedTransaction => ({
    item: chain.transactions(block)[position]!,
    block: { height: block.header.height, id: block.id, timeMs: block.header.timeMs },
    index: position,
  });
  const entryOf = (id: BlockId): BlockEntry | null => chain.block(id);
  return {
    spec: chain.spec,
    chainId: chain.chainId,
    genesisId: chain.genesisId,
    head: () => recordOf(chain.head),
    finalized: () => ({ height: chain.finalizedHeight, id: chain.head.snapshot.finalized.id }),
    supply: () => chain.supply(),
    block: (id) => mapNull(entryOf(id), recordOf),
    blockAt: (height) => mapNull(chain.blockAt(height), recordOf),
    money(id) {
      const entry = entryOf(id);
      if (entry === null || entry.status !== "executed") return null;
      const known = money.get(toHex(id));
      if (known) return known;
      let feesAtoms = 0n;
      for (const item of chain.transactions(entry)) feesAtoms += item.transaction.feeAtoms;
      const answer = { feesAtoms, credits: chain.credits(entry) };
      money.set(toHex(id), answer);
      return answer;
    },
    transactions(id, offset, limit) {
      const entry = entryOf(id);
      return entry === null ? [] : chain.transactions(entry).slice(offset, offset + limit);
    },
    work: (header) => workOf(chain, header),
    transaction: (id) => mapNull(chain.findTransaction(id), included),
    account: (address) => ({
      at: { height: chain.head.header.height, id: chain.head.id },
      account: chain.account(address),
      maturing: chain.maturing(address).map(({ atHeight, credit }) => ({ atHeight, amountAtoms: credit.amountAtoms })),
    }),
    history(address, cursor, limit) {
      const before = cursor === null ? undefined : placeOf(chain, cursor);
      if (before === null) return null;
      const places = chain.accountTransactions(address, { limit, ...(before === undefined ? {} : { before }) });
      const last = places.length === limit ? places.at(-1) : undefined;
      const nextCursor = last === undefined ? null : `${last.block.header.height}-${last.position}`;
      return { items: places.map(included), nextCursor };
    },
    records(from, limit) {
      const block = from === null ? null : chain.blockAt(from.height);
      // Above the head is as good as none.
      const before = from === null || block === null ? {} : { before: { block, position: from.position + 1 } };
      return chain.records({ ...before, limit }).map(included);
    },
    async proof(address) {
      const { proof, head } = await chain.proveAccount(address);
      const { end, siblings } = proof;
      const path = statePath("account", address);
      return {
        key: address,
        path,
        value: end.kind === "value" ? end.value : null,
        siblings: siblings as readonly (typeof path)[],
        otherLeaf:
          end.kind === "other" ? { path: end.path as typeof path, valueHash: end.valueHash as typeof path } : null,
        block: recordOf(head),
      };
    },
    isSearched: chain.engine.describe(chain.head.snapshot) !== null,
    stake: createStakeReads({ chain, clock, offences: () => evidence.found() }),
  };
}

function placeOf(chain: Chain, cursor: string): TransactionPlace | null {
  const match = /^(\d{1,15})-(\d{1,9})$/.exec(cursor);
  const block = match === null ? null : chain.blockAt(Number(match[1]));
  return match === null || block === null ? null : { block, position: Number(match[2]) };
}

function workOf(chain: Chain, header: Header): WorkFacts | null {
  const parent = header.height === 0 ? null : chain.block(header.parent);
  if (parent === null) return null;
  const work = chain.engine.describe(parent.snapshot);
  if (work === null) return null;
  const { target, difficulty } = work;
  const bits = new DataView(header.claim.buffer, header.claim.byteOffset).getUint32(0, true);
  return { bits, target, expectedHashes: difficulty };
}

function mapNull<A, B>(value: A | null, map: (value: A) => B): B | null {
  return value === null ? null : map(value);
}

function pendingView({ mempool, chain }: Core): PendingView {
  return {
    get count() {
      return mempool.count;
    },
    get sizeBytes() {
      return mempool.sizeBytes;
    },
    get minFeeRate() {
      return Math.max(Number(chain.spec.fees.minFeePerByteAtoms), mempool.floorRate / 1_000);
    },
    get: (id) => mempool.get(id),
    entries: () => mempool.select(),
    ofSender(address) {
      const spent = (chain.account(address)?.balanceAtoms ?? 0n) - mempool.pendingCost(address);
      return {
        nextNonce: mempool.nextNonce(address),
        spendableAtoms: spent > 0n ? spent : 0n,
        items: mempool.ofSender(address),
      };
    },
    dropped(id) {
      const dropped = mempool.dropped(id);
      return dropped === null ? null : { reason: dropped.code ?? dropped.reason };
    },
  };
}

function factsOf({ core, transport, agent, version, startedMs }: ApiPortsParts): NodeFacts {
  return {
    ...{ peerId: transport.self, agent, version, startedMs },
    peerCount: core.handshake.ready.size,
    syncing: core.sync.syncing,
    readOnly: core.disk.readOnly,
    notices: core.notices.texts(),
    mining: { enabled: core.producer.running, hashRate: core.producer.hashRate() },
    obstacle: core.obstacle(),
  };
}

function peersOf(core: Core, transport: Transport): Peers {
  const ready = core.handshake.ready;
  return {
    peerId: transport.self,
    addresses: [...transport.listenAddresses()],
    peers: core.peers
      .peers()
      .filter(({ peer }) => ready.has(peer))
      .map((view) => {
        const head = ready.get(view.peer)?.head;
        return {
          peerId: view.peer,
          address: view.addresses[0] ?? "",
          direction: view.direction === "in" ? ("inbound" as const) : ("outbound" as const),
          agent: view.agent ?? "",
          head: head === undefined ? null : { height: head.height, hash: toHex(head.id) },
          latencyMs: view.latencyMs,
          score: view.score,
          connectedMs: view.connectedSinceMs,
        };
      }),
    known: core.peers.known,
    bans: core.peers
      .bans()
      .map((ban) => ({ peerId: ban.peer ?? ban.host ?? "", reason: ban.why, untilMs: ban.untilMs })),
  };
}

function healthOf(core: Core) {
  const { readOnly } = core.disk;
  return [
    readOnly === null ? { name: "disk", ok: true } : { name: "disk", ok: false, message: readOnly },
    core.chain.deepBranch === null
      ? { name: "chain", ok: true }
      : { name: "chain", ok: false, message: "a deep reorganisation waits for the operator" },
  ];
}
