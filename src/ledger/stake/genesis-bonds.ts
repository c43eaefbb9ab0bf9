/** The validators that a chain begins with: their bonds count at once (rules STATE-10 and STAKE-1). */
import { asHash, asKey, assertInvariant, fromHex } from "#base";
import { parseAddress } from "#crypto";
import type { StakeSpec } from "#spec";
import { createKeySlot, setKey } from "../state/key-slot.ts";
import type { State } from "../state/state.ts";
import { TABLES } from "../state/tables.ts";
import { createStakeState } from "./stake-state.ts";
import { FIELD, STANDING } from "./validator-fields.ts";

const STAKE_PARTS = 2;

/** @returns what is bonded, in all */
export function writeGenesisBonds(engine: StakeSpec, addressPrefix: string, state: State): bigint {
  const slot = createKeySlot(TABLES.stake);
  for (let part = 0; part < STAKE_PARTS; part++) state.create(setKey(slot, Uint8Array.of(part)));
  const stake = createStakeState(state);
  let sum = 0n;
  for (const { owner, signingKey, onionTip, bondAtoms } of engine.validators) {
    const address = parseAddress(owner, addressPrefix);
    assertInvariant(address.ok, `the specification has an owner ${owner}`);
    const number = stake.create(address.value, asKey(bytesOf(signingKey)), asHash(bytesOf(onionTip)));
    stake.set(number, FIELD.bonded, bondAtoms);
    // In the tables of epochs 0 and 1, of which the second is the first that is voted on.
    stake.set(number, FIELD.sinceEpoch, 1n);
    stake.setFlag(number, STANDING, true);
    sum += bondAtoms;
  }
  return sum;
}

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assertInvariant(bytes !== null, "the specification was parsed");
  return bytes;
}
