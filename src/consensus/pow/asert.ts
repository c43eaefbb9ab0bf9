/** The difficulty rule aserti3-2d: an exponential in integers, anchored at one block (rule POW-7). */

/** Where the exponential is pinned. */
export interface AsertAnchor {
  readonly height: bigint;
  /** Of the anchor's parent, in seconds. */
  readonly parentTimeS: bigint;
  readonly target: bigint;
}

export interface AsertParams {
  readonly spacingS: bigint;
  readonly halfLifeS: bigint;
  /** No target lies above. */
  readonly limit: bigint;
}

const RADIX_BITS = 16n;

/**
 * Target for the block after the one at `height`: halves for each half-life that the chain is ahead of its schedule,
 * doubles for each that it is behind.
 * @param timeS of the block at `height`, seconds
 * @returns from 1 to `limit`, not yet rounded to the compact form
 */
export function computeAsertTarget(anchor: AsertAnchor, height: bigint, timeS: bigint, params: AsertParams): bigint {
  const { spacingS, halfLifeS, limit } = params;
  const behindS = timeS - anchor.parentTimeS - spacingS * (height - anchor.height + 1n);
  // BigInt division truncates towards zero, as the published rule wants; the shift below rounds down.
  const exponent = (behindS << RADIX_BITS) / halfLifeS;
  const shift = (exponent >> RADIX_BITS) - RADIX_BITS;
  const factor = fractionalPower(exponent & 0xffffn);
  // Even target 1 is above any limit then; without this, a header's time would choose how long a number we build.
  if (shift > 256n) return limit;
  const scaled = anchor.target * factor;
  const target = shift < 0n ? scaled >> -shift : scaled << shift;
  if (target < 1n) return 1n;
  return target > limit ? limit : target;
}

/** 2^(x / 65536) × 65536 for x below 65536, by the published cubic; off by less than 0.013 %. */
function fractionalPower(x: bigint): bigint {
  return 65_536n + ((195_766_423_245_049n * x + 971_821_376n * x ** 2n + 5_127n * x ** 3n + 2n ** 47n) >> 48n);
}
