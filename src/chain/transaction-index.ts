/** Where a transaction stands, and which transactions touch an account: found without random-key writes. */
import { type Address, equalBytes, type TransactionId } from "#base";
import { decodeTransfer, KIND_TRANSFER, MAX_OUTPUTS, type PreparedTransaction } from "#model";
import { openSegmentIndex, type PackedKeys, type SegmentIndex, type Store, type Write } from "#storage";
import type { BlockStore } from "./block-store.ts";
import type { BlockEntry } from "./entry.ts";

const ID_BYTES = 32;
const ADDRESS_BYTES = 20;
/** An output as it lies in a transfer's payload (rule TX-5), its address first; read in place for each block. */
const OUTPUT_BYTES = 28;
/** Candidates looked at in one go when an account's history is read. */
const PAGE = 64;

export interface TransactionPlace {
  readonly block: BlockEntry;
  /** Position in the block's list. */
  readonly position: number;
}

type OnChain = (entry: BlockEntry) => boolean;

export class TransactionIndex {
  readonly #blocks: BlockStore;
  readonly #ids: SegmentIndex;
  readonly #accounts: SegmentIndex;

  constructor(store: Store, blocks: BlockStore) {
    this.#blocks = blocks;
    this.#ids = openSegmentIndex(store, { index: 0 });
    this.#accounts = openSegmentIndex(store, { index: 1 });
  }

  /** Gives the indexes the blocks that a crash kept from their segments. */
  async recover(endSeq: number): Promise<void> {
    await this.#ids.recover((first) => this.#keysFrom(first, endSeq, packIds));
    await this.#accounts.recover((first) => this.#keysFrom(first, endSeq, packAccounts));
  }

  /** Blocks in order of arrival, whether or not they are ever executed; lookups look at the chain. */
  add(seq: number, transactions: readonly PreparedTransaction[]): void {
    this.#ids.add(seq, packIds(transactions));
    this.#accounts.add(seq, packAccounts(transactions));
  }

  flushInto(batch: Write[]): void {
    this.#ids.flushInto(batch);
    this.#accounts.flushInto(batch);
  }

  async compact(): Promise<void> {
    await this.#ids.compact();
    await this.#accounts.compact();
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

  ofAccount(
    address: Address,
    page: { readonly before?: TransactionPlace; readonly limit: number },
    isOnChain: OnChain,
  ): readonly TransactionPlace[] {
    const places: TransactionPlace[] = [];
    let before = page.before && { seq: page.before.block.seq, position: page.before.position };
    for (;;) {
      const found = this.#accounts.find(address, before === undefined ? { limit: PAGE } : { before, limit: PAGE });
      for (const { seq, position } of found) {
        const block = this.#blocks.bySeq(seq);
        if (block === null || !isOnChain(block)) continue;
        const item = this.#blocks.transactions(block)[position];
        if (item !== undefined && touches(item, address)) places.push({ block, position });
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
