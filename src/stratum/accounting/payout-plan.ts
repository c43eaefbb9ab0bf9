/** Whom a payout pays how much, and who bears what it costs (rules PAYOUT-1 to PAYOUT-4). Pure arithmetic. */
import { type Address, compareBytes } from "#base";
import { MAX_OUTPUTS, TRANSACTION_FIXED_BYTES } from "#model";

export interface Payee {
  readonly miner: number;
  readonly address: Address;
  readonly owedAtoms: bigint;
  /** Whether its address has an account; if not, paying it burns something, which it bears. */
  readonly hasAccount: boolean;
}

export interface PlannedOutput extends Payee {
  readonly amountAtoms: bigint;
  readonly feeAtoms: bigint;
  readonly burnAtoms: bigint;
}

export interface PayoutPlan {
  /** In the order of addresses. `owedAtoms` = amount + fee + burn, for each. */
  readonly outputs: readonly PlannedOutput[];
  readonly feeAtoms: bigint;
  readonly burnAtoms: bigint;
  /** What the transaction takes from the pool's balance: the sum of what was owed. */
  readonly costAtoms: bigint;
}

export interface PayoutCosts {
  readonly feePerByteAtoms: bigint;
  readonly newAccountBurnAtoms: bigint;
  readonly minOutputAtoms: bigint;
}

const OUTPUT_BYTES = 28;

/**
 * As many payees as one transaction and the balance carry, in the order given.
 * @returns null when there is nobody to pay
 */
export function planPayout(payees: readonly Payee[], balanceAtoms: bigint, costs: PayoutCosts): PayoutPlan | null {
  const chosen: Payee[] = [];
  let left = balanceAtoms;
  for (const payee of payees) {
    if (chosen.length === MAX_OUTPUTS) break;
    // Alone it would bear the whole fee; in company less.
    const most = feeFor(1, costs) + burnOf(payee, costs) + costs.minOutputAtoms;
    if (payee.owedAtoms > left || payee.owedAtoms < most || payee.owedAtoms >= 2n ** 63n) continue;
    chosen.push(payee);
    left -= payee.owedAtoms;
  }
  return chosen.length === 0 ? null : divideCosts(chosen, costs);
}

/** ⌊fee / n⌋ each; the first fee mod n, in the order of addresses, one atom more. */
function divideCosts(payees: readonly Payee[], costs: PayoutCosts): PayoutPlan {
  const count = BigInt(payees.length);
  const fee = feeFor(payees.length, costs);
  const outputs = payees
    .toSorted((a, b) => compareBytes(a.address, b.address))
    .map((payee, i): PlannedOutput => {
      const feeAtoms = fee / count + (BigInt(i) < fee % count ? 1n : 0n);
      const burnAtoms = burnOf(payee, costs);
      return { ...payee, feeAtoms, burnAtoms, amountAtoms: payee.owedAtoms - feeAtoms - burnAtoms };
    });
  return {
    outputs,
    feeAtoms: fee,
    burnAtoms: outputs.reduce((sum, { burnAtoms }) => sum + burnAtoms, 0n),
    costAtoms: outputs.reduce((sum, { owedAtoms }) => sum + owedAtoms, 0n),
  };
}

export function feeFor(outputs: number, { feePerByteAtoms }: PayoutCosts): bigint {
  return BigInt(TRANSACTION_FIXED_BYTES + outputs * OUTPUT_BYTES) * feePerByteAtoms;
}

function burnOf({ hasAccount }: Payee, { newAccountBurnAtoms }: PayoutCosts): bigint {
  return hasAccount ? 0n : newAccountBurnAtoms;
}
