/** What happens before anything else in the first block of an epoch, in the order of rules STAKE-13 and STAKE-23. */
import { type EpochStep, epochTableHash, type Outcome } from "#model";
import { makeTable } from "./make-table.ts";
import type { StakeContext } from "./stake-context.ts";
import { countOf, isJailed, ownerOf, type StakeState } from "./stake-state.ts";
import { CHANGE_OUT, CHANGE_RETURN, COUNTER, FIELD, LEAKED, PART, STANDING } from "./validator-fields.ts";

/** @returns the table of the next epoch; null where the present one stays */
export function runEpochStep(context: StakeContext, step: EpochStep): Outcome | null {
  const { stake } = context;
  dividePool(context, step);
  payUnbondings(context, step);
  // Nothing of the steps in between touches what this one reads.
  const isStuck = countMissed(context, step);
  const isKept = step.keepsTable && !isStuck;
  advanceOnions(stake, step, isKept);
  if (!isKept) actChanges(context, step);
  const table = isKept ? null : makeTable(context, step.epoch, isStuck);
  stake.setCounter(COUNTER.epoch, BigInt(step.epoch));
  return table === null ? null : { kind: "epoch-table", hash: epochTableHash(table), table };
}

/** What rounding leaves stays in the pool. */
function dividePool({ stake, give }: StakeContext, { parentEpoch }: EpochStep): void {
  const pool = stake.counter(COUNTER.voterPool);
  // There are no votes of epoch 0, and 0 says that somebody never voted.
  if (pool === 0n || parentEpoch === 0) return;
  const voters: { readonly number: number; readonly active: bigint }[] = [];
  let total = 0n;
  for (let number = 0, end = countOf(stake); number < end; number++) {
    if (stake.int(number, FIELD.lastVoteEpoch) !== parentEpoch || isJailed(stake, number, parentEpoch)) continue;
    const active = stake.activeAtoms(number);
    voters.push({ number, active });
    total += active;
  }
  if (total === 0n) return;
  let paid = 0n;
  for (const { number, active } of voters) {
    const amountAtoms = (pool * active) / total;
    paid += amountAtoms;
    give({ to: ownerOf(stake, number), amountAtoms, reason: "vote-reward" });
  }
  stake.setCounter(COUNTER.voterPool, pool - paid);
}

function payUnbondings({ stake, give }: StakeContext, { epoch }: EpochStep): void {
  for (let number = 0, end = countOf(stake); number < end; number++)
    for (const index of stake.unbondingIndexes(number)) {
      const { amountAtoms, paidAtEpoch } = stake.unbonding(number, index);
      if (paidAtEpoch === 0 || paidAtEpoch > epoch) continue;
      stake.setUnbonding(number, index, null);
      give({ to: ownerOf(stake, number), amountAtoms, reason: "unbonded" });
    }
}

/**
 * An onion acts from the second step after its change on: the key of that change, which is in the table of the first
 * step, is in force then too, even when epochs between them stayed empty. Where the table is kept, it waits like the key.
 */
function advanceOnions(stake: StakeState, { epoch, parentEpoch }: EpochStep, isKept: boolean): void {
  for (let number = 0, end = countOf(stake); number < end; number++) {
    const from = stake.int(number, FIELD.nextOnionEpoch);
    if (from === 0) continue;
    if (from === parentEpoch + 2) {
      stake.set(number, FIELD.nextOnionEpoch, BigInt(epoch) + (isKept ? 2n : 1n));
      continue;
    }
    stake.setPart(number, PART.onionTip, stake.part(number, PART.nextOnionTip).slice());
    stake.removePart(number, PART.nextOnionTip);
    stake.set(number, FIELD.nextOnionEpoch, 0n);
  }
}

/** Bond changes count once their block is final. */
function actChanges({ stake, engine }: StakeContext, { epoch, finalizedHeight }: EpochStep): void {
  const end = stake.counter(COUNTER.endChange);
  let first = stake.counter(COUNTER.firstChange);
  for (; first < end; first++) {
    const { height, number, kind, amountAtoms, index } = stake.change(first);
    if (height > finalizedHeight) break;
    stake.setChange(first, null);
    if (kind === CHANGE_OUT) {
      // A slash may have made it smaller since.
      const leaving = stake.unbonding(number, index).amountAtoms;
      stake.set(number, FIELD.leaving, stake.get(number, FIELD.leaving) - leaving);
      const paidAtEpoch = epoch + 1 + engine.unbondEpochs;
      stake.setUnbonding(number, index, { amountAtoms: leaving, paidAtEpoch });
      continue;
    }
    const incoming = stake.get(number, FIELD.incoming);
    stake.set(number, FIELD.incoming, incoming - (amountAtoms < incoming ? amountAtoms : incoming));
    if (kind === CHANGE_RETURN) stake.setFlag(number, LEAKED, false);
  }
  stake.setCounter(COUNTER.firstChange, first);
}

/** @returns whether nothing has become final for so long that those who do not vote must leave (rule STAKE-14) */
function countMissed({ stake, engine }: StakeContext, { parentEpoch, finalizedEpoch }: EpochStep): boolean {
  const isStuck = finalizedEpoch <= Number(stake.counter(COUNTER.finalizedEpoch));
  const steps = isStuck ? stake.counter(COUNTER.stepsWithoutFinality) + 1n : 0n;
  stake.setCounter(COUNTER.stepsWithoutFinality, steps);
  if (!isStuck) stake.setCounter(COUNTER.finalizedEpoch, BigInt(finalizedEpoch));
  for (let number = 0, end = countOf(stake); number < end; number++) {
    if (!stake.hasFlag(number, STANDING) || stake.int(number, FIELD.sinceEpoch) > parentEpoch) continue;
    const before = stake.get(number, FIELD.missed);
    const missed = stake.int(number, FIELD.lastVoteEpoch) < parentEpoch ? before + 1n : 0n;
    if (missed !== before) stake.set(number, FIELD.missed, missed);
  }
  return steps > BigInt(engine.leakEpochs);
}
