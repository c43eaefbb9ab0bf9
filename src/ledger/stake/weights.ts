/** What gives weight in the tables (rule STAKE-4). */
import type { Key } from "#base";
import type { StakeSpec } from "#spec";
import type { State } from "../state/state.ts";

/** A validator that may stand in a table: bonded, neither in jail nor leaked. */
export interface Candidate {
  readonly number: number;
  readonly key: Key;
  /** Above 0. */
  readonly bondAtoms: bigint;
}

export interface Weighed extends Candidate {
  /** Above 0, below 2^63. */
  readonly weight: bigint;
}

/** Where the weights of a chain's tables come from. */
export interface WeightSource {
  /**
   * @param state as the epoch step has it at that moment
   * @param candidates by ascending numbers
   * @param epoch that begins with the step; the table is in force from the next one on
   * @returns whoever has weight, in any order
   */
  weigh(state: State, candidates: readonly Candidate[], epoch: number): readonly Weighed[];
}

/** Each bond is its own weight; of too many the heaviest, and of equal ones those that bonded first. */
export function createStakeWeights({ maxValidators }: Pick<StakeSpec, "maxValidators">): WeightSource {
  return {
    weigh(_state, candidates) {
      const weighed = candidates.map((candidate) => ({ ...candidate, weight: candidate.bondAtoms }));
      if (weighed.length <= maxValidators) return weighed;
      return weighed.sort((a, b) => compareBigints(b.weight, a.weight) || a.number - b.number).slice(0, maxValidators);
    },
  };
}

function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
