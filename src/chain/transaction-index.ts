/** Where a transaction stands, which touch an account, and which are records: found without random-key writes. */
import { type Address, equalBytes, type TransactionId } from "#base";
import { decodeTransfer, KIND_RECORD, KIND_TRANSFER, MAX_OUTPUTS, type PreparedTransaction } from "#model";
import {
  type Candidate,
  type FindOptions,
  openSegmentIndex,
  type PackedKeys,
  type SegmentIndex,
  type SegmentIndexOptions,
  type Store,
  type Write,
} from "#storage";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";

const ID_BYTES = 32;
const ADDRESS_BYTES = 20;
/** The key of all records: the number of their kind. */
const RECORD_KEY = Uint8Array.of(KIND_RECORD, 0, 0, 0, 0, 0, 0, 0);
/** An output as it lies in a transfer's payload (rule TX-5), its address first; read in place for each block. */
const OUTPUT_BYTES = 28;
/** Candidates looked at in one go when an account's history is read. */
const PAGE = 64;

export interface TransactionPlace {
  readonly block: BlockEntry;
  /** Position in the block's list. */
  readonly position: number;
}

export interface PlacePage {
  /** Only what stands before it; its position may be beyond the end of its block. */
  readonly before?: TransactionPlace;
  readonly limit: number;
}

type Blocks = Pick<BlockStore, "bySeq" | "transactions">;
type OnChain = (entry: BlockEntry) => boolean;

export class TransactionIndex {
  readonly #store: Store;
  readonly #blocks: Blocks;
  readonly #ids: SegmentIndex;
  readonly #accounts: SegmentIndex;
  readonly #records: SegmentIndex;

  /** @param flush when entries in memory become a segment; default: the store's */
  constructor(store: Store, blocks: Blocks, flush: Pick<SegmentIndexOptions, "flushEntries"> = {}) {
    this.#store = store;
    this.#blocks = blocks;
    this.#ids = openSegmentIndex(store, { index: 0, ...flush });
    this.#accounts = openSegmentIndex(store, { index: 1, ...flush });
    this.#records = openSegmentIndex(store, { index: 2, ...flush });
  }

  /** Gives the indexes the blocks that a crash kept from their segments. */
  async recover(endSeq: number): Promise<void> {
    // Data from before there was this index: all blocks are read, once.
    const isNew = this.#records.nextSeq < this.#ids.nextSeq;
    await this.#ids.recover((first) => this.#keysFrom(first, endSeq, packIds));
    await this.#accounts.recover((first) => this.#keysFrom(first, endSeq, packAccounts));
    await this.#records.recover((first) => this.#keysFrom(first, endSeq, packRecords));
    if (!isNew) return;
    const batch: Write[] = [];
    this.#records.flushInto(batch, true);
    // A disk that is full now is no reason not to start: the next start reads the blocks again.
    await this.#store.commit(batch).catch(() => {});
  }

  /** Blocks in order of arrival, whether or not they are ever executed; lookups look at the chain. */
  add(seq: number, transactions: readonly PreparedTransaction[]): void {
    this.#ids.add(seq, packIds(transactions));
    this.#accounts.add(seq, packAccounts(transactions));
    this.#records.add(seq, packRecords(transactions));
  }

  flushInto(batch: Write[]): void {
    const before = batch.length;
    this.#ids.flushInto(batch);
    this.#accounts.flushInto(batch);
    // With the others: few as its entries may be, recovery would read all blocks since the last of its own.
    this.#records.flushInto(batch, batch.length > before);
  }

  async compact(): Promise<void> {
    await this.#ids.compact();
    await this.#accounts.compact();
    await this.#records.compact();
  }

  find(id: TransactionId, isOnChain: OnChain): TransactionPlace | null {
    for (const { seq, position } of this.#ids.find(id)) {
      const block = this.#blocks.bySeq(seq);
      if (block === null || !isOnChain(block)) continue;
      const item = this.#blocks.transactions(block)[position];
      if (item !== undefined && equalBytes(item.id, id)) return { block, position };
    }
    return null;
  }

