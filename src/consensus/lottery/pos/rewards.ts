/** What a block earns by stake (rule STAKE-16): its proposer at once, and those who vote in the epoch together. */
import { type Credit, VOTER_POOL } from "#model";
import type { StakeChainSpec } from "#spec";
import type { Draft } from "../../engine.ts";
import { subsidyAt } from "../../subsidy.ts";

const MILLION = 1_000_000n;

export function computeRewards(
  { rewards, engine }: StakeChainSpec,
  { height, proposer }: Pick<Draft, "height" | "proposer">,
  feesAtoms: bigint,
): readonly Credit[] {
  const subsidyAtoms = subsidyAt(rewards, height);
  const ownAtoms = (subsidyAtoms * BigInt(engine.proposerPpm)) / MILLION;
  const credits: readonly Credit[] = [
    { to: proposer, amountAtoms: ownAtoms, reason: "block-reward" },
    { to: VOTER_POOL, amountAtoms: subsidyAtoms - ownAtoms, reason: "voter-pool" },
    { to: proposer, amountAtoms: feesAtoms, reason: "fees" },
  ];
  return credits.filter((credit) => credit.amountAtoms > 0n);
}
