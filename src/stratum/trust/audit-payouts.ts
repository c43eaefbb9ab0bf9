/** Whether what the pool says it paid is in the chain, and what it owes adds up (rule AUDIT-9). */
import { equalBytes, toHex } from "#base";
import type { AuditChain, AuditedAccount, AuditRequest, Finding } from "./audit-source.ts";

export async function auditPayouts(
  chain: AuditChain,
  request: AuditRequest,
  account: AuditedAccount,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { earnedAtoms, owedAtoms, payingAtoms, paidAtoms } = account;
  if (earnedAtoms !== owedAtoms + payingAtoms + paidAtoms) {
    const text = `of ${earnedAtoms} earned, ${owedAtoms} are owed, ${payingAtoms} on their way and ${paidAtoms} paid`;
    findings.push({ severity: "wrong", code: "balance-differs", text, evidence: {} });
  }
  let shown = 0n;
  for (const payout of account.payouts) {
    if (!payout.isConfirmed) continue;
    shown += payout.amountAtoms + payout.costAtoms;
    const outputs = await chain.transfer(payout.transaction);
    const evidence = { transaction: toHex(payout.transaction) };
    const got = (outputs ?? [])
      .filter(({ to }) => equalBytes(to, request.address))
      .reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n);
    if (outputs === null)
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
  return findings;
}
