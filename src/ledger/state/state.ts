/**
 * The key-value state and its root. Keys are interned as dense leaf ids; values lie in typed arrays and change in place;
 * what the present batch did is in a journal, so that it can be taken back exactly. The tree is brought up to date only
 * when the root is asked for.
 */
import { asHash, assertInvariant, type Hash, InvariantError } from "#base";
import { createChangesWriter, encodeChanges, readChanges, type StateChanges } from "./changes.ts";
import { Journal } from "./journal.ts";
import { KeyIndex } from "./key-index.ts";
import { createKeySlot, type KeySlot, setKey, setKeyAt } from "./key-slot.ts";
import { createLeafHasher } from "./leaf-hashes.ts";
import { LeafRecords, RECORD_BYTES } from "./leaf-records.ts";
import { NodeTree } from "./node-tree.ts";
import { PAGE_LEAVES, pageError, readPage, type StatePage, writePage } from "./pages.ts";
import { sortLeaves } from "./sort-leaves.ts";
import { KEY_SLOT_BYTES, TABLES, TAG, type Table, tableByTag, VALUE_SLOT_BYTES } from "./tables.ts";

/** A leaf that is not in the tree yet, and one that is; 0 is an unused id. */
const PENDING = 1;
const PLACED = 2;
/** Added to either when the leaf's hash is out of date. */
const STALE = 4;
const PLACED_AT_ONCE = 1024;
const STALE_LENGTH = 1024;
const MAX_STALE_LENGTH = 2 ** 18;

export interface StateOptions {
  /** Secret of this process: see KeyIndex. */
  readonly indexSeed: number;
  /** Leaves to have room for from the start. */
  readonly capacity: number;
}

export class State {
  readonly #hasher = createLeafHasher();
  readonly #journal = new Journal();
  readonly #slots = Object.values(TABLES).map(createKeySlot);
  /** Of any table: written with the tag. */
  readonly #anySlot = createKeySlot(TABLES.account);
  readonly #keys: KeyIndex;
  readonly #tree: NodeTree;
  #capacity: number;
  readonly #records: LeafRecords;
  #status: Uint8Array;
  /** Of a leaf: its entry in the journal + 1, or 0. */
  #entryOf: Int32Array;
  #pageDirty: Uint8Array;
  #end = 0;
  #free: number[] = [];
  #pending: number[] = [];
  #stale = new Int32Array(STALE_LENGTH);
  #staleCount = 0;
  /** Maturing credits alone are looked for otherwise than by key. */
  readonly #maturing = new Set<number>();
  /** Leaves of each table, by its tag. */
  readonly #counts = new Int32Array(Object.keys(TABLES).length + 1);

  constructor(options: StateOptions) {
    this.#capacity = powerOfTwo(options.capacity);
    this.#keys = new KeyIndex(options.indexSeed, this.#capacity);
    this.#records = new LeafRecords(this.#capacity);
    this.#tree = new NodeTree(this.#records, this.#capacity);
    this.#status = new Uint8Array(this.#capacity);
    this.#entryOf = new Int32Array(this.#capacity);
    this.#pageDirty = new Uint8Array(this.#capacity / PAGE_LEAVES);
  }

  get leafCount(): number {
    return this.#keys.count;
  }

  leafCountOf(table: Table): number {
    return this.#counts[table.tag]!;
  }

  get nodeCount(): number {
    return this.#tree.nodeCount;
  }

  get reservedBytes(): number {
    return this.#tree.reservedBytes + this.#capacity * (KEY_SLOT_BYTES + 8 + RECORD_BYTES + 1 + 4);
  }

  /** Leaf ids of the maturing credits, in no particular order. */
  get maturing(): ReadonlySet<number> {
    return this.#maturing;
  }

  /** @returns the leaf, or −1 */
  find(key: KeySlot): number {
    return this.#keys.find(key);
  }

  /** @param key not there yet. @returns the new leaf, all zeros */
  create(key: KeySlot): number {
    const leaf = this.#add(key);
    const revived = this.#journal.revive(leaf, key.words);
    const entry = revived >= 0 ? revived : this.#journal.add(leaf, false, this.#keys, this.#records);
    this.#entryOf[leaf] = entry + 1;
    return leaf;
  }

  remove(leaf: number): void {
    this.#touch(leaf);
    const entry = this.#entryOf[leaf]! - 1;
    this.#drop(leaf);
    this.#journal.setGone(entry);
  }

  /** One of the value's 64-bit words. */
  word(leaf: number, word: number): bigint {
    return this.#records.word(leaf, word);
  }

  setWord(leaf: number, word: number, value: bigint): void {
    this.#touch(leaf);
    this.#records.setWord(leaf, word, value);
  }

  setValue(leaf: number, value: Uint8Array): void {
    this.#touch(leaf);
    this.#records.setValue(leaf, value, 0, value.length);
  }

  /** With zeros behind it; shares memory and holds until the next change. */
  value(leaf: number): Uint8Array {
    return this.#records.value(leaf);
  }

