/**
 * An entry of a segment index: four 32-bit words {first 4 bytes of the key, next 4, seq, position}, the key's read
 * big-endian so that the order of words is the order of keys. Runs of entries are Uint32Arrays in the machine's order,
 * which is little-endian wherever Node runs.
 */

export const WORDS = 4;
/** Greater than any seq or position: both are below 2^32. */
export const BEYOND = 2 ** 32;

/** Where something with the wanted 8 bytes stands. The caller compares the whole key, and looks if the block counts. */
export interface Candidate {
  readonly seq: number;
  readonly position: number;
}

/** The wanted 8 bytes, and the place that results must lie before. */
export interface Wanted {
  readonly high: number;
  readonly low: number;
  readonly seq: number;
  readonly position: number;
}

export function readWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

export function toWords(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

export function toBytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** Once, though a key may have been added twice for one place. */
export function addCandidate(found: Candidate[], seq: number, position: number): void {
  const last = found.at(-1);
  if (last === undefined || last.seq !== seq || last.position !== position) found.push({ seq, position });
}

/** How many of the sorted entries come before the wanted place: the index of the first that does not. */
export function countBefore(sorted: Uint32Array, wanted: Wanted): number {
  let low = 0;
  let high = sorted.length / WORDS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(sorted, middle * WORDS, wanted)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(words: Uint32Array, at: number, { high, low, seq, position }: Wanted): boolean {
  if (words[at]! !== high) return words[at]! < high;
  if (words[at + 1]! !== low) return words[at + 1]! < low;
  if (words[at + 2]! !== seq) return words[at + 2]! < seq;
  return words[at + 3]! < position;
}
