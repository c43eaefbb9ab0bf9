export type { Candidate, ImportResult } from "./candidate.ts";
export {
  type Chain,
  type ChainParts,
  type DraftResult,
  openChain,
  type Producer,
  type Signer,
  sealBlock,
  type UnsealedBlock,
} from "./chain.ts";
export type { BlockEntry, BlockStatus } from "./entry.ts";
export { createEpochTables } from "./epoch-tables.ts";
export { createLocator, findLocated, MAX_LOCATOR_IDS } from "./locator.ts";
export { CHAIN_SETTINGS, type ChainOptions, DEFAULT_CHAIN_OPTIONS } from "./options.ts";
export { readStoredChain, type StoredChain } from "./stored-chain.ts";
export { prepareKnownFor } from "./stored-transactions.ts";
export type { TransactionPlace } from "./transaction-index.ts";
export type { ChainLedger } from "./working-state.ts";
