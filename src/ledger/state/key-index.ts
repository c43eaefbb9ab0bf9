/**
 * From keys to dense ids: open addressing with linear probing and backward-shift deletion, so that no amount of inserts
 * and removes fills it with tombstones. Hashed by tabulation with a table drawn from a seed: whoever does not know the
 * seed cannot choose keys that collide.
 */
import { assertInvariant, seededRandom } from "#base";
import type { KeySlot } from "./key-slot.ts";
import { KEY_SLOT_BYTES, MAX_KEY_BYTES, tableByTag } from "./tables.ts";

const WORDS = KEY_SLOT_BYTES / 4;
const LABEL_BYTES = 32;

export class KeyIndex {
  readonly #tabulation: Int32Array;
  #bytes: Uint8Array;
  #words: Int32Array;
  /** id + 1, or 0. */
  #slots: Int32Array;
  #count = 0;

  /** @param capacity how many ids there are room for, a power of two */
  constructor(seed: number, capacity: number) {
    const random = seededRandom(seed).bytes(MAX_KEY_BYTES * 256 * 4);
    this.#tabulation = new Int32Array(random.buffer, 0, MAX_KEY_BYTES * 256);
    this.#bytes = new Uint8Array(capacity * KEY_SLOT_BYTES);
    this.#words = new Int32Array(this.#bytes.buffer);
    this.#slots = new Int32Array(capacity * 2);
  }

  get count(): number {
    return this.#count;
  }

  /** Makes room for ids below `capacity`, a power of two. */
  grow(capacity: number): void {
    const bytes = new Uint8Array(capacity * KEY_SLOT_BYTES);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer);
    const old = this.#slots;
    this.#slots = new Int32Array(capacity * 2);
    for (const held of old) if (held !== 0) this.#place(held - 1);
  }

  /** @returns the id, or −1 */
  find(key: KeySlot): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = this.#hash(key.bytes, 0) & mask; ; at = (at + 1) & mask) {
      const held = slots[at]!;
      if (held === 0) return -1;
      if (this.#isEqual(held - 1, key.words)) return held - 1;
    }
  }

  /**
   * @param id not in use
   * @returns false when the key is there already, under another id
   */
  add(id: number, key: KeySlot): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = this.#hash(key.bytes, 0) & mask;
    for (; slots[at] !== 0; at = (at + 1) & mask) if (this.#isEqual(slots[at]! - 1, key.words)) return false;
    for (let i = 0; i < WORDS; i++) this.#words[id * WORDS + i] = key.words[i]!;
    slots[at] = id + 1;
    this.#count++;
    return true;
  }

  remove(id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hole = this.#home(id);
    while (slots[hole] !== id + 1) {
      assertInvariant(slots[hole] !== 0, `id ${id} is not in the index`);
      hole = (hole + 1) & mask;
    }
    // What follows without a gap moves into the hole unless that lies before its home.
    for (let at = (hole + 1) & mask; slots[at] !== 0; at = (at + 1) & mask) {
      const home = this.#home(slots[at]! - 1);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[hole] = slots[at]!;
      hole = at;
    }
    slots[hole] = 0;
    this.#count--;
  }

  /** The tag and the key with its padding; shares memory and holds until the next growth. */
  keyOf(id: number): Uint8Array {
    return this.#bytes.subarray(id * KEY_SLOT_BYTES, (id + 1) * KEY_SLOT_BYTES);
  }

  tagOf(id: number): number {
    return this.#bytes[id * KEY_SLOT_BYTES]!;
  }

  /** What a path is the hash of: 64 bytes, the table's label and the key (rule STATE-3). */
  copyPathLine(id: number, out: Uint8Array, outAt: number): void {
    const at = id * KEY_SLOT_BYTES;
    const label = labelOf(this.#bytes[at]!);
    for (let i = 0; i < LABEL_BYTES; i++) out[outAt + i] = label[i]!;
    for (let i = 1; i < KEY_SLOT_BYTES; i++) out[outAt + LABEL_BYTES - 1 + i] = this.#bytes[at + i]!;
    out.fill(0, outAt + LABEL_BYTES - 1 + KEY_SLOT_BYTES, outAt + 2 * LABEL_BYTES);
  }

  copyKey(id: number, out: Int32Array, outAt: number): void {
    for (let i = 0; i < WORDS; i++) out[outAt + i] = this.#words[id * WORDS + i]!;
  }

  #place(id: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = this.#home(id);
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = id + 1;
  }

  #home(id: number): number {
    return this.#hash(this.#bytes, id * KEY_SLOT_BYTES) & (this.#slots.length - 1);
  }

  #hash(bytes: Uint8Array, at: number): number {
    const tabulation = this.#tabulation;
    let hash = 0;
    for (let i = 0; i < MAX_KEY_BYTES; i++) hash ^= tabulation[(i << 8) | bytes[at + i]!]!;
    return hash;
  }

  #isEqual(id: number, key: Int32Array): boolean {
    const words = this.#words;
    const at = id * WORDS;
    for (let i = WORDS - 1; i >= 0; i--) if (words[at + i] !== key[i]) return false;
    return true;
  }
}

function labelOf(tag: number): Uint8Array {
  const table = tableByTag(tag);
  assertInvariant(table !== null, `the index holds a key with tag ${tag}`);
  return table.label;
}
