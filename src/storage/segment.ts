/**
 * A sorted run of entries in the store: a description under `keys.segment`, and the entries in chunks that are found by
 * their first entries, so that a look-up reads one chunk of 16 KiB however large the segment is.
 */
import { OperationError } from "#base";
import { keys, type SegmentKey } from "./keys.ts";
import { put, remove, type Store, type Write } from "./port.ts";
import { addCandidate, type Candidate, countBefore, toBytes, toWords, type Wanted, WORDS } from "./segment-entry.ts";

/** Fills four pages of 4 KiB less the header of 24 bytes that LMDB puts before a large value. */
export const CHUNK_ENTRIES = 1_022;
const HEAD_WORDS = 4;

export interface Segment {
  readonly key: SegmentKey;
  /** False while it is being written, and when a merged one has taken its place: then its chunks are only to be removed. */
  readonly live: boolean;
  /** Blocks covered, whether or not they brought entries. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly count: number;
  /** The first entry of each chunk. */
  readonly fences: Uint32Array;
}

export function encodeSegment({ live, firstSeq, lastSeq, count, fences }: Segment): Uint8Array {
  const words = new Uint32Array(HEAD_WORDS + fences.length);
  words.set([live ? 1 : 0, firstSeq, lastSeq, count]);
  words.set(fences, HEAD_WORDS);
  return toBytes(words);
}

export function decodeSegment(key: SegmentKey, bytes: Uint8Array): Segment {
  const words = toWords(bytes);
  const [live, firstSeq, lastSeq, count] = words as unknown as [number, number, number, number];
  return { key, live: live === 1, firstSeq, lastSeq, count, fences: words.subarray(HEAD_WORDS) };
}

export function putSegment(segment: Segment): Write {
  const { index, level, no } = segment.key;
  return put(keys.segment(index, level, no), encodeSegment(segment));
}

/** Takes the segment and its chunks away; chunks that were never written do not matter. */
export function removeSegment({ key: { index, level, no }, count }: Segment): Write[] {
  const writes = [remove(keys.segment(index, level, no))];
  for (let chunk = 0; chunk * CHUNK_ENTRIES < count; chunk++) writes.push(remove(keys.segmentChunk(index, no, chunk)));
  return writes;
}

/** Splits sorted entries into chunks. */
export function writeSegment(
  key: SegmentKey,
  span: { readonly first: number; readonly last: number },
  sorted: Uint32Array,
): Write[] {
  const writes: Write[] = [];
  const fences: number[] = [];
  for (let at = 0; at < sorted.length; at += CHUNK_ENTRIES * WORDS) {
    const chunk = sorted.subarray(at, at + CHUNK_ENTRIES * WORDS);
    fences.push(...chunk.subarray(0, WORDS));
    writes.push(put(keys.segmentChunk(key.index, key.no, writes.length), toBytes(chunk)));
  }
  writes.push(
    putSegment({
      key,
      live: true,
      firstSeq: span.first,
      lastSeq: span.last,
      count: sorted.length / WORDS,
      fences: Uint32Array.from(fences),
    }),
  );
  return writes;
}

export function readChunk(store: Store, { key }: Segment, chunk: number): Uint32Array {
  const bytes = store.get(keys.segmentChunk(key.index, key.no, chunk));
  if (bytes === null)
    throw new OperationError("data-damaged", `chunk ${chunk} of index segment ${key.no} is missing: run agon fsck`);
  return toWords(bytes);
}

/** Appends to `found`, newest first, up to `limit` in all. */
export function findInSegment(store: Store, segment: Segment, wanted: Wanted, limit: number, found: Candidate[]): void {
  const { high, low } = wanted;
  const { fences } = segment;
  for (let chunk = countBefore(fences, wanted) - 1; chunk >= 0; chunk--) {
    const words = readChunk(store, segment, chunk);
    for (let at = (countBefore(words, wanted) - 1) * WORDS; at >= 0; at -= WORDS) {
      if (words[at] !== high || words[at + 1] !== low || found.length >= limit) return;
      addCandidate(found, words[at + 2]!, words[at + 3]!);
    }
    // The whole head of the chunk matched, so the run may begin in the chunk before.
  }
}
