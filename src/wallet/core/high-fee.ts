/** Fees that nobody can mean: a slip of the comma, coins taken for atoms, or a node that asks for too much. */

/** Up to so many times the least is a choice, to be in the next block of a busy chain; beyond it is a mistake. */
const HIGH_FEE_FACTOR = 100n;

/**
 * @param leastAtoms what the chain asks of a transaction of this size
 * @returns how many times that the fee is; null while it is not out of all proportion, or there is none
 */
export function highFeeTimes(feeAtoms: bigint, leastAtoms: bigint): bigint | null {
  return leastAtoms > 0n && feeAtoms > leastAtoms * HIGH_FEE_FACTOR ? feeAtoms / leastAtoms : null;
}
