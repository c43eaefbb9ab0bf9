/** The rules of one chain, made once from its specification. */
import { type ChainSpec, stakeOf } from "#spec";
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
  const bonds = stakeOf(engine);
  const stake = bonds === null ? null : { engine: bonds, weights: createStakeWeights(bonds) };
  return { spec, transactions: createTransactionRules(spec), stake };
}
