/** The full sum behind rule STATE-9, for tests and for checking a data directory. */
import type { Supply } from "#model";
import { createKeySlot } from "./state/key-slot.ts";
import type { State } from "./state/state.ts";
import { BALANCE, BURNED, decodeMaturing, ISSUED, TABLES, TAG } from "./state/tables.ts";

export interface SupplyCheck extends Supply {
  readonly balancesAtoms: bigint;
  readonly maturingAtoms: bigint;
  /** Balances + maturing = issued − burned. */
  readonly holds: boolean;
}

export function readSupply(state: State): Supply {
  const leaf = state.find(createKeySlot(TABLES.supply));
  return { issuedAtoms: state.word(leaf, ISSUED), burnedAtoms: state.word(leaf, BURNED) };
}

/** Looks at every account. */
export function checkSupply(state: State): SupplyCheck {
  let balancesAtoms = 0n;
  let maturingAtoms = 0n;
  for (const leaf of state.leaves()) {
    const tag = state.key(leaf)[0];
    if (tag === TAG.account) balancesAtoms += state.word(leaf, BALANCE);
    if (tag === TAG.maturing) maturingAtoms += decodeMaturing(state.value(leaf)).amountAtoms;
  }
  const supply = readSupply(state);
  const holds = balancesAtoms + maturingAtoms === supply.issuedAtoms - supply.burnedAtoms;
  return { ...supply, balancesAtoms, maturingAtoms, holds };
}
