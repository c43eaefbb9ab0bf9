import type { Credit } from "#model";
import type { StakeSpec } from "#spec";
import type { State } from "../state/state.ts";
import type { StakeState } from "./stake-state.ts";
import type { WeightSource } from "./weights.ts";

/** The rules of a chain with bonds, made once. */
export interface StakeRules {
  readonly engine: StakeSpec;
  readonly weights: WeightSource;
}

/** What the steps of one block work on. */
export interface StakeContext extends StakeRules {
  readonly height: number;
  readonly state: State;
  readonly stake: StakeState;
  /** Money that leaves bonds or the pool for an account; nothing when it is 0. */
  give(credit: Credit): void;
  burn(atoms: bigint): void;
}

export const MILLION = 1_000_000n;

/** Rounded down. */
export function partOf(atoms: bigint, ppm: number): bigint {
  return (atoms * BigInt(ppm)) / MILLION;
}
