/** A node in memory, for the tests of the routes: real blocks and transactions on a real tree, without rules or disk. */
import {
  type Address,
  asAddress,
  asHash,
  type BlockId,
  blameNobody,
  equalBytes,
  err,
  type Fault,
  type Hash,
  ok,
  type Result,
  toHex,
} from "#base";
import { addressOf } from "#crypto";
import { createBus, type NodeEvents } from "#events";
import {
  computeBodyRoot,
  decodeTransaction,
  decodeTransfer,
  encodeBody,
  encodeHeader,
  type Header,
  KIND_RECORD,
  KIND_TRANSFER,
  type PreparedTransaction,
  sealHash,
  transactionId,
} from "#model";
import { builtInSpec, type ChainSpec, chainIdOf, devAccountAddress } from "#spec";
import type {
  BlockPoint,
  BlockRecord,
  ChainView,
  IncludedTransaction,
  NodeFacts,
  NodePorts,
  PendingView,
} from "./ports.ts";

const INITIAL_FACTS: NodeFacts = {
  peerId: "12D3KooWExample",
  agent: "agon/0.1.0",
  version: "0.1.0",
  startedMs: 1_000,
  peerCount: 1,
  syncing: false,
  readOnly: null,
  notices: [],
  mining: { enabled: false, hashRate: 0 },
  obstacle: null,
};

interface StoredBlock extends BlockRecord {
  readonly transactions: readonly PreparedTransaction[];
}

export interface InMemoryNode extends NodePorts {
  /** What `orders` was told, in words. */
  readonly told: string[];
  /** Puts a block on any block; the head does not move. */
  grow(parent: BlockId, transactions?: readonly PreparedTransaction[]): BlockId;
  /** Moves the head there, over any fork, with the event that this makes. */
  moveHead(to: BlockId): void;
  /** Grows the head's chain by empty blocks, one move each. */
  mineBlocks(count: number): void;
  forget(id: BlockId): void;
  setFacts(facts: Partial<NodeFacts>): void;
  setHealth(ok: boolean): void;
}

/** `forget` drops a block as pruning does; `grow` and `moveHead` are the only ways in. */
interface Tree {
  readonly stored: Map<string, StoredBlock>;
  readonly genesis: StoredBlock;
  canonical(): readonly StoredBlock[];
  head(): StoredBlock;
  /** Newest first. */
  included(): Iterable<IncludedTransaction>;
  grow(parent: BlockId, transactions: readonly PreparedTransaction[]): BlockId;
  moveHead(to: BlockId): { readonly reverted: readonly StoredBlock[]; readonly applied: readonly StoredBlock[] };
}

export function createInMemoryNode(): InMemoryNode {
  const spec = builtInSpec("dev");
  const chainId = chainIdOf(spec);
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  const tree = createTree(chainId, spec.genesis.timeMs);
  const waiting = new Map<string, PreparedTransaction>();
  const told: string[] = [];
  let healthy = true;
  let facts = INITIAL_FACTS;

  const node: InMemoryNode = {
    told,
    events,
    chain: viewChain(spec, chainId, tree),
    pending: viewPending(waiting),
    orders: {
      submit: async (transactions) =>
        transactions.map((bytes) => {
          const item = prepare(chainId, bytes);
          if (!item.ok) return item;
          waiting.set(toHex(item.value.id), item.value);
          events.emit("transaction-added", { item: item.value, relay: true });
          return ok(item.value.id);
        }),
      accept: async () => err(blameNobody("branch-unknown")),
      async mine(blocks) {
        const first = tree.canonical().length;
        node.mineBlocks(blocks);
        return tree
          .canonical()
          .slice(first)
          .map(({ id, header }): BlockPoint => ({ id, height: header.height }));
      },
      shutdown: () => void told.push("shutdown"),
    },
    work: { template: () => null, block: () => null, seal: async () => ({ kind: "unknown" }) },
    facts: () => facts,
    peers: () => ({ peerId: facts.peerId, addresses: [], peers: [], known: 0, bans: [] }),
    health: () => [{ name: "disk", ok: healthy, ...(!healthy && { message: "the disk is full" }) }],

    grow: (parent, transactions = []) => tree.grow(parent, transactions),
    moveHead(to) {
      const { reverted, applied } = tree.moveHead(to);
      for (const { id } of applied.flatMap(({ transactions }) => transactions)) waiting.delete(toHex(id));
      events.emit("head-changed", { reverted, applied });
    },
    mineBlocks(count) {
      for (let i = 0; i < count; i++) node.moveHead(tree.grow(tree.head().id, []));
    },
    forget: (id) => void tree.stored.delete(toHex(id)),
    setFacts(changed) {
      facts = { ...facts, ...changed };
    },
    setHealth(isWell) {
      healthy = isWell;
    },
  };
  return node;
}

