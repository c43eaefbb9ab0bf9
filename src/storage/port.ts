/**
 * The key-value port that everything kept on disk goes through: one ordered map of byte keys, read synchronously,
 * changed by atomic batches. Two backends: LMDB, and memory for simulations.
 */
import { assertInvariant } from "#base";

/** Longest key a store takes; the table of keys stays far below. */
export const MAX_KEY_BYTES = 255;

/** One change: a new value under a key, or `null` to remove the key. */
export interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** Changes that happen together or not at all, in this order: of two writes to one key the last counts. */
export type WriteBatch = readonly Write[];

/** Keys from `gte` (included) to `lt` (excluded), in byte order. */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

export interface RangeQuery extends KeyRange {
  /** From the greatest key down. */
  readonly reverse?: boolean;
  /** At most this many entries. */
  readonly limit?: number;
}

/**
 * Codes of the OperationErrors thrown here: `disk-full` (no space, quota or file size limit), `disk-failed` (anything
 * else the disk said), `store-closed`.
 */
export interface Store {
  /** @returns the value, to be read only; it stays valid and unchanged for as long as it is held. Null if there is none. */
  get(key: Uint8Array): Uint8Array | null;
  has(key: Uint8Array): boolean;
  /** Entries of one moment, provided the caller does not await between two of them. Bytes as from `get`. */
  range(query: RangeQuery): IterableIterator<readonly [key: Uint8Array, value: Uint8Array]>;
  /**
   * Resolves when the batch is durable (survives kill -9 and loss of power) and visible to reads; before that, reads may
   * show the old values. Batches take effect in the order given; those that wait share a disk flush. The keys and values
   * must not be changed until then. A failure rejects the batch and all that were given after it until the rejection,
   * none of them visible: a later batch never outlives an earlier one. The store goes on; the caller may try again.
   * An empty batch resolves when the ones before it have.
   */
  commit(batch: WriteBatch): Promise<void>;
  /** Bytes the store takes on disk (memory: sum of keys and values). */
  sizeBytes(): number;
  /** Waits for what is under way; afterwards every call fails with `store-closed`. */
  close(): Promise<void>;
}

export function put(key: Uint8Array, value: Uint8Array): Write {
  return { key, value };
}

export function remove(key: Uint8Array): Write {
  return { key, value: null };
}

/** A wrong key is our own bug, found before it can fail a batch of others. */
export function assertBatch(batch: WriteBatch): void {
  for (const { key } of batch)
    assertInvariant(key.length > 0 && key.length <= MAX_KEY_BYTES, `a key of ${key.length} bytes was written`);
}
