export { creditsIn } from "./credits-in.ts";
export { createLedger, genesisRoot } from "./ledger.ts";
export { decodeChanges, encodeChanges } from "./state/changes.ts";
export { PAGE_LEAVES, type StatePage } from "./state/pages.ts";
export { checkProof, decodeProof, encodeProof, type ProofEnd, type StateProof } from "./state/proof.ts";
export { statePath } from "./state/state-path.ts";
export { maturingKey, type TableName } from "./state/tables.ts";
export type { SupplyCheck } from "./supply.ts";
export { createTransactionRules, type Effect, type TransactionRules } from "./transaction-rules.ts";
export type {
  Applied,
  BlockFault,
  BlockInput,
  DraftBlock,
  DraftInput,
  Ledger,
  LedgerOptions,
  LedgerStats,
  LedgerStorage,
  Maturing,
  StakeView,
  StateChanges,
  StateEntry,
  Unbonding,
  Validator,
} from "./types.ts";
