/** What a person typed into the bond form: read, checked against bond and balance, and said in words. */
import type { Account, ChainInfo, StakeRules, Validator } from "#api/contract";
import { TRANSACTION_FIXED_BYTES } from "#model";
import { formatCoins, highFeeTimes, parseCoins } from "#wallet/core";

const PAYLOAD_BYTES = { bond: 136, unbond: 8 } as const;

export type StakeOrderKind = keyof typeof PAYLOAD_BYTES;

export interface StakeDraft {
  readonly kind: StakeOrderKind;
  readonly amountAtoms: bigint;
  readonly feeAtoms: bigint;
  /** How many times the least fee that is, when it is out of all proportion. */
  readonly highFeeTimes: bigint | null;
  /** Bonded once this is in a block. */
  readonly bondedAfterAtoms: bigint;
}

export interface CheckedStakeDraft {
  /** In words; null while nothing is typed or all is well. */
  readonly problem: string | null;
  /** Null until everything is right. */
  readonly draft: StakeDraft | null;
}

export interface StakeDraftContext {
  readonly chain: ChainInfo;
  readonly rules: StakeRules;
  readonly owner: Account;
  /** Null when the owner has none. */
  readonly validator: Validator | null;
  /** Atoms a byte that the node takes now. */
  readonly poolRate: number;
}

export function checkStakeDraft(kind: StakeOrderKind, text: string, context: StakeDraftContext): CheckedStakeDraft {
  const typed = text.trim();
  if (typed === "") return { problem: null, draft: null };
  const amountAtoms = parseCoins(typed);
  if (amountAtoms === null) return wrong("Write an amount as 12 or 0.5, with at most eight decimals.");
  if (amountAtoms === 0n) return wrong("Nothing would change.");
  const feeAtoms = feeOf(kind, context);
  const spendable = BigInt(context.owner.pendingBalance);
  const takes = feeAtoms + (kind === "bond" ? amountAtoms : 0n);
  if (takes > spendable)
    return wrong(`With the fee this needs ${formatCoins(takes)}, but ${formatCoins(spendable)} can be spent.`);
  const bonded = BigInt(context.validator?.bonded ?? "0");
  if (kind === "unbond" && amountAtoms > bonded) return wrong(`Only ${formatCoins(bonded)} are bonded.`);
  const bondedAfterAtoms = kind === "bond" ? bonded + amountAtoms : bonded - amountAtoms;
  const least = BigInt(context.rules.minBond);
  if (bondedAfterAtoms !== 0n && bondedAfterAtoms < least)
    return wrong(
      kind === "bond"
        ? `A bond is at least ${formatCoins(least)}.`
        : `What stays must be nothing, or at least ${formatCoins(least)}.`,
    );
  const leastAtoms = BigInt(context.chain.minFeePerByte) * bytesOf(kind);
  return {
    problem: null,
    draft: { kind, amountAtoms, feeAtoms, bondedAfterAtoms, highFeeTimes: highFeeTimes(feeAtoms, leastAtoms) },
  };
}

function feeOf(kind: StakeOrderKind, { chain, poolRate }: StakeDraftContext): bigint {
  const perByte = BigInt(Math.ceil(Math.max(Number(chain.minFeePerByte), poolRate)));
  return perByte * bytesOf(kind);
}

function bytesOf(kind: StakeOrderKind): bigint {
  return BigInt(TRANSACTION_FIXED_BYTES + PAYLOAD_BYTES[kind]);
}

function wrong(problem: string): CheckedStakeDraft {
  return { problem, draft: null };
}
