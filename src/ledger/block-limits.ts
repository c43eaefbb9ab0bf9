/** How much fits into a block (rule BLOCK-10). */
import { blameSender, type Fault } from "#base";
import type { PreparedTransaction } from "#model";
import type { ChainSpec } from "#spec";

const BODY_FIXED_BYTES = 8;
const TRANSACTION_OFFSET_BYTES = 4;
const VOTE_BYTES = 176;

/** Of a body without transactions. */
export function emptyBodyBytes(voteCount: number): number {
  return BODY_FIXED_BYTES + voteCount * VOTE_BYTES;
}

/** By how much a transaction lengthens the body. */
export function bodyShareBytes(tx: PreparedTransaction): number {
  return TRANSACTION_OFFSET_BYTES + tx.bytes.length;
}

export function checkBlockLimits(
  spec: ChainSpec,
  transactions: readonly PreparedTransaction[],
  voteCount: number,
): Fault | null {
  const { maxBlockTransactions, maxBlockBytes } = spec.limits;
  if (transactions.length > maxBlockTransactions)
    return blameSender("block-too-many-transactions", { count: transactions.length, max: maxBlockTransactions });
  const sizeBytes = transactions.reduce((sum, tx) => sum + bodyShareBytes(tx), emptyBodyBytes(voteCount));
  return sizeBytes > maxBlockBytes ? blameSender("block-too-large", { sizeBytes, maxBytes: maxBlockBytes }) : null;
}
