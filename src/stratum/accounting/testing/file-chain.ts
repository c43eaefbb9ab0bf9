/** The chain of a test whose processes are killed. */
import { join } from "node:path";
import { createLedgerChain, type LedgerChain } from "./ledger-chain.ts";
import { CHAIN_ID, testSpec } from "./test-pool.ts";

export function openFileChain(dir: string): LedgerChain {
  return createLedgerChain({
    chainId: CHAIN_ID,
    maturityBlocks: testSpec.rewards.maturityBlocks,
    newAccountBurnAtoms: testSpec.fees.newAccountBurnAtoms,
    file: join(dir, "chain.jsonl"),
  });
}
