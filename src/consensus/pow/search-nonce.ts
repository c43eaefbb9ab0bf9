/** Plain search for a nonce on one thread: the oracle of faster kernels, and enough for small difficulties. */
import type { SearchJob } from "../engine.ts";

/** Of SHA-256 (FIPS 180-4). */
const ROUND_CONSTANTS = roundConstants();
const INITIAL = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);
/** The bit that ends a message. */
const PADDING = 0x80000000 | 0;

export type SearchWork = Pick<SearchJob, "preimage" | "nonceAt" | "target">;

/**
 * Tries `count` nonces from `from` on, wrapping at 2^32, and leaves the work as it is.
 * @returns the first nonce whose double SHA-256 does not exceed the target, or null
 */
export type NonceSearch = (work: SearchWork, range: { readonly from: number; readonly count: number }) => number | null;

/** What is the same for every nonce, as SHA-256 reads it. */
export function searchInput({ preimage, nonceAt, target }: SearchWork) {
  if (preimage.length !== 80 || nonceAt !== 76) throw new RangeError("the nonce lies at 76 of 80 bytes");
  const view = new DataView(preimage.buffer, preimage.byteOffset, 80);
  const words = new Int32Array(64);
  const midstate = INITIAL.slice();
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(4 * i, false);
  compress(midstate, words, midstate);
  const tail = Int32Array.of(view.getInt32(64, false), view.getInt32(68, false), view.getInt32(72, false));
  // The last word of the digest, byte-swapped, is the top of the hash as a number; only a hit is read in full.
  return { midstate, tail, topOfTarget: Number(target >> 224n) };
}

export const searchNonce: NonceSearch = (work, range) => {
  const { midstate, tail, topOfTarget } = searchInput(work);
  const state = new Int32Array(8);
  const words = new Int32Array(64);
  for (let i = 0; i < range.count; i++) {
    const nonce = (range.from + i) >>> 0;
    words.set(tail);
    words[3] = swap(nonce);
    words[4] = PADDING;
    words.fill(0, 5, 15);
    words[15] = 640;
    compress(midstate, words, state);
    words.set(state);
    words[8] = PADDING;
    words.fill(0, 9, 15);
    words[15] = 256;
    compress(INITIAL, words, state);
    if (swap(state[7]!) >>> 0 <= topOfTarget && numberOf(state) <= work.target) return nonce;
  }
  return null;
};

/** One block of SHA-256 (FIPS 180-4). `words` holds 16 words and room for the other 48; `out` may be `from`. */
function compress(from: Int32Array, words: Int32Array, out: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const x = words[t - 15]!;
    const y = words[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    words[t] = (words[t - 16]! + s0 + words[t - 7]! + s1) | 0;
  }
  let a = from[0]!;
  let b = from[1]!;
  let c = from[2]!;
  let d = from[3]!;
  let e = from[4]!;
  let f = from[5]!;
  let g = from[6]!;
  let h = from[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + ROUND_CONSTANTS[t]! + words[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  out[0] = (from[0]! + a) | 0;
  out[1] = (from[1]! + b) | 0;
  out[2] = (from[2]! + c) | 0;
  out[3] = (from[3]! + d) | 0;
  out[4] = (from[4]! + e) | 0;
  out[5] = (from[5]! + f) | 0;
  out[6] = (from[6]! + g) | 0;
  out[7] = (from[7]! + h) | 0;
}

function swap(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** The digest as a little-endian number. */
function numberOf(state: Int32Array): bigint {
  let value = 0n;
  for (let i = 7; i >= 0; i--) value = (value << 32n) | BigInt(swap(state[i]!) >>> 0);
  return value;
}

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes, by exact integer roots. */
function roundConstants(): Int32Array {
  const constants = new Int32Array(64);
  let found = 0;
  for (let n = 2n; found < 64; n++) {
    let isPrime = true;
    for (let d = 2n; d * d <= n; d++) if (n % d === 0n) isPrime = false;
    if (isPrime) constants[found++] = Number(BigInt.asIntN(32, cubeRoot(n << 96n)));
  }
  return constants;
}

/** Rounded down. */
function cubeRoot(value: bigint): bigint {
  let low = 0n;
  let high = 1n << 40n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** 3n <= value) low = middle;
    else high = middle;
  }
  return low;
}
