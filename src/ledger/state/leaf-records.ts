/**
 * Path and value of every leaf, 64 bytes each, side by side so that hashing a leaf costs one cache miss. The views are
 * replaced when the records grow: read them anew after anything that may add a leaf.
 */
export const RECORD_BYTES = 64;
export const RECORD_WORDS = 16;
const PATH_BYTES = 32;
const RECORD_LONGS = 8;
const VALUE_LONG = 4;
/** Where the value begins in a record, in 32-bit words. */
export const VALUE_WORD = 8;

export class LeafRecords {
  #longs: BigUint64Array;
  words: Int32Array;
  bytes: Uint8Array;

  /** @param capacity how many leaves there is room for */
  constructor(capacity: number) {
    this.#longs = new BigUint64Array(capacity * RECORD_LONGS);
    this.words = new Int32Array(this.#longs.buffer);
    this.bytes = new Uint8Array(this.#longs.buffer);
  }

  grow(capacity: number): void {
    const longs = new BigUint64Array(capacity * RECORD_LONGS);
    longs.set(this.#longs);
    this.#longs = longs;
    this.words = new Int32Array(longs.buffer);
    this.bytes = new Uint8Array(longs.buffer);
  }

  /** One of the value's four little-endian 64-bit words. */
  long(leaf: number, word: number): bigint {
    return this.#longs[leaf * RECORD_LONGS + VALUE_LONG + word]!;
  }

  setLong(leaf: number, word: number, value: bigint): void {
    this.#longs[leaf * RECORD_LONGS + VALUE_LONG + word] = value;
  }

  /** 32 bytes; shares memory. */
  value(leaf: number): Uint8Array {
    return this.bytes.subarray(leaf * RECORD_BYTES + PATH_BYTES, (leaf + 1) * RECORD_BYTES);
  }

  /** @param from where in `bytes` the value begins; zeros are written behind it */
  setValue(leaf: number, bytes: Uint8Array, from: number, length: number): void {
    const at = leaf * RECORD_BYTES + PATH_BYTES;
    for (let i = 0; i < PATH_BYTES; i++) this.bytes[at + i] = i < length ? bytes[from + i]! : 0;
  }

  /** The first 32 bits of the path, the most significant first. */
  pathHead(leaf: number): number {
    const { bytes } = this;
    const at = leaf * RECORD_BYTES;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  /** Bit `depth` of the path, the most significant of its first byte being bit 0 (rule STATE-4). */
  pathBit(leaf: number, depth: number): number {
    return (this.bytes[leaf * RECORD_BYTES + (depth >> 3)]! >> (7 - (depth & 7))) & 1;
  }
}

/** Bit `depth` of any path. */
export function pathBit(path: Uint8Array, depth: number): number {
  return (path[depth >> 3]! >> (7 - (depth & 7))) & 1;
}
