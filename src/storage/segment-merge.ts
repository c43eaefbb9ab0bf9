/** Merges neighbouring segments into one of the next level, a piece at a time, beside whatever else the node does. */
import type { SegmentKey } from "./keys.ts";
import { keys } from "./keys.ts";
import { put, type Store, type Write } from "./port.ts";
import { CHUNK_ENTRIES, putSegment, readChunk, type Segment } from "./segment.ts";
import { toBytes, WORDS } from "./segment-entry.ts";

/** So many segments of a level become one of the next. */
export const FAN_IN = 8;
/** A merged segment holds no more entries than this (64 MiB). */
export const MAX_SEGMENT_ENTRIES = 2 ** 22;
/** Chunks put together without a pause: 1 MiB, about 3 ms. */
const CHUNKS_PER_COMMIT = 64;

/**
 * @param segments live ones in order of their blocks
 * @returns neighbours of one level to merge: of a run of eight or more the oldest that fit together, at least two
 */
export function planMerge(segments: readonly Segment[], maxEntries: number): readonly Segment[] | null {
  for (let from = 0; from < segments.length; ) {
    const { level } = segments[from]!.key;
    let to = from;
    while (segments[to]?.key.level === level) to++;
    for (let first = from; to - from >= FAN_IN && first < to - 1; first++) {
      const picked = fitting(segments.slice(first, Math.min(to, first + FAN_IN)), maxEntries);
      if (picked.length >= 2) return picked;
    }
    from = to;
  }
  return null;
}

function fitting(segments: readonly Segment[], maxEntries: number): readonly Segment[] {
  let sum = 0;
  let fit = 0;
  for (; fit < segments.length; fit++) {
    sum += segments[fit]!.count;
    if (sum > maxEntries) break;
  }
  return segments.slice(0, fit);
}

/**
 * Writes the merged segment in many commits, not live until the last one. The merged-away are then dead but whole, since
 * readers may still be using them; their removal is the caller's.
 * @returns the merged segment, live in the store
 */
export async function mergeSegments(store: Store, inputs: readonly Segment[], key: SegmentKey): Promise<Segment> {
  const count = inputs.reduce((sum, input) => sum + input.count, 0);
  const span = { firstSeq: inputs[0]!.firstSeq, lastSeq: inputs.at(-1)!.lastSeq };
  const planned = { key, ...span, count };
  const fences = new Uint32Array(Math.ceil(count / CHUNK_ENTRIES) * WORDS);
  await store.commit([putSegment({ ...planned, live: false, fences: new Uint32Array(0) })]);

  let writes: Write[] = [];
  let made = 0;
  for (const chunk of mergedChunks(store, inputs, count)) {
    fences.set(chunk.subarray(0, WORDS), made * WORDS);
    writes.push(put(keys.segmentChunk(key.index, key.no, made++), toBytes(chunk)));
    if (writes.length < CHUNKS_PER_COMMIT) continue;
    await store.commit(writes);
    writes = [];
  }
  const merged = { ...planned, live: true, fences };
  writes.push(
    putSegment(merged),
    ...inputs.map((input) => putSegment({ ...input, live: false, fences: new Uint32Array(0) })),
  );
  await store.commit(writes);
  return merged;
}

/** Equal entries keep the order of their segments. */
function* mergedChunks(store: Store, inputs: readonly Segment[], count: number): Generator<Uint32Array> {
  const readers = inputs.filter((input) => input.count > 0).map((input) => reader(store, input));
  for (let left = count; left > 0; ) {
    const chunk = new Uint32Array(Math.min(left, CHUNK_ENTRIES) * WORDS);
    for (let at = 0; at < chunk.length; at += WORDS) {
      let least = 0;
      for (let i = 1; i < readers.length; i++) if (isLess(readers[i]!, readers[least]!)) least = i;
      const from = readers[least]!;
      chunk[at] = from.high;
      chunk[at + 1] = from.low;
      chunk[at + 2] = from.words[from.at + 2]!;
      chunk[at + 3] = from.words[from.at + 3]!;
      if (!advance(store, from)) readers.splice(least, 1);
    }
    left -= chunk.length / WORDS;
    yield chunk;
  }
}

/** Where a merge stands in one of its inputs; `high` and `low` are the words at `at`. */
interface Reader {
  readonly segment: Segment;
  chunk: number;
  words: Uint32Array;
  at: number;
  high: number;
  low: number;
}

function reader(store: Store, segment: Segment): Reader {
  const words = readChunk(store, segment, 0);
  return { segment, chunk: 0, words, at: 0, high: words[0]!, low: words[1]! };
}

/** Inputs are neighbours in time, so among equal keys the earlier input has the lower seq: ties go to it. */
function isLess(a: Reader, b: Reader): boolean {
  return a.high < b.high || (a.high === b.high && a.low < b.low);
}

function advance(store: Store, from: Reader): boolean {
  from.at += WORDS;
  if (from.at === from.words.length) {
    from.chunk++;
    if (from.chunk * CHUNK_ENTRIES >= from.segment.count) return false;
    from.words = readChunk(store, from.segment, from.chunk);
    from.at = 0;
  }
  from.high = from.words[from.at]!;
  from.low = from.words[from.at + 1]!;
  return true;
}
