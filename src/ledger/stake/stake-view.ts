/** What the state knows of those who bond, for whoever asks between blocks. */
import { asHash, asKey, type Hash, type Key } from "#base";
import type { StakeSpec } from "#spec";
import type { StakeView, Unbonding, Validator } from "../types.ts";
import { mayVote } from "./leader-and-votes.ts";
import { OFFENCE_TYPES } from "./slash.ts";
import { countOf, isJailed, ownerOf, type StakeState } from "./stake-state.ts";
import { COUNTER, FIELD, LEAKED, PART } from "./validator-fields.ts";

/** @param current of the state as it is at the moment of a call */
export function createStakeView(engine: StakeSpec, current: () => StakeState): StakeView {
  const read = (number: number): Validator | null => (number < 0 ? null : readValidator(current(), number));
  return {
    validators() {
      const stake = current();
      return Array.from({ length: countOf(stake) }, (_, number) => readValidator(stake, number));
    },
    validator: (owner) => read(current().numberOf(owner)),
    validatorOf: (signingKey) => read(current().numberOfSigner(signingKey)),
    onionTip: (signingKey, epoch) => onionTipOf(current(), signingKey, epoch),
    mayVote(signingKey, epoch) {
      const stake = current();
      const number = stake.numberOfSigner(signingKey);
      return number >= 0 && mayVote({ stake, engine }, number, epoch);
    },
    isPunished(signingKey, kind, at) {
      const number = current().numberOfSigner(signingKey);
      return number >= 0 && current().hasOffence(number, OFFENCE_TYPES[kind], at);
    },
    voterPoolAtoms: () => current().counter(COUNTER.voterPool),
  };
}

/** The first block of an epoch after the present one makes the step that may bring a new onion into force. */
function onionTipOf(stake: StakeState, signingKey: Key, epoch: number): Hash | null {
  const number = stake.numberOfSigner(signingKey);
  if (number < 0 || isJailed(stake, number, epoch)) return null;
  const present = Number(stake.counter(COUNTER.epoch));
  const from = stake.int(number, FIELD.nextOnionEpoch);
  const isNext = epoch > present && from !== 0 && from < present + 2;
  return asHash(stake.part(number, isNext ? PART.nextOnionTip : PART.onionTip).slice());
}

function readValidator(stake: StakeState, number: number): Validator {
  const fromEpoch = stake.int(number, FIELD.nextOnionEpoch);
  const unbonding = stake.unbondingIndexes(number).map((index): Unbonding => {
    const { amountAtoms, paidAtEpoch } = stake.unbonding(number, index);
    return { amountAtoms, paidAtEpoch: paidAtEpoch === 0 ? null : paidAtEpoch };
  });
  return {
    owner: ownerOf(stake, number),
    signingKey: asKey(stake.part(number, PART.signingKey).slice()),
    bondedAtoms: stake.get(number, FIELD.bonded),
    activeAtoms: stake.activeAtoms(number),
    unbonding,
    jailedUntilEpoch: stake.int(number, FIELD.jailedUntilEpoch),
    leaked: stake.hasFlag(number, LEAKED),
    onionTip: asHash(stake.part(number, PART.onionTip).slice()),
    nextOnion: fromEpoch === 0 ? null : { tip: asHash(stake.part(number, PART.nextOnionTip).slice()), fromEpoch },
    lastVoteEpoch: stake.int(number, FIELD.lastVoteEpoch),
    votes: stake.int(number, FIELD.votes),
    blocks: stake.int(number, FIELD.blocks),
    slashedAtoms: stake.get(number, FIELD.slashed),
  };
}
