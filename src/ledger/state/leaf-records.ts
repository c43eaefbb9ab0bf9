/**
 * Path and value of every leaf, 64 bytes each, side by side so that hashing a leaf costs one cache miss. The views are
 * replaced when the records grow: read them anew after anything that may add a leaf.
 */
export const RECORD_BYTES = 64;
const PATH_BYTES = 32;
export const RECORD_WORDS = 8;
/** Where the value begins in a record, in 64-bit words. */
export const VALUE_WORD = 4;

export class LeafRecords {
  words: BigUint64Array;
  bytes: Uint8Array;

  /** @param capacity how many leaves there is room for */
  constructor(capacity: number) {
    this.words = new BigUint64Array(capacity * RECORD_WORDS);
    this.bytes = new Uint8Array(this.words.buffer);
  }

  grow(capacity: number): void {
    const words = new BigUint64Array(capacity * RECORD_WORDS);
    words.set(this.words);
    this.words = words;
    this.bytes = new Uint8Array(words.buffer);
  }

  /** One of the value's four little-endian 64-bit words. */
  word(leaf: number, word: number): bigint {
    return this.words[leaf * RECORD_WORDS + VALUE_WORD + word]!;
  }

  setWord(leaf: number, word: number, value: bigint): void {
    this.words[leaf * RECORD_WORDS + VALUE_WORD + word] = value;
  }

  /** 32 bytes; shares memory. */
  value(leaf: number): Uint8Array {
    return this.bytes.subarray(leaf * RECORD_BYTES + PATH_BYTES, (leaf + 1) * RECORD_BYTES);
  }

  clearValue(leaf: number): void {
    for (let word = 0; word < RECORD_WORDS - VALUE_WORD; word++) this.setWord(leaf, word, 0n);
  }

  /** @param from where in `bytes` the value begins; zeros are written behind it */
  setValue(leaf: number, bytes: Uint8Array, from: number, length: number): void {
    const at = leaf * RECORD_BYTES + PATH_BYTES;
    this.clearValue(leaf);
    for (let i = 0; i < length; i++) this.bytes[at + i] = bytes[from + i]!;
  }

  /** The first 32 bits of the path, the most significant first. */
  pathHead(leaf: number): number {
    const { bytes } = this;
    const at = leaf * RECORD_BYTES;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  /** Bit `depth` of the path, the most significant of its first byte being bit 0 (rule STATE-5). */
  pathBit(leaf: number, depth: number): number {
    return (this.bytes[leaf * RECORD_BYTES + (depth >> 3)]! >> (7 - (depth & 7))) & 1;
  }
}

/** Bit `depth` of any path. */
export function pathBit(path: Uint8Array, depth: number): number {
  return (path[depth >> 3]! >> (7 - (depth & 7))) & 1;
}
