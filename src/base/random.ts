/** Randomness as a collaborator. Nothing on a validity path may use it. */
export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in 0 … bound − 1. */
  below(bound: number): number;
}

/** The operating system's randomness, fit for keys. */
export function systemRandom(): Random {
  const bytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
  return { bytes, below: (bound) => pickBelow(bytes, bound) };
}

/** The same seed gives the same sequence (xoshiro128**); for simulations and tests, never for keys. */
export function seededRandom(seed: number): Random {
  let mix = seed >>> 0;
  const nextWord = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let word = mix;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (word ^ (word >>> 16)) >>> 0;
  };
  const state = [nextWord(), nextWord(), nextWord(), nextWord() | 1] as [number, number, number, number];
  const rotate = (word: number, by: number): number => ((word << by) | (word >>> (32 - by))) >>> 0;
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = (state[1] << 9) >>> 0;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3] >>> 0, 11);
    return result;
  };
  const bytes = (length: number): Uint8Array => {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i += 4) {
      const word = next();
      for (let k = 0; k < 4 && i + k < length; k++) out[i + k] = (word >>> (8 * k)) & 0xff;
    }
    return out;
  };
  return { bytes, below: (bound) => pickBelow(bytes, bound) };
}

/** Rejection sampling over 48 bits, so that no value is favoured. */
function pickBelow(bytes: (length: number) => Uint8Array, bound: number): number {
  if (!Number.isSafeInteger(bound) || bound < 1 || bound > 2 ** 47) throw new RangeError(`bound ${bound}`);
  const span = 2 ** 48;
  const limit = span - (span % bound);
  for (;;) {
    const raw = bytes(6);
    let value = 0;
    for (const byte of raw) value = value * 256 + byte;
    if (value < limit) return value % bound;
  }
}
