/**
 * Finds where things stand in blocks, by key: transaction id or account address -> (seq, position). Random-key writes
 * would cost more than all else a block does, so new entries stay in memory, become one sorted segment when there are
 * enough, and eight segments of a level are merged into one of the next. A segment is flushed within the caller's own
 * commit and says which blocks it covers; after a crash the caller gives the keys of the blocks after those again.
 */
import { assertInvariant } from "#base";
import { keys } from "./keys.ts";
import type { Store, Write } from "./port.ts";
import { createRecentEntries, type PackedKeys, type RecentEntries } from "./recent-entries.ts";
import { decodeSegment, findInSegment, removeSegment, type Segment, writeSegment } from "./segment.ts";
import { BEYOND, type Candidate, readWord } from "./segment-entry.ts";
import { MAX_SEGMENT_ENTRIES, mergeSegments, planMerge } from "./segment-merge.ts";

/** Blocks without many entries are flushed after so many, so that recovery never has to read more of them. */
const FLUSH_BLOCKS = 16_384;

export interface SegmentIndexOptions {
  /** Which index of the store this is, 0 … 255. */
  readonly index: number;
  /** Entries kept in memory before they become a segment. */
  readonly flushEntries?: number;
  readonly flushBlocks?: number;
  readonly maxSegmentEntries?: number;
}

export interface FindOptions {
  /** Only what stands before this place; `position` 0 leaves the whole block out. */
  readonly before?: Candidate;
  readonly limit?: number;
}

export interface SegmentIndex {
  /** The first block whose keys are not on disk: after opening, `add` is to be given this one and all after it. */
  readonly nextSeq: number;
  /** Blocks in order of seq, those without keys too. Giving one again replaces it and those after it. */
  add(seq: number, packed: PackedKeys): void;
  /** Newest first; at most `limit`. Those of blocks that were never committed may be among them. */
  find(key: Uint8Array, options?: FindOptions): Candidate[];
  /** When there is enough for a segment (or `always`), adds its writes to the caller's batch. A failed commit does no harm. */
  flushInto(batch: Write[], always?: boolean): void;
  /** Does one merge if one is due, in pieces of a few milliseconds. Resolves to whether there was one. To be called now and then. */
  compact(): Promise<boolean>;
  /** Adds what a crash left out of the segments, flushing on the way. `blocks` gives the blocks from a seq on. */
  recover(blocks: (firstSeq: number) => Iterable<{ readonly seq: number; readonly keys: PackedKeys }>): Promise<void>;
  stats(): { readonly recentEntries: number; readonly segments: number; readonly segmentEntries: number };
}

/** A generation that was given to a commit; until the store shows its segment, it is looked into here. */
interface Flushing {
  readonly no: number;
  readonly entries: RecentEntries;
}

export function openSegmentIndex(store: Store, options: SegmentIndexOptions): SegmentIndex {
  const { index, flushEntries = 65_536, flushBlocks = FLUSH_BLOCKS, maxSegmentEntries = MAX_SEGMENT_ENTRIES } = options;
  const stored = loadSegments(store, index);
  let segments: readonly Segment[] = stored.filter(({ live }) => live).sort((a, b) => a.firstSeq - b.firstSeq);
  let dead = stored.filter(({ live }) => !live);
  let nextNo = stored.reduce((next, { key }) => Math.max(next, key.no + 1), 0);
  let recent = createRecentEntries();
  let flushing: Flushing[] = [];
  let merging = false;

  /** Takes generations whose segments are in the store by now out of memory. */
  const settle = (): void => {
    flushing = flushing.filter(({ no, entries }) => {
      const bytes = store.get(keys.segment(index, 0, no));
      if (bytes === null) return entries.span !== null;
      segments = [...segments, decodeSegment({ index, level: 0, no }, bytes)];
      return false;
    });
  };
  const storedTo = (): number => segments.at(-1)?.lastSeq ?? -1;
  const isDue = (): boolean => {
    const { count, span } = recent;
    return count >= flushEntries || (span !== null && span.last - span.first >= flushBlocks);
  };

  const flushInto = (batch: Write[], always = false): void => {
    if (!isDue() && !always) return;
    settle();
    if (recent.span !== null) {
      flushing.push({ no: nextNo++, entries: recent });
      recent = createRecentEntries();
    }
    // Those before are given again: their commit failed, or is still under way and writes the same.
    for (const { no, entries } of flushing)
      if (entries.span !== null)
        for (const write of writeSegment({ index, level: 0, no }, entries.span, entries.sorted())) batch.push(write);
  };

  const add = (seq: number, packed: PackedKeys): void => {
    if (flushing.length > 0) settle();
    assertInvariant(seq > storedTo(), `block ${seq} was given to an index that has flushed up to ${storedTo()}`);
    for (const { entries } of [...flushing, { entries: recent }]) entries.truncate(seq);
    recent.add(seq, packed);
  };

  const clean = async (): Promise<void> => {
    while (dead.length > 0) {
      const [first, ...rest] = dead as [Segment, ...Segment[]];
      await store.commit(removeSegment(first));
      dead = rest;
    }
  };

  const compact = async (): Promise<boolean> => {
    if (merging) return false;
    merging = true;
    try {
      await clean();
      settle();
      const inputs = planMerge(segments, maxSegmentEntries);
      if (inputs === null) return false;
      const key = { index, level: inputs[0]!.key.level + 1, no: nextNo++ };
      const merged = await mergeSegments(store, inputs, key).catch((error: unknown) => {
        // Whatever was written of it is removed next time; the inputs are as they were.
        dead = [...dead, { ...inputs[0]!, key, live: false, count: inputs.reduce((sum, { count }) => sum + count, 0) }];
        throw error;
      });
      segments = segments.flatMap((segment) =>
        segment === inputs[0] ? [merged] : inputs.includes(segment) ? [] : [segment],
      );
      dead = [...inputs];
      await clean();
      return true;
    } finally {
      merging = false;
    }
  };

  return {
    get nextSeq() {
      settle();
      return storedTo() + 1;
    },
    add,
    find(key, { before = { seq: BEYOND, position: 0 }, limit = Number.POSITIVE_INFINITY } = {}) {
      if (flushing.length > 0) settle();
      const wanted = { high: readWord(key, 0), low: readWord(key, 4), ...before };
      const found: Candidate[] = [];
      recent.find(wanted, limit, found);
      for (const { entries } of flushing.toReversed()) entries.find(wanted, limit, found);
      for (let i = segments.length - 1; i >= 0 && found.length < limit; i--)
        if (segments[i]!.firstSeq <= before.seq) findInSegment(store, segments[i]!, wanted, limit, found);
      return found;
    },
    flushInto,
    compact,
    async recover(blocks) {
      settle();
      for (const { seq, keys: packed } of blocks(storedTo() + 1)) {
        add(seq, packed);
        if (!isDue()) continue;
        const batch: Write[] = [];
        flushInto(batch);
        await store.commit(batch);
      }
    },
    stats: () => ({
      recentEntries: flushing.reduce((sum, { entries }) => sum + entries.count, recent.count),
      segments: segments.length,
      segmentEntries: segments.reduce((sum, { count }) => sum + count, 0),
    }),
  };
}

function loadSegments(store: Store, index: number): Segment[] {
  const all: Segment[] = [];
  for (const [key, value] of store.range({ gte: keys.segment(index, 0, 0), lt: keys.segment.all.lt })) {
    const parsed = keys.segment.parse(key);
    if (parsed.index !== index) break;
    all.push(decodeSegment(parsed, value));
  }
  return all;
}
