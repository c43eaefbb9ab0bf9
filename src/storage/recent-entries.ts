/** The newest entries of a segment index, in memory: appended in order of seq, found through a hash table of chains. */
import { assertInvariant } from "#base";
import { addCandidate, type Candidate, readWord, type Wanted, WORDS } from "./segment-entry.ts";

/** An index of 20 bits beside a word of 32 is exact in a float, which is what sorting goes by. */
export const MAX_RECENT = 2 ** 20;
const SLOTS = 2 ** 16;

/** Keys one behind the other, each `keyBytes` long (at least 8, the first 8 count). */
export interface PackedKeys {
  readonly bytes: Uint8Array;
  readonly keyBytes: number;
  /** Where each stands in its block, ascending; without it the n-th key stands at n. */
  readonly positions?: ArrayLike<number>;
}

export interface RecentEntries {
  readonly count: number;
  /** First and last seq added; null before the first. */
  readonly span: { readonly first: number; readonly last: number } | null;
  add(seq: number, keys: PackedKeys): void;
  /** Forgets `seq` and what came after it. */
  truncate(seq: number): void;
  /** Appends to `found`, newest first, up to `limit` in all. */
  find(wanted: Wanted, limit: number, found: Candidate[]): void;
  /** A copy, sorted by key, then by seq and position. */
  sorted(): Uint32Array;
}

export function createRecentEntries(): RecentEntries {
  let words = new Uint32Array(1_024 * WORDS);
  let older = new Int32Array(1_024);
  /** Newest entry of each chain, −1 for none; `older` leads on from there. */
  const newest = new Int32Array(SLOTS).fill(-1);
  let count = 0;
  let span: { first: number; last: number } | null = null;

  const reserve = (total: number): void => {
    assertInvariant(total <= MAX_RECENT, `${total} entries were added to an index without a flush`);
    let capacity = older.length;
    while (capacity < total) capacity *= 2;
    if (capacity === older.length) return;
    const [oldWords, oldOlder] = [words, older];
    words = new Uint32Array(capacity * WORDS);
    words.set(oldWords);
    older = new Int32Array(capacity);
    older.set(oldOlder);
  };

  return {
    get count() {
      return count;
    },
    get span() {
      return span;
    },
    add(seq, { bytes, keyBytes, positions }) {
      const added = bytes.length / keyBytes;
      assertInvariant(keyBytes >= 8 && Number.isInteger(added), "keys for an index are not packed as they say");
      reserve(count + added);
      for (let i = 0, last = 0; i < added; i++) {
        const position = positions === undefined ? i : positions[i]!;
        assertInvariant(position >= last, "positions for an index do not ascend");
        last = position;
        const low = readWord(bytes, i * keyBytes + 4);
        const at = count * WORDS;
        words[at] = readWord(bytes, i * keyBytes);
        words[at + 1] = low;
        words[at + 2] = seq;
        words[at + 3] = position;
        older[count] = newest[low & (SLOTS - 1)]!;
        newest[low & (SLOTS - 1)] = count++;
      }
      span = { first: span?.first ?? seq, last: seq };
    },
    truncate(seq) {
      if (span === null || span.last < seq) return;
      // The last entry is always the newest of its chain.
      while (count > 0 && words[(count - 1) * WORDS + 2]! >= seq) {
        count--;
        newest[words[count * WORDS + 1]! & (SLOTS - 1)] = older[count]!;
      }
      span = span.first < seq ? { first: span.first, last: seq - 1 } : null;
    },
    find({ high, low, seq, position }, limit, found) {
      for (let i = newest[low & (SLOTS - 1)]!; i >= 0 && found.length < limit; i = older[i]!) {
        const at = i * WORDS;
        if (words[at] !== high || words[at + 1] !== low) continue;
        const entrySeq = words[at + 2]!;
        if (entrySeq < seq || (entrySeq === seq && words[at + 3]! < position))
          addCandidate(found, entrySeq, words[at + 3]!);
      }
    },
    sorted: () => sortEntries(words, count),
  };
}

/** Sorts (first word, index) pairs as floats, then puts the few right whose first words are equal; keeps the order of adding. */
function sortEntries(words: Uint32Array, count: number): Uint32Array {
  const order = new Float64Array(count);
  for (let i = 0; i < count; i++) order[i] = words[i * WORDS]! * MAX_RECENT + i;
  order.sort();
  const sorted = new Uint32Array(count * WORDS);
  for (let i = 0; i < count; i++) {
    const from = (order[i]! % MAX_RECENT) * WORDS;
    const high = words[from]!;
    const low = words[from + 1]!;
    let to = i * WORDS;
    for (; to > 0 && sorted[to - 4] === high && sorted[to - 3]! > low; to -= WORDS)
      sorted.copyWithin(to, to - WORDS, to);
    sorted[to] = high;
    sorted[to + 1] = low;
    sorted[to + 2] = words[from + 2]!;
    sorted[to + 3] = words[from + 3]!;
  }
  return sorted;
}
