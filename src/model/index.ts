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
export { CREDIT_REASONS, type Credit, type CreditReason, type Outcome } from "./credit.ts";
export { decodeHeader, encodeHeader, HEADER_VERSION, type Header, sealHash } from "./header.ts";
export * from "./limits.ts";
export { decodeParts, encodeParts } from "./offsets.ts";
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
  decodeTransaction,
  encodeTransaction,
  KIND_RECORD,
  KIND_TRANSFER,
  type PreparedTransaction,
  signingHash,
  TRANSACTION_VERSION,
  type Transaction,
  transactionId,
} from "./transaction.ts";
export type { Checkpoint, Vote } from "./vote.ts";
