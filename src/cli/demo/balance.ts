/** What an account must have, to the atom: what it was given and has spent, and what blocks have credited since. */
import type { Client } from "#api/contract";

export interface Earned {
  /** Height of the state that the balance is of. */
  readonly height: number;
  readonly balanceAtoms: bigint;
  /** Credits that can be spent at that height, by their reason. */
  readonly byReason: ReadonlyMap<string, bigint>;
}

/** @param fromHeight of a block before the first credit */
export async function readBalance(client: Client, address: string, fromHeight: number): Promise<Earned> {
  const { balance, block } = await client.account(address);
  const byReason = new Map<string, bigint>();
  for (let height = fromHeight; height <= block.height; height++) {
    const { credits } = await client.block(height);
    for (const { to, amount, reason, spendableAtHeight } of credits)
      if (to === address && spendableAtHeight !== null && spendableAtHeight <= block.height)
        byReason.set(reason, (byReason.get(reason) ?? 0n) + BigInt(amount));
  }
  return { height: block.height, balanceAtoms: BigInt(balance), byReason };
}

export function sumOf(byReason: ReadonlyMap<string, bigint>): bigint {
  return [...byReason.values()].reduce((sum, atoms) => sum + atoms, 0n);
}
