/** What bonds, unbonds and renewals do (rules STAKE-2, STAKE-3 and STAKE-7). On a fault nothing has changed. */
import { type Address, blameNobody, equalBytes, type Fault, type Hash, type Key } from "#base";
import type { BondPayload } from "#model";
import type { StakeContext } from "./stake-context.ts";
import type { Change, StakeState } from "./stake-state.ts";
import {
  CHANGE_IN,
  CHANGE_OUT,
  CHANGE_RETURN,
  COUNTER,
  FIELD,
  LEAKED,
  MAX_UNBONDINGS,
  PART,
} from "./validator-fields.ts";

/** The amount has left the owner's balance, or will once this is accepted. */
export function bond(context: StakeContext, owner: Address, payload: Omit<BondPayload, "keyProof">): Fault | null {
  const { stake, engine } = context;
  const { amountAtoms, signingKey, onionTip } = payload;
  const known = stake.numberOf(owner);
  const bonded = (known < 0 ? 0n : stake.get(known, FIELD.bonded)) + amountAtoms;
  if (bonded < engine.minBondAtoms)
    return blameNobody("bond-dust", { bondedAtoms: `${bonded}`, minAtoms: `${engine.minBondAtoms}` });
  const holder = stake.numberOfSigner(signingKey);
  if (holder >= 0 && holder !== known) return blameNobody("bond-key-taken");

  const number = known < 0 ? stake.create(owner, signingKey, onionTip) : known;
  if (known >= 0) changeKeys(stake, number, signingKey, onionTip);
  stake.set(number, FIELD.bonded, bonded);
  stake.set(number, FIELD.incoming, stake.get(number, FIELD.incoming) + amountAtoms);
  const returns = stake.hasFlag(number, LEAKED);
  if (amountAtoms > 0n || returns)
    enqueue(context, { number, amountAtoms, kind: returns ? CHANGE_RETURN : CHANGE_IN, index: 0 });
  return null;
}

export function unbond(context: StakeContext, owner: Address, amountAtoms: bigint): Fault | null {
  const { stake, engine } = context;
  const number = stake.numberOf(owner);
  if (number < 0) return blameNobody("unbond-none");
  const bonded = stake.get(number, FIELD.bonded);
  if (amountAtoms > bonded)
    return blameNobody("unbond-exceeds", { amountAtoms: `${amountAtoms}`, bondedAtoms: `${bonded}` });
  const rest = bonded - amountAtoms;
  if (amountAtoms === 0n || (rest !== 0n && rest < engine.minBondAtoms))
    return blameNobody("unbond-dust", { restAtoms: `${rest}`, minAtoms: `${engine.minBondAtoms}` });
  const open = stake.unbondingIndexes(number);
  if (open.length === MAX_UNBONDINGS) return blameNobody("unbond-many", { max: MAX_UNBONDINGS });

  const gap = open.findIndex((index, i) => index !== i);
  const index = gap < 0 ? open.length : gap;
  stake.setUnbonding(number, index, { amountAtoms, paidAtEpoch: 0 });
  stake.set(number, FIELD.bonded, rest);
  stake.set(number, FIELD.leaving, stake.get(number, FIELD.leaving) + amountAtoms);
  enqueue(context, { number, amountAtoms, kind: CHANGE_OUT, index });
  return null;
}

export function renew({ stake }: StakeContext, sender: Key, onionTip: Hash): Fault | null {
  const number = stake.numberOfSigner(sender);
  if (number < 0 || !equalBytes(stake.part(number, PART.signingKey), sender)) return blameNobody("renew-stranger");
  changeOnion(stake, number, onionTip);
  return null;
}

function changeKeys(stake: StakeState, number: number, signingKey: Key, onionTip: Hash): void {
  if (!equalBytes(stake.part(number, PART.signingKey), signingKey)) {
    stake.setPart(number, PART.signingKey, signingKey);
    stake.addSigner(signingKey, number);
  }
  changeOnion(stake, number, onionTip);
}

/** A tip that acts or waits already changes nothing; another takes the place of the one that waits. */
function changeOnion(stake: StakeState, number: number, tip: Hash): void {
  const isWaiting = stake.get(number, FIELD.nextOnionEpoch) !== 0n;
  if (equalBytes(stake.part(number, PART.onionTip), tip)) return;
  if (isWaiting && equalBytes(stake.part(number, PART.nextOnionTip), tip)) return;
  stake.setPart(number, PART.nextOnionTip, tip);
  stake.set(number, FIELD.nextOnionEpoch, stake.counter(COUNTER.epoch) + 2n);
}

function enqueue({ stake, height }: StakeContext, change: Omit<Change, "height">): void {
  const position = stake.counter(COUNTER.endChange);
  stake.setChange(position, { ...change, height });
  stake.setCounter(COUNTER.endChange, position + 1n);
}
