import { type Address, asAddress, type Hash, utf8 } from "#base";
import type { EpochTable } from "./epoch-table.ts";

/** Why a credit is given; the number is what stands in the state. */
export const CREDIT_REASONS = {
  "block-reward": 1,
  fees: 2,
  "voter-pool": 3,
  "vote-reward": 4,
  report: 5,
  unbonded: 6,
} as const;
export type CreditReason = keyof typeof CREDIT_REASONS;

/** Money that a block gives to an account; it matures before it can be spent. */
export interface Credit {
  readonly to: Address;
  readonly amountAtoms: bigint;
  readonly reason: CreditReason;
}

/** Stands for the voters of the epoch: what is credited to it with `voter-pool` is divided among them (rule STAKE-16). */
export const VOTER_POOL: Address = asAddress(utf8("agon/system/voters/1"));

/** What executing a block tells the engine about the next ones. Work needs none. */
export interface Outcome {
  /** Of the epoch after the one that this block begins. */
  readonly kind: "epoch-table";
  readonly hash: Hash;
  readonly table: EpochTable;
}
