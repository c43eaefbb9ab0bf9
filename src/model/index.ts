export { type Account, ATOMS_PER_COIN, type Supply } from "./account.ts";
export {
  type Block,
  type Body,
  computeBodyRoot,
  decodeBlock,
  decodeBody,
  EMPTY_BODY,
  encodeBlock,
  encodeBody,
} from "./block.ts";
export { CREDIT_REASONS, type Credit, type CreditReason, type Outcome, VOTER_POOL } from "./credit.ts";
export {
  createEpochTable,
  decodeEpochTable,
  type EpochTable,
  encodeEpochTable,
  epochTableHash,
  type TableEntry,
} from "./epoch-table.ts";
export { decodeEvidence, type Evidence, encodeEvidence } from "./evidence.ts";
export { decodeHeader, encodeHeader, HEADER_VERSION, type Header, sealHash } from "./header.ts";
export * from "./limits.ts";
export { decodeParts, encodeParts } from "./offsets.ts";
export type { BlockOrders, EpochStep } from "./orders.ts";
export {
  decodeRecord,
  decodeTransfer,
  encodeRecord,
  encodeTransfer,
  type MediaType,
  type Output,
  type RecordPayload,
} from "./payload.ts";
export {
  checkThresholdOrder,
  decodeThresholdOrder,
  encodeThresholdOrder,
  type SignedThresholdOrder,
  type ThresholdOrder,
  thresholdMessage,
  thresholdTakenMessage,
} from "./pool-threshold.ts";
export { decodeSignedSeal, encodeSignedSeal, type SignedSeal } from "./signed-seal.ts";
export {
  type BondPayload,
  bondProofMessage,
  decodeBond,
  decodeRenew,
  decodeUnbond,
  encodeBond,
  encodeRenew,
  encodeUnbond,
  type RenewPayload,
  type UnbondPayload,
} from "./stake-payload.ts";
export {
  decodeTransaction,
  encodeTransaction,
  KIND_BOND,
  KIND_EVIDENCE,
  KIND_RECORD,
  KIND_RENEW,
  KIND_TRANSFER,
  KIND_UNBOND,
  type PreparedTransaction,
  signingHash,
  TRANSACTION_VERSION,
  type Transaction,
  transactionId,
} from "./transaction.ts";
export { type Checkpoint, decodeVote, encodeVote, VOTE_BYTES, type Vote, voteMessage } from "./vote.ts";
