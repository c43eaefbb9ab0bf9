/** The rules of one chain, made once from its specification. */
import type { ChainSpec } from "#spec";
import type { StakeRules } from "./stake/stake-context.ts";
import { createStakeWeights } from "./stake/weights.ts";
import { createTransactionRules, type TransactionRules } from "./transaction-rules.ts";

export interface LedgerRules {
  readonly spec: ChainSpec;
  readonly transactions: TransactionRules;
  /** Null on a chain without bonds. */
  readonly stake: StakeRules | null;
}

export function createLedgerRules(spec: ChainSpec): LedgerRules {
  const { engine } = spec;
  const stake = engine.kind === "pos" ? { engine, weights: createStakeWeights(engine) } : null;
  return { spec, transactions: createTransactionRules(spec), stake };
}
