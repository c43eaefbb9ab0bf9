/** A mempool over a memory store and a handful of accounts, for its tests. The chain is what the test says it is. */
import {
  type Address,
  asAddress,
  asHash,
  asKey,
  asSignature,
  createManualClock,
  equalBytes,
  type Fault,
  ok,
  type Result,
  silentLogger,
} from "#base";
import { addressOf, sha256 } from "#crypto";
import { type ChainBlock, createBus, type NodeEvents } from "#events";
import { type Account, decodeTransaction, encodeTransaction, encodeTransfer, type PreparedTransaction } from "#model";
import { createMemoryStore, type MemoryStore } from "#storage";
import { nameOf } from "../entry.ts";
import { createJournal } from "../journal.ts";
import { Mempool, type MempoolView } from "../mempool.ts";
import { DEFAULT_MEMPOOL_OPTIONS, type MempoolOptions } from "../options.ts";

export const CHAIN = asHash(new Uint8Array(32).fill(7));
/** Of a transfer with one output. */
export const SIZE_BYTES = 146;
export const MIN_FEE = 1_460n;

export interface Spending {
  readonly feeAtoms?: bigint;
  readonly amountAtoms?: bigint;
  /** Of the transaction; the payload stays that of a transfer. */
  readonly kind?: number;
}

/** A transfer that nobody signed: signatures are checked before the mempool. */
export function transfer(from: number, nonce: number, spending: Spending = {}) {
  const { feeAtoms = MIN_FEE, amountAtoms = 1_000n, kind = 1 } = spending;
  const payload = encodeTransfer([{ to: asAddress(new Uint8Array(20).fill(99)), amountAtoms }]);
  const sender = keyOf(from);
  const signature = asSignature(new Uint8Array(64));
  return prepare(encodeTransaction({ version: 1, kind, sender, nonce, feeAtoms, payload, signature }));
}

export function prepare(bytes: Uint8Array): PreparedTransaction {
  const decoded = decodeTransaction(bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return { bytes, id: sha256(bytes) as never, from: addressOf(decoded.value.sender), transaction: decoded.value };
}

export function accountOf(no: number): Address {
  return addressOf(keyOf(no));
}

function keyOf(no: number) {
  return asKey(new Uint8Array(32).fill(no));
}

export interface World {
  readonly clock: ReturnType<typeof createManualClock>;
  readonly store: MemoryStore;
  pool: Mempool;
  /** What was told: `+` added, `-` dropped with the reason, in order. */
  readonly told: string[];
  set(no: number, account: Account): void;
  account(no: number): Account;
  /** One transaction through `submit`: "ok" or the code. */
  submit(item: PreparedTransaction, relay?: boolean): Promise<string>;
  /** Puts transactions into a block: nonces and balances move, the mempool hears of it. */
  include(items: readonly PreparedTransaction[]): ChainBlock;
  /** The blocks leave the chain, others take their place; one move. */
  reorganise(reverted: readonly ChainBlock[], applied: readonly (readonly PreparedTransaction[])[]): ChainBlock[];
  /** The same store after kill -9, the same chain. @returns how many are pending again */
  restart(): number;
  /** What the state refuses besides nonces and balances, from now on. */
  refuse(refusal: (item: PreparedTransaction) => Fault | null): void;
}

export function createWorld(options: Partial<MempoolOptions> = {}): World {
  const clock = createManualClock(1_000_000);
  const accounts = new Map<string, Account>();
  const told: string[] = [];
  let refused: (item: PreparedTransaction) => Fault | null = () => null;
  const view: MempoolView = {
    minFeePerByteAtoms: 10n,
    account: (address) => accounts.get(nameOf(address)) ?? null,
    costAtoms: (item): Result<bigint, Fault> => ok(costOf(item)),
    refusal: (item) => refused(item),
  };
  let height = 0;
  let store = createMemoryStore();
  let events = createBus<NodeEvents>(() => {});
  const open = (): Mempool => {
    events = createBus<NodeEvents>((error) => {
      throw error;
    });
    const pool = new Mempool(
      { ...DEFAULT_MEMPOOL_OPTIONS, ...options },
      { view, journal: createJournal(store), events, clock, log: silentLogger },
    );
    events.on("transaction-added", ({ item, relay }) => told.push(`+${label(item)}${relay ? " relay" : ""}`));
    events.on("transaction-dropped", ({ reason, code }) => told.push(`-${code ?? reason}`));
    return pool;
  };
  const move = (item: PreparedTransaction, direction: 1 | -1): void => {
    const name = nameOf(item.from);
    const account = accounts.get(name)!;
    const balanceAtoms = account.balanceAtoms - BigInt(direction) * costOf(item);
    accounts.set(name, { ...account, nonce: item.transaction.nonce + (direction === 1 ? 1 : 0), balanceAtoms });
  };
  const blockOf = (items: readonly PreparedTransaction[]): ChainBlock => {
    for (const item of items) move(item, 1);
    height++;
    return { id: asHash(new Uint8Array(32)), header: { height } as ChainBlock["header"], transactions: items };
  };
  const world: World = {
    clock,
    get store() {
      return store;
    },
    pool: open(),
    told,
    set: (no, account) => void accounts.set(nameOf(accountOf(no)), account),
    account: (no) => accounts.get(nameOf(accountOf(no)))!,
    async submit(item, relay = true) {
      const [result] = await world.pool.submit([item], relay);
      return result!.ok ? "ok" : result!.error.code;
    },
    include(items) {
      const block = blockOf(items);
      events.emit("head-changed", { reverted: [], applied: [block] });
      return block;
    },
    reorganise(reverted, branch) {
      const newestFirst = reverted.toReversed();
      for (const block of newestFirst) for (const item of block.transactions.toReversed()) move(item, -1);
      height -= reverted.length;
      const applied = branch.map(blockOf);
      events.emit("head-changed", { reverted: newestFirst, applied });
      return applied;
    },
    refuse(refusal) {
      refused = refusal;
    },
    restart() {
      store = store.crash();
      world.pool = open();
      return world.pool.restore(prepare);
    },
  };
  return world;
}

function costOf({ transaction }: PreparedTransaction): bigint {
  const view = new DataView(transaction.payload.buffer, transaction.payload.byteOffset);
  return transaction.feeAtoms + view.getBigUint64(20, true);
}

/** sender:nonce */
function label(item: PreparedTransaction): string {
  for (let no = 0; no < 256; no++) if (equalBytes(accountOf(no), item.from)) return `${no}:${item.transaction.nonce}`;
  return "?";
}
