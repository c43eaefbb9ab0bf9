/**
 * Difficulty as miners are told it, and the exact target that it means (rules STRATUM-6 and STRATUM-7). Difficulty 1 is the
 * target 0xffff × 2^208; small chains need fractions of it.
 */
import { writeUint } from "#base";
import { workOf } from "#consensus";

export const DIFFICULTY_1_TARGET = 0xffffn << 208n;
/** Two hashes or so. */
export const LEAST_DIFFICULTY = 2 ** -31;
export const MOST_DIFFICULTY = 2 ** 128;
/** Significant bits of a difficulty: short in JSON, and the same target in a miner's floating point as here. */
const PRECISION_BITS = 5;

export interface ShareDifficulty {
  /** As sent to the miner. */
  readonly value: number;
  /** Greatest hash that is a share, read as rule POW-5 has it. */
  readonly target: bigint;
  /** Expected hashes until there is one. */
  readonly work: bigint;
  /** The target as 32 bytes, least significant first, as hashes are. */
  readonly limit: Uint8Array;
}

/**
 * The target is ⌊0xffff × 2^208 / value⌋, in integers: `value` is taken as the fraction that the double is.
 * @param value of the grid that `roundDifficulty` gives
 */
export function difficultyOf(value: number): ShareDifficulty {
  if (!(value >= LEAST_DIFFICULTY && value <= MOST_DIFFICULTY)) throw new RangeError(`difficulty ${value}`);
  let numerator = DIFFICULTY_1_TARGET;
  let divisor = value;
  // Doubling is exact in binary floating point.
  while (!Number.isInteger(divisor)) {
    divisor *= 2;
    numerator <<= 1n;
  }
  const target = numerator / BigInt(divisor);
  return { value, target, work: workOf(target), limit: limitOf(target) };
}

/** Down to 5 significant bits, within the bounds above. @param value above 0 */
export function roundDifficulty(value: number): number {
  const bounded = Math.min(Math.max(value, LEAST_DIFFICULTY), MOST_DIFFICULTY);
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, bounded);
  const spare = BigInt(52 - (PRECISION_BITS - 1));
  view.setBigUint64(0, (view.getBigUint64(0) >> spare) << spare);
  return view.getFloat64(0);
}

/** The greatest difficulty of the grid at which every hash up to `target` is a share. @param target at least 1 */
export function greatestDifficultyFor(target: bigint): number {
  const scale = 128;
  const ratio = (DIFFICULTY_1_TARGET << BigInt(scale)) / target;
  const shift = Math.max(0, ratio.toString(2).length - PRECISION_BITS);
  return roundDifficulty(Number(ratio >> BigInt(shift)) * 2 ** (shift - scale));
}

/** A target as hashes are compared with it: 32 bytes, least significant first. */
export function limitOf(target: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  writeUint(bytes, 0, 32, target);
  return bytes;
}

/** Whether a hash does not exceed a limit, both 32 bytes, least significant first. */
export function withinLimit(hash: Uint8Array, limit: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) if (hash[i] !== limit[i]) return hash[i]! < limit[i]!;
  return true;
}
