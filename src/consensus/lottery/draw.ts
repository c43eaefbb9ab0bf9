/** The draw of one slot (rule STAKE-18): a number below the total weight, and whose interval it falls into. */
import { assertInvariant, concatBytes, type Hash, readUint, utf8 } from "#base";
import { sha256 } from "#crypto";
import { encodeU64 } from "./encode-u64.ts";

/** Total weights stay below, so that no weight is favoured by more than 2^−32 of its share. */
const MAX_TOTAL = 2n ** 96n;
const DRAWN_BYTES = 16;
const DRAW_TAG = utf8("agon/draw/v1");

/**
 * First 16 bytes, little-endian, of H('agon/draw/v1' ‖ chain id ‖ seed ‖ slot), modulo the total.
 * @param total above 0, below 2^96
 */
export function drawNumber(chainId: Hash, seed: Hash, slot: number, total: bigint): bigint {
  assertInvariant(total > 0n && total < MAX_TOTAL, "a draw needs a weight below 2^96");
  return readUint(sha256(concatBytes(DRAW_TAG, chainId, seed, encodeU64(slot))), 0, DRAWN_BYTES) % total;
}

/** Where the interval of each entry ends; it begins where that of the entry before ends. */
export function prefixSums(weights: Iterable<{ readonly weight: bigint }>): readonly bigint[] {
  const ends: bigint[] = [];
  let sum = 0n;
  for (const { weight } of weights) {
    sum += weight;
    ends.push(sum);
  }
  return ends;
}

/**
 * The entry whose half-open interval holds the number.
 * @param ends of `prefixSums`
 * @param drawn from 0 to the total − 1
 */
export function findDrawn(ends: readonly bigint[], drawn: bigint): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (drawn < ends[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
