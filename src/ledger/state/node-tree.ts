/**
 * The compacted sparse binary Merkle tree over paths (rules STATE-5 and STATE-6), all of it in typed arrays: each node's
 * two child hashes lie side by side in 64 bytes, which is what is hashed. Slot 2n + b is side b of node n; slot 0, side 0
 * of a node 0 that does not exist, holds the root.
 */
import { assertInvariant } from "#base";
import { hashPairs } from "#crypto";
import { type LeafRecords, pathBit } from "./leaf-records.ts";

/** Of 64 bits: copying hashes by them takes two thirds of the time that it takes by 32. */
const HASH_WORDS = 4;
const LINE_WORDS = 8;
/** Lines hashed at once: 128 KiB of scratch stay in the second-level cache. */
const CHUNK = 2048;
const MAX_DEPTH = 256;
const FREE = -1;
const MARKED_LENGTH = 2048;
const MAX_MARKED_LENGTH = 2 ** 19;
/** Of a path, compared at once. */
const HEAD_BITS = 32;
/** 1 / ln 2 = 1.443 are expected, with paths that are as good as random. */
const NODES_PER_LEAF = 1.5;

export class NodeTree {
  /** Words of a slot's hash: zeros where the slot is empty. */
  #words: BigUint64Array;
  /** Of a slot: 0 empty, n > 0 node n, −(leaf + 1) a leaf. */
  #child: Int32Array;
  /** Of a node, two: the slot it hangs in (of a free node FREE), and the last batch that marked it. */
  #links: Int32Array;
  #depth: Uint8Array;
  #nodeEnd = 1;
  #free: number[] = [];
  /** Of a leaf. */
  #slotOf: Int32Array;
  readonly #records: LeafRecords;

  #batch = 1;
  /** Nodes to hash again, each with the slot it hangs in. */
  #marked = new Int32Array(MARKED_LENGTH);
  #markedCount = 0;
  readonly #perDepth = new Int32Array(MAX_DEPTH + 1);
  /** Where the next node of a depth goes while they are sorted. */
  readonly #nextOfDepth = new Int32Array(MAX_DEPTH + 1);
  /** Nodes whose lines changed other than through a leaf below them. */
  #changed: number[] = [];
  readonly #lines = new BigUint64Array(CHUNK * LINE_WORDS);
  readonly #hashes = new BigUint64Array(CHUNK * HASH_WORDS);
  readonly #lineBytes = new Uint8Array(this.#lines.buffer);
  readonly #hashBytes = new Uint8Array(this.#hashes.buffer);

  /** @param leafCapacity how many leaves there is room for */
  constructor(records: LeafRecords, leafCapacity: number) {
    this.#records = records;
    const nodes = Math.ceil(leafCapacity * NODES_PER_LEAF) + 2;
    this.#words = new BigUint64Array(nodes * LINE_WORDS);
    this.#child = new Int32Array(nodes * 2);
    this.#links = new Int32Array(nodes * 2);
    this.#depth = new Uint8Array(nodes);
    this.#slotOf = new Int32Array(leafCapacity);
  }

  get nodeCount(): number {
    return this.#nodeEnd - 1 - this.#free.length;
  }

  /** Bytes reserved; what was never written takes no memory. */
  get reservedBytes(): number {
    const arrays = [this.#words, this.#child, this.#links, this.#depth, this.#slotOf];
    return arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  growLeaves(capacity: number): void {
    this.#slotOf = grown(this.#slotOf, new Int32Array(capacity));
  }

  /** 32 bytes; zeros when there are no leaves. */
  rootBytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, 32).slice();
  }

