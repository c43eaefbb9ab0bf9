/** An account as the state has it. Accounts are never deleted: the nonce is the guard against replay. */
export interface Account {
  /** What the next transaction of this account must carry. */
  readonly nonce: number;
  readonly balanceAtoms: bigint;
}

/** 1 coin = 10^8 atoms. */
export const ATOMS_PER_COIN = 100_000_000n;

/** Balances + maturing credits + what is bonded, unbonding and in the voter pool = issued − burned, at every block (rule STATE-9). */
export interface Supply {
  readonly issuedAtoms: bigint;
  readonly burnedAtoms: bigint;
}
