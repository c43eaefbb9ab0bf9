/** Dividing an amount by work to the last atom, by largest remainders (rule PAY-2). */
import { type Address, assertInvariant, compareBytes } from "#base";

/** The work that counts for one address; positive. */
export interface WorkShare {
  readonly address: Address;
  readonly work: bigint;
}

export interface Credit extends WorkShare {
  readonly amountAtoms: bigint;
}

/**
 * Everybody gets ⌊amount × work / total⌋; the atoms left go one each to the largest remainders, equal ones in the order
 * of addresses.
 * @param shares each address once
 * @returns in the order of addresses; the sum of amounts is `amountAtoms`, or no credits at all without shares
 */
export function splitByWork(amountAtoms: bigint, shares: readonly WorkShare[]): Credit[] {
  const total = totalWork(shares);
  if (total === 0n) return [];
  const parts = shares
    .toSorted((a, b) => compareBytes(a.address, b.address))
    .map((share) => ({
      share,
      whole: (amountAtoms * share.work) / total,
      remainder: (amountAtoms * share.work) % total,
      extra: 0n,
    }));
  const left = Number(amountAtoms - parts.reduce((sum, { whole }) => sum + whole, 0n));
  // A stable sort keeps the order of addresses among equal remainders.
  const byRemainder = parts.toSorted((a, b) => compareBigints(b.remainder, a.remainder));
  for (const part of byRemainder.slice(0, left)) part.extra = 1n;
  const credits = parts.map(({ share, whole, extra }) => ({ ...share, amountAtoms: whole + extra }));
  assertInvariant(sumOf(credits) === amountAtoms, "a split loses or makes atoms");
  return credits;
}

export function totalWork(shares: readonly WorkShare[]): bigint {
  return shares.reduce((sum, { work }) => sum + work, 0n);
}

export function sumOf(credits: readonly { readonly amountAtoms: bigint }[]): bigint {
  return credits.reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n);
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
