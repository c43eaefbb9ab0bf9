/** A node in memory, for the tests of the routes: real blocks and transactions on a real tree, without rules or disk. */
import {
  type Address,
  asAddress,
  asHash,
  type BlockId,
  blameSender,
  err,
  type Fault,
  ok,
  type Result,
  type TransactionId,
  toHex,
} from "#base";
import { addressOf } from "#crypto";
import { type ChainBlock, createBus, type NodeEvents } from "#events";
import {
  computeBodyRoot,
  decodeTransaction,
  decodeTransfer,
  encodeBody,
  encodeHeader,
  type Header,
  KIND_TRANSFER,
  type PreparedTransaction,
  sealHash,
  transactionId,
} from "#model";
import { builtInSpec, chainIdOf, devAccountAddress } from "#spec";
import type { BlockPoint, BlockRecord, IncludedTransaction, NodePorts } from "./ports.ts";

interface StoredBlock extends BlockRecord {
  readonly transactions: readonly PreparedTransaction[];
}

export interface InMemoryNode extends NodePorts {
  readonly blocksById: ReadonlyMap<string, StoredBlock>;
  /** What `orders` was told, in words. */
  readonly told: string[];
  /** Puts a block on any block; the head does not move. */
  grow(parent: BlockId, transactions?: readonly PreparedTransaction[]): BlockId;
  /** Moves the head there, over any fork, with the event that this makes. */
  moveHead(to: BlockId): void;
  /** Grows the head's chain by empty blocks, one move each. */
  mineBlocks(count: number): void;
  forget(id: BlockId): void;
  setFacts(facts: Partial<ReturnType<NodePorts["facts"]>>): void;
  setHealth(ok: boolean): void;
}