function createTree(chainId: Hash, genesisMs: number): Tree {
  const stored = new Map<string, StoredBlock>();
  const add = (parent: StoredBlock | null, transactions: readonly PreparedTransaction[]): StoredBlock => {
    const header = headerOn(parent, transactions, genesisMs + 2_000 * stored.size);
    const body = encodeBody({ transactions: transactions.map(({ bytes }) => bytes), votes: [] });
    const id = sealHash(chainId, header);
    const weight = parent === null ? 0n : parent.weight + 16_384n;
    const sizeBytes = encodeHeader(header).length + body.length;
    const block = { id, header, sizeBytes, transactionCount: transactions.length, weight, transactions };
    stored.set(toHex(id), block);
    return block;
  };
  const genesis = add(null, []);
  let canonical: readonly StoredBlock[] = [genesis];
  return {
    stored,
    genesis,
    canonical: () => canonical,
    head: () => canonical.at(-1)!,
    *included() {
      for (const { header, id, transactions } of canonical.toReversed())
        for (const [index, item] of transactions.entries())
          yield { item, index, block: { height: header.height, id, timeMs: header.timeMs } };
    },
    grow: (parent, transactions) => add(stored.get(toHex(parent))!, transactions).id,
    moveHead(to) {
      const applied: StoredBlock[] = [];
      let at = stored.get(toHex(to))!;
      for (; canonical[at.header.height] !== at; at = stored.get(toHex(at.header.parent))!) applied.unshift(at);
      const kept = canonical.slice(0, at.header.height + 1);
      const reverted = canonical.slice(kept.length).reverse();
      canonical = [...kept, ...applied];
      return { reverted, applied };
    },
  };
}

function headerOn(parent: StoredBlock | null, transactions: readonly PreparedTransaction[], timeMs: number): Header {
  const ids = transactions.map(({ id }) => id);
  return {
    version: 1,
    height: parent === null ? 0 : parent.header.height + 1,
    parent: parent === null ? asHash(new Uint8Array(32)) : parent.id,
    timeMs,
    bodyRoot: computeBodyRoot(ids, []),
    stateRoot: asHash(new Uint8Array(32).fill(7)),
    proposer: parent === null ? asAddress(new Uint8Array(20)) : devAccountAddress(0),
    claim: Uint8Array.of(0xff, 0xff, 0x03, 0x1f),
    seal: new Uint8Array(28),
  };
}

function viewChain(spec: ChainSpec, chainId: Hash, tree: Tree): ChainView {
  const { stored, genesis, head } = tree;
  const rich = devAccountAddress(0);
  return {
    spec,
    chainId,
    genesisId: genesis.id,
    head,
    finalized: () => ({ height: 0, id: genesis.id }),
    supply: () => ({ issuedAtoms: 5_000n, burnedAtoms: 3n }),
    block: (id) => stored.get(toHex(id)) ?? null,
    blockAt: (height) => tree.canonical()[height] ?? null,
    money: () => ({ feesAtoms: 2n, credits: [{ to: rich, amountAtoms: 50n, reason: "block-reward" }] }),
    transactions: (id, offset, limit) => stored.get(toHex(id))!.transactions.slice(offset, offset + limit),
    work: () => ({ bits: 0x1f03ffff, target: 2n ** 242n, expectedHashes: 16_384n }),
    transaction: (id) => [...tree.included()].find(({ item }) => equalBytes(item.id, id)) ?? null,
    account: (address) => ({
      at: { height: head().header.height, id: head().id },
      account: equalBytes(address, rich) ? { nonce: 4, balanceAtoms: 10n ** 17n } : null,
      maturing: [{ atHeight: 9, amountAtoms: 50n }],
    }),
    history(address, cursor, limit) {
      if (cursor !== null && !/^\d+$/.test(cursor)) return null;
      const first = Number(cursor ?? 0);
      const all = [...tree.included()].filter(({ item }) => concerns(item, address));
      const end = first + limit;
      return { items: all.slice(first, end), nextCursor: end < all.length ? String(end) : null };
    },
    records(from, limit) {
      const isAfter = ({ block, index }: IncludedTransaction): boolean =>
        from !== null && (block.height > from.height || (block.height === from.height && index > from.position));
      const all = [...tree.included()].filter(({ item }) => item.transaction.kind === KIND_RECORD);
      all.sort((one, other) => other.block.height - one.block.height || other.index - one.index);
      return all.filter((included) => !isAfter(included)).slice(0, limit);
    },
    proof: (address) => ({
      key: address,
      path: asHash(new Uint8Array(32).fill(1)),
      value: new Uint8Array(16),
      siblings: [asHash(new Uint8Array(32).fill(2))],
      otherLeaf: null,
      block: head(),
    }),
    isSearched: true,
    stake: null,
  };
}

function viewPending(waiting: ReadonlyMap<string, PreparedTransaction>): PendingView {
  return {
    get count() {
      return waiting.size;
    },
    get sizeBytes() {
      return [...waiting.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    },
    minFeeRate: 10,
    get: (id) => waiting.get(toHex(id)) ?? null,
    entries: () => waiting.values(),
    ofSender: (address) => {
      const items = [...waiting.values()].filter(({ from }) => equalBytes(from, address));
      return { nextNonce: 4 + items.length, spendableAtoms: 77n, items };
    },
    dropped: (id) => (id[0] === 0xdd ? { reason: "replaced" } : null),
  };
}

function prepare(chainId: Hash, shared: Uint8Array): Result<PreparedTransaction, Fault> {
  const bytes = shared.slice();
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) return decoded;
  const { value: transaction } = decoded;
  return ok({ bytes, id: transactionId(chainId, bytes), from: addressOf(transaction.sender), transaction });
}

function concerns({ from, transaction }: PreparedTransaction, address: Address): boolean {
  if (equalBytes(from, address)) return true;
  if (transaction.kind !== KIND_TRANSFER) return false;
  const outputs = decodeTransfer(transaction.payload);
  return outputs.ok && outputs.value.some(({ to }) => equalBytes(to, address));
}
