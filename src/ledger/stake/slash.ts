/** Evidence that came in time costs its validator a part of all that it has bonded (rule STAKE-15). */
import { type Address, blameNobody, type Fault } from "#base";
import type { Offence } from "./offence.ts";
import { partOf, type StakeContext } from "./stake-context.ts";
import { COUNTER, FIELD } from "./validator-fields.ts";

/** As the key of an offence in the state has them. */
export const OFFENCE_TYPES = { blocks: 1, votes: 2 } as const;

/** On a fault nothing has changed. @param reporter gets its share as a credit */
export function punish(context: StakeContext, offence: Offence, reporter: Address): Fault | null {
  const { stake, engine, give, burn } = context;
  const epoch = Number(stake.counter(COUNTER.epoch));
  const number = stake.numberOfSigner(offence.key);
  const type = OFFENCE_TYPES[offence.kind];
  if (number < 0) return blameNobody("evidence-stranger");
  if (offence.epoch > epoch + 1) return blameNobody("evidence-early", { epoch: offence.epoch, now: epoch });
  if (epoch > offence.epoch + engine.unbondEpochs - 1)
    return blameNobody("evidence-late", { epoch: offence.epoch, now: epoch });
  if (stake.hasOffence(number, type, offence.at)) return blameNobody("evidence-repeated", { at: offence.at });

  const penaltyAtoms = slash(context, number);
  stake.addOffence(number, type, offence.at, penaltyAtoms);
  const jailedUntil = Math.max(stake.int(number, FIELD.jailedUntilEpoch), epoch + engine.jailEpochs);
  stake.set(number, FIELD.jailedUntilEpoch, BigInt(jailedUntil));
  const reportAtoms = partOf(penaltyAtoms, engine.reportPpm);
  give({ to: reporter, amountAtoms: reportAtoms, reason: "report" });
  burn(penaltyAtoms - reportAtoms);
  return null;
}

/** Of the bond and of each unbonding, each rounded down. @returns the sum */
function slash({ stake, engine: { slashPpm } }: StakeContext, number: number): bigint {
  const bonded = stake.get(number, FIELD.bonded);
  const incoming = stake.get(number, FIELD.incoming);
  let penalty = partOf(bonded, slashPpm);
  stake.set(number, FIELD.bonded, bonded - penalty);
  stake.set(number, FIELD.incoming, incoming - partOf(incoming, slashPpm));
  for (const index of stake.unbondingIndexes(number)) {
    const { amountAtoms, paidAtEpoch } = stake.unbonding(number, index);
    const part = partOf(amountAtoms, slashPpm);
    stake.setUnbonding(number, index, { amountAtoms: amountAtoms - part, paidAtEpoch });
    if (paidAtEpoch === 0) stake.set(number, FIELD.leaving, stake.get(number, FIELD.leaving) - part);
    penalty += part;
  }
  stake.set(number, FIELD.slashed, stake.get(number, FIELD.slashed) + penalty);
  return penalty;
}
