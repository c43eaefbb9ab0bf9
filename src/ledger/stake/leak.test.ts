import { describe, expect, test } from "vitest";
import { toHex } from "#base";
import { createStakeChain, person, stakeSpec } from "../testing/stake-chain.ts";

const anna = person("anna");
const ben = person("ben");
const cleo = person("cleo");
const dora = person("dora");
const people = [anna, ben, cleo, dora];
type Person = typeof anna;

/** A chain that makes an epoch after the other, in which some vote; a leak begins after three steps without finality. */
function chainOf() {
  const chain = createStakeChain(stakeSpec(people, [4_000_000n, 3_000_000n, 3_000_000n]), people);
  return {
    ...chain,
    /** Begins the next epoch, and lets `voters` vote in it. @returns names in the table that the step made, and whether somebody left it */
    epoch(voters: readonly Person[], finalized = { height: 0, epoch: 0 }) {
      const epoch = chain.at.epoch + 1;
      const { table } = chain.make({ epoch, finalized }).outcomes[0]!;
      chain.make({ votes: voters.map((who) => chain.vote(who, 0, epoch)) });
      const names = people.filter(({ key }) => table.entries.some((entry) => toHex(entry.key) === toHex(key)));
      return { names: names.map(({ name }) => name), leaked: table.leaked };
    },
    leaked: () => chain.stake.validators().map(({ leaked }) => leaked),
  };
}

const everybody = { names: ["anna", "ben", "cleo"], leaked: false };

describe("a leak (rule STAKE-14)", () => {
  test("takes those who do not vote out of the tables, and nobody else", () => {
    const chain = chainOf();
    for (let epoch = 1; epoch <= 3; epoch++) expect(chain.epoch([anna, ben])).toEqual(everybody);
    // In the fourth step, that of epoch 4, cleo has missed the epochs 1, 2 and 3.
    expect(chain.epoch([anna, ben])).toEqual({ names: ["anna", "ben"], leaked: true });
    expect(chain.leaked()).toEqual([false, false, true]);
    expect(chain.stake.validator(cleo.owner)).toMatchObject({ bondedAtoms: 3_000_000n, activeAtoms: 3_000_000n });
    // The tables say so until something is final again.
    expect(chain.epoch([anna, ben])).toEqual({ names: ["anna", "ben"], leaked: true });
    expect(chain.epoch([anna, ben], { height: 2, epoch: 1 })).toEqual({ names: ["anna", "ben"], leaked: false });
  });

  test("does not begin while something becomes final, nor take who voted in between", () => {
    const chain = chainOf();
    for (let epoch = 1; epoch <= 3; epoch++) chain.epoch([anna, ben]);
    expect(chain.epoch([anna, ben], { height: 2, epoch: 1 })).toEqual(everybody);
    expect(chain.epoch([anna, ben], { height: 2, epoch: 1 })).toEqual(everybody);
    expect(chain.epoch([anna, ben, cleo], { height: 2, epoch: 1 })).toEqual(everybody);
    // Finality stands still since epoch 4: the tables say so, but cleo has voted in between.
    for (let more = 0; more < 3; more++)
      expect(chain.epoch([anna, ben], { height: 2, epoch: 1 })).toEqual({ ...everybody, leaked: more > 0 });
    expect(chain.epoch([], { height: 2, epoch: 1 }).names).toEqual(["anna", "ben"]);
  });

  test("takes nobody when nobody votes", () => {
    const chain = chainOf();
    for (let epoch = 1; epoch <= 9; epoch++) expect(chain.epoch([])).toEqual({ ...everybody, leaked: epoch > 3 });
    expect(chain.leaked()).toEqual([false, false, false]);
    expect(chain.epoch([anna])).toEqual({ ...everybody, leaked: true });
    expect(chain.epoch([anna])).toEqual({ names: ["anna"], leaked: true });
  });

  test("lets a validator back with a bond, of nothing too, once that is final", () => {
    const chain = chainOf();
    for (let epoch = 1; epoch <= 4; epoch++) chain.epoch([anna, ben]);
    chain.make({ transactions: [chain.bond(cleo, 0n)] });
    const { height } = chain.at;
    expect(chain.epoch([anna, ben], { height: height - 1, epoch: 3 }).names).toEqual(["anna", "ben"]);
    expect(chain.epoch([anna, ben], { height, epoch: 4 })).toEqual(everybody);
    expect(chain.leaked()).toEqual([false, false, false]);
    // It begins anew: three epochs in which it could vote.
    for (let more = 0; more < 3; more++) expect(chain.epoch([anna, ben], { height, epoch: 4 })).toEqual(everybody);
    expect(chain.epoch([anna, ben], { height, epoch: 4 })).toEqual({ names: ["anna", "ben"], leaked: true });
  });

  test("a bond from before it left does not bring a validator back", () => {
    const chain = chainOf();
    for (let epoch = 1; epoch <= 3; epoch++) chain.epoch([anna, ben]);
    chain.make({ transactions: [chain.bond(cleo, 5n)] });
    const { height } = chain.at;
    chain.epoch([anna, ben]);
    chain.epoch([anna, ben], { height, epoch: 3 });
    expect(chain.stake.validator(cleo.owner)).toMatchObject({ leaked: true, activeAtoms: 3_000_005n });
  });

  test("a validator that leaked can unbond, and be slashed", () => {
    const chain = chainOf();
    for (let epoch = 1; epoch <= 4; epoch++) chain.epoch([anna, ben]);
    const votes = { kind: "votes", pair: [chain.vote(cleo, 0, 3, 1), chain.vote(cleo, 0, 3, 2)] } as const;
    chain.make({ transactions: [chain.unbond(cleo, 3_000_000n), chain.evidence(dora, votes)] });
    expect(chain.stake.validator(cleo.owner)).toMatchObject({
      ...{ bondedAtoms: 0n, slashedAtoms: 1_500_000n },
      unbonding: [{ paidAtEpoch: null, amountAtoms: 1_500_000n }],
    });
  });

  test("counts from when a validator stood in a table in force", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.bond(dora, 1_000_000n)] });
    const { height } = chain.at;
    const withDora = { names: ["anna", "ben", "cleo", "dora"], leaked: false };
    // Made at the step of epoch 1, in force in 2: the misses of 2, 3 and 4 are known at the step of 5.
    expect(chain.epoch([anna, ben, cleo], { height, epoch: 0 })).toEqual(withDora);
    for (let epoch = 2; epoch <= 4; epoch++)
      expect(chain.epoch([anna, ben, cleo], { height, epoch: 0 })).toEqual({ ...withDora, leaked: epoch > 3 });
    expect(chain.epoch([anna, ben, cleo], { height, epoch: 0 })).toEqual({ ...everybody, leaked: true });
  });
});
