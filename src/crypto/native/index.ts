export { type TransactionDigests, transactionDigests } from "./transaction-digests.ts";
export type { Verified } from "./transaction-verifier.ts";
export { createVerifyPool, type VerifyPool, type VerifyPoolOptions, type VerifyPoolParts } from "./verify-pool.ts";
