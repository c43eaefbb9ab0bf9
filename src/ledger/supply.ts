/** The full sum behind rule STATE-9, for tests and for checking a data directory. */
import type { Supply } from "#model";
import { COUNTER, FIELD } from "./stake/validator-fields.ts";
import { createKeySlot } from "./state/key-slot.ts";
import type { State } from "./state/state.ts";
import { BALANCE, BURNED, decodeMaturing, ISSUED, TABLES, TAG } from "./state/tables.ts";

export interface SupplyCheck extends Supply {
  readonly balancesAtoms: bigint;
  readonly maturingAtoms: bigint;
  /** Zero, as are the next two, on a chain without bonds. */
  readonly bondedAtoms: bigint;
  readonly unbondingAtoms: bigint;
  readonly voterPoolAtoms: bigint;
  /** The sum of these = issued − burned. */
  readonly holds: boolean;
}

export function readSupply(state: State): Supply {
  const leaf = state.find(createKeySlot(TABLES.supply));
  return { issuedAtoms: state.word(leaf, ISSUED), burnedAtoms: state.word(leaf, BURNED) };
}

/** Looks at every entry. */
export function checkSupply(state: State): SupplyCheck {
  const parts = { balancesAtoms: 0n, maturingAtoms: 0n, bondedAtoms: 0n, unbondingAtoms: 0n, voterPoolAtoms: 0n };
  for (const leaf of state.leaves()) {
    const key = state.key(leaf);
    if (key[0] === TAG.account) parts.balancesAtoms += state.word(leaf, BALANCE);
    if (key[0] === TAG.maturing) parts.maturingAtoms += decodeMaturing(state.value(leaf)).amountAtoms;
    if (key[0] === TAG.validator && key[5] === FIELD.bonded >> 2)
      parts.bondedAtoms += state.word(leaf, FIELD.bonded & 3);
    if (key[0] === TAG.unbonding) parts.unbondingAtoms += state.word(leaf, 0);
    if (key[0] === TAG.stake && key[1] === COUNTER.voterPool >> 2)
      parts.voterPoolAtoms += state.word(leaf, COUNTER.voterPool & 3);
  }
  const supply = readSupply(state);
  const sum = Object.values(parts).reduce((total, atoms) => total + atoms, 0n);
  return { ...supply, ...parts, holds: sum === supply.issuedAtoms - supply.burnedAtoms };
}
