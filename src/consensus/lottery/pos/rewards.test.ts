import { expect, test } from "vitest";
import { asAddress } from "#base";
import { VOTER_POOL } from "#model";
import { stakeSpec } from "../../../../test/support/stake.ts";
import { computeRewards } from "./rewards.ts";

const proposer = asAddress(new Uint8Array(20).fill(3));

test("the subsidy is divided to the atom between the proposer and the voters, and the fees are the proposer's", () => {
  const spec = stakeSpec([1n], { proposerPpm: 333_333 });
  const rewards = { ...spec.rewards, subsidyAtoms: 1_000_000_007n, halvingBlocks: 10 };
  expect(computeRewards({ ...spec, rewards }, { height: 1, proposer }, 77n)).toEqual([
    { to: proposer, amountAtoms: 333_333_002n, reason: "block-reward" },
    { to: VOTER_POOL, amountAtoms: 666_667_005n, reason: "voter-pool" },
    { to: proposer, amountAtoms: 77n, reason: "fees" },
  ]);
  const halved = computeRewards({ ...spec, rewards }, { height: 10, proposer }, 0n);
  expect(halved.reduce((sum, { amountAtoms }) => sum + amountAtoms, 0n)).toBe(500_000_003n);
});

test("nothing is credited where there is nothing", () => {
  const spec = stakeSpec([1n], { proposerPpm: 1_000_000 });
  expect(computeRewards(spec, { height: 1, proposer }, 0n).map(({ reason }) => reason)).toEqual(["block-reward"]);
  const dry = { ...spec, rewards: { ...spec.rewards, subsidyAtoms: 0n } };
  expect(computeRewards(dry, { height: 1, proposer }, 0n)).toEqual([]);
});