  /** Tag and key, with zeros behind them; shares memory and holds until the next change. */
  key(leaf: number): Uint8Array {
    return this.#keys.keyOf(leaf);
  }

  /** Ends the batch. @returns what it changed */
  takeChanges(): StateChanges {
    const journal = this.#journal;
    const writer = createChangesWriter(journal.count);
    for (let entry = 0; entry < journal.count; entry++) {
      const leaf = journal.leafOf(entry);
      const before = journal.had(entry) ? journal.beforeBytes(entry) : null;
      const after = leaf < 0 ? null : this.value(leaf);
      if (leaf >= 0) this.#entryOf[leaf] = 0;
      if (before === null && after === null) continue;
      const key = journal.keyBytes(entry);
      writer.add(tableByTag(key[0]!)!, key.subarray(1), before, after);
    }
    journal.clear();
    return writer.finish();
  }

  /** Takes the present batch back. */
  rollback(): void {
    const journal = this.#journal;
    for (let entry = journal.count - 1; entry >= 0; entry--) {
      const leaf = journal.leafOf(entry);
      if (leaf >= 0) this.#entryOf[leaf] = 0;
      if (!journal.had(entry)) {
        if (leaf >= 0) this.#drop(leaf);
        continue;
      }
      if (leaf < 0) this.#anySlot.words.set(journal.keyWords(entry));
      const restored = leaf >= 0 ? leaf : this.#add(this.#anySlot);
      this.#markStale(restored);
      this.#records.setValue(restored, journal.beforeBytes(entry), 0, VALUE_SLOT_BYTES);
    }
    journal.clear();
  }