  /** Newest first. */
  ofAccount(address: Address, page: PlacePage, isOnChain: OnChain): readonly TransactionPlace[] {
    const search = (options: FindOptions) => this.#accounts.find(address, options);
    return this.#places(search, page, isOnChain, (item) => touches(item, address));
  }

  /** Newest first. */
  records(page: PlacePage, isOnChain: OnChain): readonly TransactionPlace[] {
    return this.#places((options) => this.#records.find(RECORD_KEY, options), page, isOnChain, isRecord);
  }

  #places(
    search: (options: FindOptions) => readonly Candidate[],
    page: PlacePage,
    isOnChain: OnChain,
    isWanted: (item: PreparedTransaction) => boolean,
  ): readonly TransactionPlace[] {
    const places: TransactionPlace[] = [];
    let before: Candidate | undefined = page.before && {
      seq: page.before.block.seq,
      position: page.before.position,
    };
    for (;;) {
      const found = search(before === undefined ? { limit: PAGE } : { before, limit: PAGE });
      for (const { seq, position } of found) {
        const block = this.#blocks.bySeq(seq);
        if (block === null || !isOnChain(block)) continue;
        const item = this.#blocks.transactions(block)[position];
        if (item !== undefined && isWanted(item)) places.push({ block, position });
        if (places.length >= page.limit) return places;
      }
      if (found.length < PAGE) return places;
      before = found.at(-1)!;
    }
  }

  *#keysFrom(first: number, end: number, pack: (items: readonly PreparedTransaction[]) => PackedKeys) {
    for (let seq = first; seq < end; seq++) {
      const block = this.#blocks.bySeq(seq);
      if (block !== null) yield { seq, keys: pack(this.#blocks.transactions(block)) };
    }
  }
}

function packIds(transactions: readonly PreparedTransaction[]): PackedKeys {
  const bytes = new Uint8Array(transactions.length * ID_BYTES);
  transactions.forEach((item, i) => {
    bytes.set(item.id, i * ID_BYTES);
  });
  return { bytes, keyBytes: ID_BYTES };
}

/** The sender and each recipient; the payload was checked when the block was, or the block is never on the chain. */
function packAccounts(transactions: readonly PreparedTransaction[]): PackedKeys {
  let count = transactions.length;
  for (const item of transactions) count += outputCountOf(item);
  const bytes = new Uint8Array(count * ADDRESS_BYTES);
  const positions = new Uint32Array(count);
  let used = 0;
  const add = (source: Uint8Array, at: number, position: number): void => {
    const to = used * ADDRESS_BYTES;
    for (let i = 0; i < ADDRESS_BYTES; i++) bytes[to + i] = source[at + i]!;
    positions[used++] = position;
  };
  transactions.forEach((item, position) => {
    add(item.from, 0, position);
    const outputs = outputCountOf(item);
    for (let output = 0; output < outputs; output++) add(item.transaction.payload, output * OUTPUT_BYTES, position);
  });
  return { bytes, keyBytes: ADDRESS_BYTES, positions };
}

function packRecords(transactions: readonly PreparedTransaction[]): PackedKeys {
  const positions: number[] = [];
  for (const [position, item] of transactions.entries()) if (isRecord(item)) positions.push(position);
  const bytes = new Uint8Array(positions.length * RECORD_KEY.length);
  for (let i = 0; i < positions.length; i++) bytes.set(RECORD_KEY, i * RECORD_KEY.length);
  return { bytes, keyBytes: RECORD_KEY.length, positions };
}

function isRecord({ transaction }: PreparedTransaction): boolean {
  return transaction.kind === KIND_RECORD;
}

function outputCountOf({ transaction: { kind, payload } }: PreparedTransaction): number {
  const count = payload.length / OUTPUT_BYTES;
  return kind === KIND_TRANSFER && Number.isInteger(count) && count <= MAX_OUTPUTS ? count : 0;
}

function addressesOf({ from, transaction }: PreparedTransaction): readonly Address[] {
  if (transaction.kind !== KIND_TRANSFER) return [from];
  const outputs = decodeTransfer(transaction.payload);
  return outputs.ok ? [from, ...outputs.value.map((output) => output.to)] : [from];
}

function touches(item: PreparedTransaction, address: Address): boolean {
  return addressesOf(item).some((one) => equalBytes(one, address));
}
