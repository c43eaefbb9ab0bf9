/** Whether what the pool says it paid is in the chain, and what it owes adds up (rule AUDIT-9). */
import { equalBytes, toHex } from "#base";
import type { AuditChain, AuditedAccount, AuditRequest, Finding } from "./audit-source.ts";

export interface AuditedPayouts {
  readonly findings: readonly Finding[];
  /** Of those that are in the chain, by their transaction in hex. */
  readonly heights: ReadonlyMap<string, number>;
}

export async function auditPayouts(
  chain: AuditChain,
  request: AuditRequest,
  account: AuditedAccount,
): Promise<AuditedPayouts> {
  const findings: Finding[] = [];
  const heights = new Map<string, number>();
  const { earnedAtoms, owedAtoms, payingAtoms, paidAtoms } = account;
  if (earnedAtoms !== owedAtoms + payingAtoms + paidAtoms) {
    const text = `of ${earnedAtoms} earned, ${owedAtoms} are owed, ${payingAtoms} on their way and ${paidAtoms} paid`;
    findings.push({ severity: "wrong", code: "balance-differs", text, evidence: {} });
  }
  let shown = 0n;
  for (const payout of account.payouts) {
    const transaction = toHex(payout.transaction);
    const found = await chain.transfer(payout.transaction);
    if (found !== null) heights.set(transaction, found.height);
    if (!payout.isConfirmed) continue;
    shown += payout.amountAtoms + payout.costAtoms;
    const evidence = { transaction };
    const got = (found?.outputs ?? [])
      .filter(({ to }) => equalBytes(to, request.address))
      .reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n);
    if (found === null)
      findings.push({ severity: "wrong", code: "payout-missing", text: "a payout is not in the chain", evidence });
    else if (got !== payout.amountAtoms) {
      const text = `the chain shows ${got} atoms, the pool says ${payout.amountAtoms}`;
      findings.push({ severity: "wrong", code: "payout-differs", text, evidence });
    }
  }
  if (shown !== paidAtoms) {
    const text = `payouts of ${shown} atoms are shown, ${paidAtoms} are said to be paid`;
    findings.push({ severity: "wrong", code: "balance-differs", text, evidence: {} });
  }
  return { findings, heights };
}
