/** Compact targets (rule POW-3). */

export function targetOf(compact: number): bigint {
  const exponent = BigInt(compact >>> 24);
  const mantissa = BigInt(compact & 0xffffff);
  return exponent >= 3n ? mantissa << (8n * (exponent - 3n)) : mantissa >> (8n * (3n - exponent));
}

/** @param target more than 0 */
export function compactOf(target: bigint): number {
  let exponent = Math.ceil(target.toString(16).length / 2);
  let mantissa = exponent > 3 ? target >> BigInt(8 * (exponent - 3)) : target << BigInt(8 * (3 - exponent));
  if (mantissa >= 0x800000n) {
    mantissa >>= 8n;
    exponent++;
  }
  return exponent * 2 ** 24 + Number(mantissa);
}

export function isCanonicalCompact(compact: number): boolean {
  const target = targetOf(compact);
  return target > 0n && target < 2n ** 256n && compactOf(target) === compact;
}
