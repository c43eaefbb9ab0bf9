/** Targets and the 4 bytes that stand for them in headers (rule POW-3), Bitcoin's nBits. */

/** Hash values, exclusive upper bound. */
export const HASH_SPACE = 2n ** 256n;

/**
 * Only the one canonical form of a target: no sign bit, no mantissa that a smaller exponent could carry.
 * @param bits u32: exponent in the top byte, mantissa below
 * @returns the target, from 1 to 2^256 − 1, or null when the form is not canonical
 */
export function compactToTarget(bits: number): bigint | null {
  const exponent = bits >>> 24;
  const mantissa = bits & 0xffffff;
  const target =
    exponent <= 3 ? BigInt(mantissa >>> (8 * (3 - exponent))) : BigInt(mantissa) << BigInt(8 * (exponent - 3));
  if (target === 0n || target >= HASH_SPACE || targetToCompact(target) !== bits) return null;
  return target;
}

/**
 * Rounds down to 3 significant bytes.
 * @param target from 0 to 2^256 − 1
 */
export function targetToCompact(target: bigint): number {
  if (target < 0n || target >= HASH_SPACE) throw new RangeError(`target ${target}`);
  let exponent = Math.ceil(target.toString(16).length / 2);
  if (target === 0n) exponent = 0;
  let mantissa =
    exponent <= 3 ? Number(target << BigInt(8 * (3 - exponent))) : Number(target >> BigInt(8 * (exponent - 3)));
  // The top bit of the mantissa would be a sign.
  if (mantissa & 0x800000) {
    mantissa >>>= 8;
    exponent++;
  }
  return exponent * 2 ** 24 + mantissa;
}

/** Expected number of hashes until one does not exceed the target (rule POW-9). */
export function workOf(target: bigint): bigint {
  return HASH_SPACE / (target + 1n);
}
