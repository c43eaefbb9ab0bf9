import type { ChainSpec } from "#spec";

/** New money of one block: halves every `halvingBlocks` heights, rounding down (rule POW-11). */
export function subsidyAt(rewards: ChainSpec["rewards"], height: number): bigint {
  const { subsidyAtoms, halvingBlocks } = rewards;
  return halvingBlocks === 0 ? subsidyAtoms : subsidyAtoms >> BigInt(Math.floor(height / halvingBlocks));
}
