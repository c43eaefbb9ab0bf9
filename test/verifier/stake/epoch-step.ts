/** The first thing that the first block of an epoch does (rules STAKE-7, STAKE-13, STAKE-14, STAKE-23). */
import { type Credit, REASON } from "../credit.ts";
import type { StakeNumbers } from "./numbers.ts";
import type { Step } from "./orders.ts";
import { makeTable, type Table } from "./table.ts";
import { activeOf, CHANGE, type Validator, type Validators } from "./validators.ts";

export interface Stepped {
  /** Of the epoch after; null where the present one is kept. */
  readonly table: Table | null;
  /** In their order, those of 0 included. */
  readonly credits: readonly Credit[];
}

export function stepEpoch(validators: Validators, epoch: bigint, step: Step, numbers: StakeNumbers): Stepped {
  const credits = [...payVoters(validators, step.parentEpoch), ...payUnbondings(validators, epoch)];
  countMissed(validators, step);
  const isKept = step.keeps && validators.stepsSinceFinal <= numbers.leakEpochs;
  turnOnions(validators, step.parentEpoch, epoch + (isKept ? 2n : 1n));
  if (!isKept) settleChanges(validators, step.finalHeight, epoch + 1n + numbers.unbondEpochs);
  const table = isKept ? null : nextTable(validators, epoch + 1n, numbers);
  validators.stepEpoch = epoch;
  return { table, credits };
}

/** STAKE-13, 1. */
function payVoters(validators: Validators, parentEpoch: bigint): Credit[] {
  if (parentEpoch === 0n || validators.pool === 0n) return [];
  const voters = validators.all.filter((each) => each.votedEpoch === parentEpoch && each.freeFrom <= parentEpoch);
  const total = voters.reduce((sum, each) => sum + activeOf(each), 0n);
  if (total === 0n) return [];
  const { pool } = validators;
  return voters.map((voter) => {
    const atoms = (pool * activeOf(voter)) / total;
    validators.pool -= atoms;
    return { to: voter.owner, atoms, reason: REASON.voteReward };
  });
}

/** STAKE-13, 2. */
function* payUnbondings({ all }: Validators, epoch: bigint): Generator<Credit> {
  for (const { owner, unbondings } of all)
    for (const index of [...unbondings.keys()].sort((a, b) => a - b)) {
      const { atoms, epoch: payable } = unbondings.get(index)!;
      if (payable === 0n || payable > epoch) continue;
      unbondings.delete(index);
      yield { to: owner, atoms, reason: REASON.unbonded };
    }
}

/** STAKE-7, STAKE-23. @param from of those that were changed since the step before */
function turnOnions({ all }: Validators, parentEpoch: bigint, from: bigint): void {
  for (const validator of all) {
    if (validator.nextTipFrom === 0n) continue;
    if (validator.nextTipFrom === parentEpoch + 2n) {
      validator.nextTipFrom = from;
    } else {
      validator.tip = validator.nextTip;
      validator.nextTipFrom = 0n;
    }
  }
}

/** STAKE-13, 4. */
function settleChanges({ changes }: Validators, finalHeight: bigint, payable: bigint): void {
  while (changes.length > 0 && changes[0]!.height <= finalHeight) {
    const { validator, atoms, kind, index } = changes.shift()!;
    if (kind === CHANGE.out) {
      const unbonding = validator.unbondings.get(index)!;
      validator.leaving -= unbonding.atoms;
      unbonding.epoch = payable;
      continue;
    }
    validator.incoming -= atoms < validator.incoming ? atoms : validator.incoming;
    if (kind === CHANGE.back) validator.isLeaked = false;
  }
}

/** STAKE-14, first part. */
function countMissed(validators: Validators, { parentEpoch, finalEpoch }: Step): void {
  if (finalEpoch > validators.finalEpoch) {
    validators.finalEpoch = finalEpoch;
    validators.stepsSinceFinal = 0n;
  } else {
    validators.stepsSinceFinal += 1n;
  }
  for (const validator of validators.all) {
    if (!validator.isStanding || validator.standsFrom > parentEpoch) continue;
    validator.missed = validator.votedEpoch < parentEpoch ? validator.missed + 1n : 0n;
  }
}

/** STAKE-13, 6, and STAKE-14. */
function nextTable(validators: Validators, epoch: bigint, { leakEpochs, maxValidators }: StakeNumbers): Table {
  const { all, stepsSinceFinal } = validators;
  const able = all.filter((each) => activeOf(each) > 0n && !each.isLeaked && each.freeFrom <= epoch);
  const isLong = stepsSinceFinal > leakEpochs;
  const absent = isLong ? able.filter((each) => each.isStanding && each.missed >= leakEpochs) : [];
  if (absent.length < able.length) for (const each of absent) each.isLeaked = true;
  const present = able.filter((each) => !each.isLeaked);
  // Sorting keeps the order of those that are equal, which is that of their numbers.
  const heaviest = [...present].sort((a, b) => Number(activeOf(b) > activeOf(a)) - Number(activeOf(a) > activeOf(b)));
  const chosen = heaviest.slice(0, maxValidators);
  if (chosen.length === 0)
    return tableOf(
      all.filter(({ isStanding }) => isStanding),
      false,
    );
  for (const validator of all) {
    const stands = chosen.includes(validator);
    if (stands && !validator.isStanding) {
      validator.standsFrom = epoch;
      validator.missed = 0n;
    }
    validator.isStanding = stands;
  }
  return tableOf(chosen, isLong);
}

function tableOf(chosen: readonly Validator[], isLeaked: boolean): Table {
  const entries = chosen.map((each) => ({ key: each.key, weight: activeOf(each) || 1n }));
  return makeTable(entries, isLeaked);
}