export function createInMemoryNode(): InMemoryNode {
  const spec = builtInSpec("dev");
  const chainId = chainIdOf(spec);
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  const stored = new Map<string, StoredBlock>();
  const waiting = new Map<string, PreparedTransaction>();
  const told: string[] = [];
  let canonical: StoredBlock[] = [];
  let healthy = true;
  let facts: ReturnType<NodePorts["facts"]> = {
    peerId: "12D3KooWExample",
    agent: "agon/0.1.0",
    version: "0.1.0",
    startedMs: 1_000,
    peerCount: 1,
    syncing: false,
    readOnly: null,
    notices: [],
    mining: { enabled: false, hashRate: 0 },
  };

  const store = (header: Header, transactions: readonly PreparedTransaction[], weight: bigint): StoredBlock => {
    const sizeBytes =
      encodeHeader(header).length +
      encodeBody({ transactions: transactions.map(({ bytes }) => bytes), votes: [] }).length;
    const id = sealHash(chainId, header);
    const block = { id, header, sizeBytes, transactionCount: transactions.length, weight, transactions };
    stored.set(toHex(id), block);
    return block;
  };
  const headerOn = (parent: StoredBlock | null, transactions: readonly PreparedTransaction[]): Header => ({
    version: 1,
    height: parent === null ? 0 : parent.header.height + 1,
    parent: parent === null ? asHash(new Uint8Array(32)) : parent.id,
    timeMs: spec.genesis.timeMs + 2_000 * stored.size,
    bodyRoot: computeBodyRoot(
      transactions.map(({ id }) => id),
      [],
    ),
    stateRoot: asHash(new Uint8Array(32).fill(7)),
    proposer: parent === null ? asAddress(new Uint8Array(20)) : devAccountAddress(0),
    claim: Uint8Array.of(0xff, 0xff, 0x03, 0x1f),
    seal: new Uint8Array(28),
  });
  const genesis = store(headerOn(null, []), [], 0n);
  canonical = [genesis];

  const head = (): StoredBlock => canonical.at(-1)!;
  const asEvent = ({ id, header, transactions }: StoredBlock): ChainBlock => ({ id, header, transactions });
  const included = function* (): Iterable<IncludedTransaction> {
    for (const block of canonical.toReversed())
      for (const [index, item] of block.transactions.entries())
        yield { item, index, block: { height: block.header.height, id: block.id, timeMs: block.header.timeMs } };
  };
  const accept = (bytes: Uint8Array): Result<TransactionId, Fault> => {
    const decoded = decodeTransaction(bytes);
    if (!decoded.ok) return decoded;
    const id = transactionId(chainId, bytes);
    if (waiting.has(toHex(id))) return err(blameSender("tx-truncated"));
    const item = { bytes: bytes.slice(), id, from: addressOf(decoded.value.sender), transaction: decoded.value };
    waiting.set(toHex(id), item);
    events.emit("transaction-added", { item, relay: true });
    return ok(id);
  };

  const node: InMemoryNode = {
    blocksById: stored,
    told,
    events,
    chain: {
      spec,
      chainId,
      genesisId: genesis.id,
      head,
      finalized: () => ({ height: 0, id: genesis.id }),
      supply: () => ({ issuedAtoms: 5_000n, burnedAtoms: 3n }),
      block: (id) => stored.get(toHex(id)) ?? null,
      blockAt: (height) => canonical[height] ?? null,
      money: () => ({
        feesAtoms: 2n,
        credits: [{ to: devAccountAddress(0), amountAtoms: 50n, reason: "block-reward" }],
      }),
      transactions: (id, offset, limit) => stored.get(toHex(id))!.transactions.slice(offset, offset + limit),
      work: () => ({ bits: 0x1f03ffff, target: 2n ** 242n, expectedHashes: 16_384n }),
      transaction: (id) => [...included()].find(({ item }) => toHex(item.id) === toHex(id)) ?? null,
      account: (address) => ({
        at: { height: head().header.height, id: head().id },
        account: toHex(address) === toHex(devAccountAddress(0)) ? { nonce: 4, balanceAtoms: 10n ** 17n } : null,
        maturing: [{ atHeight: 9, amountAtoms: 50n }],
      }),
      history(address, cursor, limit) {
        if (cursor !== null && !/^\d+$/.test(cursor)) return null;
        const first = Number(cursor ?? 0);
        const all = [...included()].filter(({ item }) => concerns(item, address));
        const end = first + limit;
        return { items: all.slice(first, end), nextCursor: end < all.length ? String(end) : null };
      },
      proof: (address) => ({
        key: address,
        path: asHash(new Uint8Array(32).fill(1)),
        value: new Uint8Array(16),
        siblings: [asHash(new Uint8Array(32).fill(2))],
        otherLeaf: null,
        block: head(),
      }),
    },
    pending: {
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
        const items = [...waiting.values()].filter(({ from }) => toHex(from) === toHex(address));
        return { nextNonce: 4 + items.length, spendableAtoms: 77n, items };
      },
      dropped: (id) => (id[0] === 0xdd ? { reason: "replaced" } : null),
    },
    orders: {
      submit: async (transactions) => transactions.map(accept),
      async mine(blocks) {
        const first = canonical.length;
        node.mineBlocks(blocks);
        return canonical.slice(first).map(({ id, header }): BlockPoint => ({ id, height: header.height }));
      },
      shutdown: () => void told.push("shutdown"),
    },
    facts: () => facts,
    peers: () => ({ peerId: facts.peerId, addresses: [], peers: [], known: 0, bans: [] }),
    health: () => [{ name: "disk", ok: healthy, ...(!healthy && { message: "the disk is full" }) }],

    grow(parent, transactions = []) {
      const below = stored.get(toHex(parent))!;
      return store(headerOn(below, transactions), transactions, below.weight + 16_384n).id;
    },
    moveHead(to) {
      const branch: StoredBlock[] = [];
      for (
        let at = stored.get(toHex(to));
        at !== undefined && canonical[at.header.height] !== at;
        at = stored.get(toHex(at.header.parent))
      )
        branch.unshift(at);
      const forkHeight = branch.length === 0 ? stored.get(toHex(to))!.header.height : branch[0]!.header.height - 1;
      const reverted = canonical.slice(forkHeight + 1).reverse();
      canonical = [...canonical.slice(0, forkHeight + 1), ...branch];
      for (const { id } of branch.flatMap(({ transactions }) => transactions)) waiting.delete(toHex(id));
      events.emit("head-changed", { reverted: reverted.map(asEvent), applied: branch.map(asEvent) });
    },
    mineBlocks(count) {
      for (let i = 0; i < count; i++) node.moveHead(node.grow(head().id));
    },
    forget: (id) => void stored.delete(toHex(id)),
    setFacts(changed) {
      facts = { ...facts, ...changed };
    },
    setHealth(ok) {
      healthy = ok;
    },
  };
  return node;
}

function concerns({ from, transaction }: PreparedTransaction, address: Address): boolean {
  if (toHex(from) === toHex(address)) return true;
  if (transaction.kind !== KIND_TRANSFER) return false;
  const outputs = decodeTransfer(transaction.payload);
  return outputs.ok && outputs.value.some(({ to }) => toHex(to) === toHex(address));
}
