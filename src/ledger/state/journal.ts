/** What the present batch touched, and how it was before: each key once. */
import type { KeyIndex } from "./key-index.ts";
import { type LeafRecords, RECORD_WORDS, VALUE_WORD } from "./leaf-records.ts";
import { KEY_SLOT_BYTES, VALUE_SLOT_BYTES } from "./tables.ts";

const KEY_WORDS = KEY_SLOT_BYTES / 4;
const VALUE_WORDS = VALUE_SLOT_BYTES / 8;
const GONE = -1;

export class Journal {
  #capacity = 256;
  #count = 0;
  /** The entry's leaf, or GONE. */
  #leaves = new Int32Array(this.#capacity);
  /** 1 when the key was there before the batch. */
  #had = new Uint8Array(this.#capacity);
  #keys = new Int32Array(this.#capacity * KEY_WORDS);
  #before = new BigUint64Array(this.#capacity * VALUE_WORDS);
  /** Entries whose leaf is gone, by a hash of their keys; most of them credits that matured. */
  readonly #removed = new Map<number, number[]>();

  get count(): number {
    return this.#count;
  }

  /** @returns the number of the new entry */
  add(leaf: number, had: boolean, keys: KeyIndex, records: LeafRecords): number {
    if (this.#count === this.#capacity) this.#grow();
    const entry = this.#count++;
    this.#leaves[entry] = leaf;
    this.#had[entry] = had ? 1 : 0;
    keys.copyKey(leaf, this.#keys, entry * KEY_WORDS);
    const from = leaf * RECORD_WORDS + VALUE_WORD;
    for (let i = 0; i < VALUE_WORDS; i++) this.#before[entry * VALUE_WORDS + i] = records.words[from + i]!;
    return entry;
  }

  /** @returns the leaf, or −1 when the batch removed it */
  leafOf(entry: number): number {
    return this.#leaves[entry]!;
  }

  had(entry: number): boolean {
    return this.#had[entry] === 1;
  }

  setGone(entry: number): void {
    this.#leaves[entry] = GONE;
    const hash = mix(this.#keys, entry * KEY_WORDS);
    const others = this.#removed.get(hash);
    if (others === undefined) this.#removed.set(hash, [entry]);
    else others.push(entry);
  }

  /** Gives a key that the batch removed its old entry back. @returns the entry, or −1 */
  revive(leaf: number, key: Int32Array): number {
    if (this.#removed.size === 0) return -1;
    const entries = this.#removed.get(mix(key, 0));
    if (entries === undefined) return -1;
    const at = entries.findIndex((entry) => key.every((word, i) => word === this.#keys[entry * KEY_WORDS + i]));
    if (at < 0) return -1;
    const [entry] = entries.splice(at, 1) as [number];
    this.#leaves[entry] = leaf;
    return entry;
  }

  keyWords(entry: number): Int32Array {
    return this.#keys.subarray(entry * KEY_WORDS, (entry + 1) * KEY_WORDS);
  }

  keyBytes(entry: number): Uint8Array {
    return new Uint8Array(this.#keys.buffer, entry * KEY_SLOT_BYTES, KEY_SLOT_BYTES);
  }

  beforeBytes(entry: number): Uint8Array {
    return new Uint8Array(this.#before.buffer, entry * VALUE_SLOT_BYTES, VALUE_SLOT_BYTES);
  }

  clear(): void {
    this.#count = 0;
    this.#removed.clear();
  }

  #grow(): void {
    this.#capacity *= 2;
    const { leaves, had, keys, before } = {
      leaves: this.#leaves,
      had: this.#had,
      keys: this.#keys,
      before: this.#before,
    };
    this.#leaves = new Int32Array(this.#capacity);
    this.#had = new Uint8Array(this.#capacity);
    this.#keys = new Int32Array(this.#capacity * KEY_WORDS);
    this.#before = new BigUint64Array(this.#capacity * VALUE_WORDS);
    this.#leaves.set(leaves);
    this.#had.set(had);
    this.#keys.set(keys);
    this.#before.set(before);
  }
}

/** Tells keys apart that count up; others are compared word by word anyway. */
function mix(words: Int32Array, at: number): number {
  let hash = 0;
  for (let i = 0; i < KEY_WORDS; i++) hash = Math.imul(hash, 31) + words[at + i]!;
  return hash | 0;
}