  /** Makes the changes of one block, forwards or backwards, without a journal. @throws InvariantError when they do not fit */
  move(changes: StateChanges, direction: "forwards" | "backwards"): void {
    assertInvariant(this.#journal.count === 0, "changes were made in the middle of a batch");
    for (const { key, before, after } of readChanges(encodeChanges(changes))) {
      const table = tableByTag(key[0]!)!;
      const slot = setKey(this.#slotOf(table), key.subarray(1));
      const leaf = this.#keys.find(slot);
      const [from, to] = direction === "forwards" ? [before, after] : [after, before];
      this.#assertValue(leaf, from);
      if (to === null) {
        this.#drop(leaf);
        continue;
      }
      const target = leaf < 0 ? this.#add(slot) : leaf;
      this.#markStale(target);
      this.#records.setValue(target, to, 0, to.length);
    }
  }

  /** Brings the tree up to date. */
  root(): Hash {
    this.#placePending();
    const stale = this.#takeStale();
    sortLeaves(stale, this.#records);
    this.#hasher.writeHashes(stale, this.#records, this.#tree);
    this.#tree.rehash();
    // What a load needed is not kept.
    if (this.#stale.length > MAX_STALE_LENGTH) this.#stale = new Int32Array(STALE_LENGTH);
    return asHash(this.#tree.rootBytes());
  }

  /** See NodeTree.walk; the root must have been asked for since the last change. */
  walk(path: Uint8Array, onSibling: (hash: Uint8Array) => void): number {
    return this.#tree.walk(path, onSibling);
  }

  *leaves(): Generator<number> {
    for (let leaf = 0; leaf < this.#end; leaf++) if (this.#status[leaf] !== 0) yield leaf;
  }

  /** Pages that changed since they were last taken; they count as saved from now on. */
  takeDirtyPages(): StatePage[] {
    const pages: StatePage[] = [];
    const leafAt = (id: number) =>
      id >= this.#end || this.#status[id] === 0 ? null : { key: this.key(id), value: this.value(id) };
    for (let no = 0; no * PAGE_LEAVES < this.#end; no++) {
      if (this.#pageDirty[no] === 0) continue;
      this.#pageDirty[no] = 0;
      pages.push(writePage(no, leafAt));
    }
    return pages;
  }

  markDirty(pages: Iterable<number>): void {
    for (const no of pages) this.#pageDirty[no] = 1;
  }

  /**
   * Fills a state that was just made and has room for all the pages.
   * @throws OperationError when the pages are damaged
   */
  load(pages: readonly StatePage[]): void {
    assertInvariant(this.#end === 0, "pages were loaded over a state");
    const end = pages.length * PAGE_LEAVES;
    assertInvariant(end <= this.#capacity, "there is no room for the pages");
    for (const page of pages) {
      if (page.no >= pages.length) throw pageError(page.no, "is one of too few");
      readPage(page, (id, table, bytes, at) => this.#loadLeaf(id, table, bytes, at));
    }
    this.#end = end;
    for (let id = end - 1; id >= 0; id--) if (this.#status[id] === 0) this.#free.push(id);
    this.#pageDirty.fill(0);
  }

  /** Hangs new leaves into the tree, with their hashes. */
  #placePending(): void {
    if (this.#pending.length === 0) return;
    const placed = new Int32Array(this.#pending.length);
    let count = 0;
    for (const leaf of this.#pending) {
      // Ids that were freed, or freed and used again, may stand in the list for nothing or twice.
      if ((this.#status[leaf]! & PENDING) === 0) continue;
      this.#status[leaf] = PLACED;
      placed[count++] = leaf;
    }
    this.#pending = [];
    const leaves = placed.subarray(0, count);
    this.#hasher.writePaths(leaves, this.#keys, this.#records);
    sortLeaves(leaves, this.#records);
    // By parts, so that a record is hashed while it is in the cache.
    for (let start = 0; start < count; start += PLACED_AT_ONCE) {
      const part = leaves.subarray(start, start + PLACED_AT_ONCE);
      this.#tree.place(part);
      this.#hasher.writeHashes(part, this.#records, this.#tree);
    }
  }

  /** The leaves whose hashes are out of date, each once, and none that was freed. */
  #takeStale(): Int32Array {
    let count = 0;
    for (let i = 0; i < this.#staleCount; i++) {
      const leaf = this.#stale[i]!;
      if ((this.#status[leaf]! & STALE) === 0) continue;
      this.#status[leaf]! &= ~STALE;
      this.#stale[count++] = leaf;
    }
    this.#staleCount = 0;
    return this.#stale.subarray(0, count);
  }

  #loadLeaf(id: number, table: Table, bytes: Uint8Array, at: number): void {
    const slot = setKeyAt(this.#slotOf(table), bytes, at);
    if (this.#status[id] !== 0 || !this.#install(id, slot))
      throw pageError(Math.floor(id / PAGE_LEAVES), "repeats a leaf");
    this.#records.setValue(id, bytes, at + table.keyBytes, table.valueBytes);
  }

  #slotOf(table: Table): KeySlot {
    return this.#slots[table.tag - 1]!;
  }

  #add(key: KeySlot): number {
    const leaf = this.#free.pop() ?? this.#end++;
    if (leaf >= this.#capacity) this.#grow();
    if (!this.#install(leaf, key)) {
      this.#free.push(leaf);
      throw new InvariantError("a state key was created twice");
    }
    return leaf;
  }

  /** @returns false when the key is there already */
  #install(leaf: number, key: KeySlot): boolean {
    if (!this.#keys.add(leaf, key)) return false;
    this.#status[leaf] = PENDING;
    this.#pending.push(leaf);
    this.#records.clearValue(leaf);
    this.#markStale(leaf);
    const tag = key.bytes[0]!;
    this.#counts[tag]!++;
    if (tag === TAG.maturing) this.#maturing.add(leaf);
    return true;
  }

  #drop(leaf: number): void {
    if ((this.#status[leaf]! & PLACED) !== 0) this.#tree.unplace(leaf);
    const tag = this.#keys.tagOf(leaf);
    this.#counts[tag]!--;
    if (tag === TAG.maturing) this.#maturing.delete(leaf);
    this.#keys.remove(leaf);
    this.#status[leaf] = 0;
    this.#entryOf[leaf] = 0;
    this.#pageDirty[leaf >> 6] = 1;
    this.#free.push(leaf);
  }

  /** Notes how a leaf was before the batch. */
  #touch(leaf: number): void {
    if (this.#entryOf[leaf] === 0) this.#entryOf[leaf] = this.#journal.add(leaf, true, this.#keys, this.#records) + 1;
    this.#markStale(leaf);
  }

  #markStale(leaf: number): void {
    this.#pageDirty[leaf >> 6] = 1;
    if ((this.#status[leaf]! & STALE) !== 0) return;
    this.#status[leaf]! |= STALE;
    if (this.#staleCount === this.#stale.length) {
      const longer = new Int32Array(this.#stale.length * 2);
      longer.set(this.#stale);
      this.#stale = longer;
    }
    this.#stale[this.#staleCount++] = leaf;
  }

  #assertValue(leaf: number, expected: Uint8Array | null): void {
    if (expected === null) {
      assertInvariant(leaf < 0, "changes do not fit the state: a key is there already");
      return;
    }
    assertInvariant(leaf >= 0, "changes do not fit the state: a key is missing");
    const value = this.#records.value(leaf);
    for (let i = 0; i < expected.length; i++)
      assertInvariant(value[i] === expected[i], "changes do not fit the state: a value differs");
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const { status, entryOf, pageDirty } = { status: this.#status, entryOf: this.#entryOf, pageDirty: this.#pageDirty };
    this.#status = new Uint8Array(capacity);
    this.#status.set(status);
    this.#entryOf = new Int32Array(capacity);
    this.#entryOf.set(entryOf);
    this.#pageDirty = new Uint8Array(capacity / PAGE_LEAVES);
    this.#pageDirty.set(pageDirty);
    this.#keys.grow(capacity);
    this.#records.grow(capacity);
    this.#tree.growLeaves(capacity);
    this.#capacity = capacity;
  }
}

/** At least a page. */
function powerOfTwo(atLeast: number): number {
  let power = PAGE_LEAVES;
  while (power < atLeast) power *= 2;
  return power;
}
