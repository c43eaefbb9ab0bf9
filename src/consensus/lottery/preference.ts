/** Which branch to follow (rule STAKE-17). */

import { decodeSignedSeal } from "#model";
import type { Parsed } from "../engine.ts";
import type { LotterySnapshot } from "./snapshot.ts";
import type { Tables } from "./table-view.ts";

/** The higher justified epoch, then the weight. */
export function compareSnapshots(a: LotterySnapshot, b: LotterySnapshot): number {
  if (a.justified.epoch !== b.justified.epoch) return a.justified.epoch > b.justified.epoch ? 1 : -1;
  return a.weight === b.weight ? 0 : a.weight > b.weight ? 1 : -1;
}

/**
 * Bodies may hold votes for any epoch up to the branch's own: it is worth looking if justifying that one would put it
 * before the head, by epoch or then by weight.
 */
export function isPromising(branch: LotterySnapshot, head: LotterySnapshot): boolean {
  const reachable = Math.max(branch.justified.epoch, branch.data.tally.epoch);
  if (reachable !== head.justified.epoch) return reachable > head.justified.epoch;
  return branch.weight > head.weight;
}

/** Signed by somebody who is drawn at present, or was or will be: such signatures are scarce. */
export function isPlausible(tables: Tables, { header }: Parsed, { data }: LotterySnapshot): boolean {
  const seal = decodeSignedSeal(header.seal);
  if (seal === null) return false;
  return [data.current, data.next, data.before].some((hash) => {
    const view = hash === null ? null : tables.load(hash);
    return view !== null && (view.main.indexOf(seal.key) >= 0 || (view.bonds?.indexOf(seal.key) ?? -1) >= 0);
  });
}
