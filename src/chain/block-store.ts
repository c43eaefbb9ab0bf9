/** Blocks by id, height and sequence number: recent ones in memory, all of them in the store. */
import { type BlockId, BoundedMap, InvariantError, toHex } from "#base";
import type { Engine } from "#consensus";
import { type Body, decodeBody, type PreparedTransaction } from "#model";
import { decodeSeq, keys, type Store } from "#storage";
import { type BlockEntry, decodeEntry } from "./entry.ts";
import type { PrepareKnown } from "./stored-transactions.ts";

/** More is in no key of the store, and in no chain; but whoever asks may name any height. */
const MAX_HEIGHT = 2 ** 48 - 1;
/** About a kilobyte each. */
const RECENT_ENTRIES = 8_192;

export interface BlockContent {
  readonly bodyBytes: Uint8Array;
  readonly transactions: readonly PreparedTransaction[];
}

export interface BlockStore {
  get(id: BlockId): BlockEntry | null;
  bySeq(seq: number): BlockEntry | null;
  /** Of the head's branch as committed. */
  atHeight(height: number): BlockEntry | null;
  /** Whether that branch leads through it; reads no entry. */
  isOnChain(entry: BlockEntry): boolean;
  body(entry: BlockEntry): Body;
  bodyBytes(entry: BlockEntry): Uint8Array;
  /** A stored body's transactions; signatures are not checked again. */
  transactions(entry: BlockEntry): readonly PreparedTransaction[];
  /** Makes an entry readable before it is committed. */
  remember(entry: BlockEntry, content?: BlockContent): void;
  forget(entry: BlockEntry): void;
  /** Called when what was given to `remember` is on disk and told. */
  settle(): void;
}

export function createBlockStore(store: Store, engine: Engine, prepare: PrepareKnown): BlockStore {
  const recent = new BoundedMap<string, BlockEntry>(RECENT_ENTRIES);
  const unsettledEntries = new Map<string, BlockEntry>();
  const unsettled = new Map<number, BlockContent>();

  const bySeq = (seq: number): BlockEntry | null => {
    const bytes = store.get(keys.header(seq));
    return bytes === null ? null : decodeEntry(engine, seq, bytes);
  };
  const get = (id: BlockId): BlockEntry | null => {
    const name = toHex(id);
    const known = unsettledEntries.get(name) ?? recent.get(name);
    if (known !== undefined) return known;
    const seq = store.get(keys.seqOf(id));
    const entry = seq === null ? null : bySeq(decodeSeq(seq));
    if (entry !== null) recent.set(name, entry);
    return entry;
  };
  const bodyBytes = (entry: BlockEntry): Uint8Array => {
    const bytes = unsettled.get(entry.seq)?.bodyBytes ?? store.get(keys.block(entry.seq));
    if (bytes === null) throw new InvariantError(`the body of block ${toHex(entry.id)} is missing`);
    return bytes;
  };
  const body = (entry: BlockEntry): Body => {
    const decoded = decodeBody(bodyBytes(entry));
    if (!decoded.ok) throw new InvariantError(`the body of block ${toHex(entry.id)} is damaged`);
    return decoded.value;
  };
  const seqAt = (height: number): number | null => {
    const seq = height > MAX_HEIGHT ? null : store.get(keys.canonical(height));
    return seq === null ? null : decodeSeq(seq);
  };
  return {
    get,
    bySeq,
    atHeight(height) {
      const seq = seqAt(height);
      const entry = seq === null ? null : bySeq(seq);
      return entry === null ? null : (get(entry.id) ?? entry);
    },
    isOnChain: (entry) => seqAt(entry.header.height) === entry.seq,
    body,
    bodyBytes,
    transactions: (entry) => unsettled.get(entry.seq)?.transactions ?? body(entry).transactions.map(prepare),
    remember(entry, content) {
      unsettledEntries.set(toHex(entry.id), entry);
      if (content !== undefined) unsettled.set(entry.seq, content);
    },
    forget(entry) {
      unsettledEntries.delete(toHex(entry.id));
      unsettled.delete(entry.seq);
      recent.delete(toHex(entry.id));
    },
    settle() {
      for (const [name, entry] of unsettledEntries) {
        recent.delete(name);
        recent.set(name, entry);
      }
      unsettledEntries.clear();
      unsettled.clear();
    },
  };
}
