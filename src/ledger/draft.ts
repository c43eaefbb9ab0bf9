/** Picks what goes into a block: tries each candidate on the state and takes everything back. */
import { type Fault, OperationError } from "#base";
import { type PreparedTransaction, TRANSACTION_FIXED_BYTES } from "#model";
import { bodyShareBytes, emptyBodyBytes } from "./block-limits.ts";
import { createExecution } from "./execution.ts";
import type { LedgerRules } from "./ledger-rules.ts";
import type { State } from "./state/state.ts";
import type { DraftBlock, DraftInput } from "./types.ts";

/**
 * The state ends as it began. What does not fit is neither taken nor skipped with a fault.
 * @throws OperationError `draft-refused` when the leader may not make a block
 */
export function draftBlock(rules: LedgerRules, state: State, input: DraftInput): DraftBlock {
  const execution = createExecution(rules, state, input.height);
  const transactions: PreparedTransaction[] = [];
  const skipped: { readonly id: PreparedTransaction["id"]; readonly fault: Fault }[] = [];
  const { maxBlockBytes, maxBlockTransactions } = rules.spec.limits;
  let sizeBytes = emptyBodyBytes(input.votes.length);
  try {
    execution.mature();
    const fault = execution.follow(input.orders, input.votes);
    if (fault !== null) throw new OperationError("draft-refused", `no block can be made: ${fault.code}`);
    for (const tx of input.candidates) {
      if (transactions.length >= maxBlockTransactions || sizeBytes + TRANSACTION_FIXED_BYTES > maxBlockBytes) break;
      if (sizeBytes + bodyShareBytes(tx) > maxBlockBytes) continue;
      const fault = execution.transact(tx);
      if (fault !== null) {
        skipped.push({ id: tx.id, fault });
        continue;
      }
      transactions.push(tx);
      sizeBytes += bodyShareBytes(tx);
    }
    execution.close(input.rewards);
    return { transactions, stateRoot: state.root(), feesAtoms: execution.feesAtoms(), skipped };
  } finally {
    state.rollback();
  }
}