  /**
   * Hangs leaves in, whose paths are set; their hashes must be written before the next {@link rehash}.
   * @param leaves best sorted by path: the way down then begins where the one before parts from it
   */
  place(leaves: Int32Array): void {
    const slots = new Int32Array(HEAD_BITS + 1);
    let known = 0;
    let headBefore = 0;
    for (const leaf of leaves) {
      const head = this.#records.pathHead(leaf);
      let depth = Math.min(known, Math.clz32(head ^ headBefore));
      let slot = slots[depth]!;
      for (let held = this.#child[slot]!; held > 0; held = this.#child[slot]!) {
        slot = 2 * held + this.#records.pathBit(leaf, depth++);
        if (depth <= HEAD_BITS) slots[depth] = slot;
      }
      known = Math.min(depth, HEAD_BITS);
      headBefore = head;
      const held = this.#child[slot]!;
      if (held === 0) this.#hang(slot, leaf);
      else this.#split(slot, depth, -held - 1, leaf);
    }
  }

  /** Takes a leaf out; a subtree that keeps one leaf becomes that leaf. */
  unplace(leaf: number): void {
    const slot = this.#slotOf[leaf]!;
    assertInvariant(this.#child[slot] === -(leaf + 1), `leaf ${leaf} is not where it should be`);
    this.#empty(slot);
    if (slot === 0) return;
    const other = this.#child[slot ^ 1]!;
    assertInvariant(other !== 0, "a node had one leaf only");
    if (other > 0) {
      this.#changed.push(slot >> 1);
      return;
    }
    let target = slot ^ 1;
    do {
      const node = target >> 1;
      target = this.#links[2 * node]!;
      this.#links[2 * node] = FREE;
      this.#free.push(node);
    } while (target !== 0 && this.#child[target ^ 1] === 0);
    this.#copyHash(slot ^ 1, target);
    this.#hang(target, -other - 1);
    if (target !== 0) this.#changed.push(target >> 1);
  }

  /** Writes the hash of a leaf and marks the nodes above it for {@link rehash}. */
  writeLeafHash(leaf: number, hashes: BigUint64Array, at: number): void {
    const slot = this.#slotOf[leaf]!;
    for (let i = 0; i < HASH_WORDS; i++) this.#words[slot * HASH_WORDS + i] = hashes[at + i]!;
    if (slot !== 0) this.#mark(slot >> 1);
  }

  /** Brings all marked nodes up to date, the deepest first, a level at a time. */
  rehash(): void {
    // A changed node may be free by now: then what freed it has noted a node above it.
    for (const node of this.#changed) if (this.#links[2 * node] !== FREE) this.#mark(node);
    this.#changed = [];
    const order = this.#sortByDepth();
    let end = this.#markedCount;
    for (let depth = MAX_DEPTH; depth >= 0; depth--) {
      const start = end - this.#perDepth[depth]!;
      for (let at = start; at < end; at += CHUNK) this.#rehashChunk(order, at, Math.min(at + CHUNK, end));
      end = start;
      this.#perDepth[depth] = 0;
    }
    this.#markedCount = 0;
    // What a load needed is not kept.
    if (this.#marked.length > MAX_MARKED_LENGTH) this.#marked = new Int32Array(MARKED_LENGTH);
    this.#batch++;
  }

  /**
   * Walks down a path.
   * @param path 32 bytes
   * @param onSibling gets the hash beside each step, the root's level first; shares memory
   * @returns the leaf at the end, or −1 when the end is empty
   */
  walk(path: Uint8Array, onSibling: (hash: Uint8Array) => void): number {
    let slot = 0;
    for (let depth = 0; ; depth++) {
      const held = this.#child[slot]!;
      if (held <= 0) return -held - 1;
      slot = 2 * held + pathBit(path, depth);
      onSibling(new Uint8Array(this.#words.buffer, (slot ^ 1) * 32, 32));
    }
  }

  #hang(slot: number, leaf: number): void {
    this.#child[slot] = -(leaf + 1);
    this.#slotOf[leaf] = slot;
  }

  #empty(slot: number): void {
    this.#child[slot] = 0;
    for (let i = slot * HASH_WORDS; i < (slot + 1) * HASH_WORDS; i++) this.#words[i] = 0n;
  }

  /** Puts nodes between two leaves that meet in a slot, down to where their paths part. */
  #split(from: number, fromDepth: number, old: number, leaf: number): void {
    let slot = from;
    for (let depth = fromDepth; ; depth++) {
      assertInvariant(depth < MAX_DEPTH, "two keys have the same path");
      const node = this.#allocate(slot, depth);
      const oldSide = this.#records.pathBit(old, depth);
      const side = this.#records.pathBit(leaf, depth);
      if (side !== oldSide) {
        this.#copyHash(from, 2 * node + oldSide);
        this.#hang(2 * node + oldSide, old);
        this.#hang(2 * node + side, leaf);
        return;
      }
      slot = 2 * node + side;
    }
  }

  #allocate(slot: number, depth: number): number {
    const reused = this.#free.pop();
    const node = reused ?? this.#nodeEnd++;
    if (node >= this.#depth.length) this.#growNodes();
    if (reused !== undefined) {
      this.#empty(2 * node);
      this.#empty(2 * node + 1);
    }
    this.#links[2 * node] = slot;
    this.#links[2 * node + 1] = 0;
    this.#depth[node] = depth;
    this.#child[slot] = node;
    return node;
  }

  #growNodes(): void {
    const nodes = this.#depth.length * 2;
    this.#words = grown(this.#words, new BigUint64Array(nodes * LINE_WORDS));
    this.#child = grown(this.#child, new Int32Array(nodes * 2));
    this.#links = grown(this.#links, new Int32Array(nodes * 2));
    this.#depth = grown(this.#depth, new Uint8Array(nodes));
  }

  #copyHash(from: number, to: number): void {
    for (let i = 0; i < HASH_WORDS; i++) this.#words[to * HASH_WORDS + i] = this.#words[from * HASH_WORDS + i]!;
  }

  /** Marks a node and those above it that this batch has not marked yet. */
  #mark(from: number): void {
    const links = this.#links;
    const batch = this.#batch;
    for (let node = from; node !== 0 && links[2 * node + 1] !== batch; ) {
      const slot = links[2 * node]!;
      links[2 * node + 1] = batch;
      if (this.#markedCount * 2 === this.#marked.length)
        this.#marked = grown(this.#marked, new Int32Array(this.#marked.length * 2));
      this.#marked[2 * this.#markedCount] = node;
      this.#marked[2 * this.#markedCount + 1] = slot;
      this.#markedCount++;
      this.#perDepth[this.#depth[node]!]!++;
      node = slot >> 1;
    }
  }

  /** The marked nodes with their slots, by rising depth. */
  #sortByDepth(): Int32Array {
    const marked = this.#marked;
    const order = new Int32Array(2 * this.#markedCount);
    const next = this.#nextOfDepth;
    next[0] = 0;
    for (let depth = 1; depth <= MAX_DEPTH; depth++) next[depth] = next[depth - 1]! + this.#perDepth[depth - 1]!;
    for (let i = 0; i < order.length; i += 2) {
      const to = 2 * next[this.#depth[marked[i]!]!]!++;
      order[to] = marked[i]!;
      order[to + 1] = marked[i + 1]!;
    }
    return order;
  }

  #rehashChunk(order: Int32Array, start: number, end: number): void {
    const words = this.#words;
    const lines = this.#lines;
    const hashes = this.#hashes;
    for (let i = start, to = 0; i < end; i++) {
      const from = order[2 * i]! * LINE_WORDS;
      for (let k = 0; k < LINE_WORDS; k++) lines[to++] = words[from + k]!;
    }
    const count = end - start;
    hashPairs(this.#lineBytes.subarray(0, count * 64), this.#hashBytes.subarray(0, count * 32));
    for (let i = start, from = 0; i < end; i++) {
      const to = order[2 * i + 1]! * HASH_WORDS;
      for (let k = 0; k < HASH_WORDS; k++) words[to + k] = hashes[from++]!;
    }
  }
}

function grown<A extends Int32Array | Uint8Array | BigUint64Array>(old: A, larger: A): A {
  (larger as { set(from: A): void }).set(old);
  return larger;
}
