import type { Address } from "#base";

/** Why a credit is given; the number is what stands in the state. */
export const CREDIT_REASONS = { "block-reward": 1, fees: 2 } as const;
export type CreditReason = keyof typeof CREDIT_REASONS;

/** Money that a block gives to an account; it matures before it can be spent. */
export interface Credit {
  readonly to: Address;
  readonly amountAtoms: bigint;
  readonly reason: CreditReason;
}

/** What executing a block tells the engine about the next ones. Work needs none. */
export interface Outcome {
  readonly kind: "epoch-table" | "slashed" | "jailed";
  readonly hash: Uint8Array;
}
