/** The state before the first block (rule STATE-10). */
import { assertInvariant } from "#base";
import { parseAddress } from "#crypto";
import { type ChainSpec, stakeOf } from "#spec";
import { writeGenesisBonds } from "./stake/genesis-bonds.ts";
import { createKeySlot, setKey } from "./state/key-slot.ts";
import type { State } from "./state/state.ts";
import { BALANCE, ISSUED, TABLES } from "./state/tables.ts";

/** @param state empty */
export function writeGenesis(spec: ChainSpec, state: State): void {
  const slot = createKeySlot(TABLES.account);
  let issued = 0n;
  for (const { address, balanceAtoms } of spec.genesis.accounts) {
    const parsed = parseAddress(address, spec.addressPrefix);
    assertInvariant(parsed.ok, `the specification has an account ${address}`);
    const leaf = state.create(setKey(slot, parsed.value));
    state.setWord(leaf, BALANCE, balanceAtoms);
    issued += balanceAtoms;
  }
  const stake = stakeOf(spec.engine);
  if (stake !== null) issued += writeGenesisBonds(stake, spec.addressPrefix, state);
  state.setWord(state.create(createKeySlot(TABLES.supply)), ISSUED, issued);
  state.takeChanges();
}
