import { describe, expect, test } from "vitest";
import { toHex } from "#base";
import { epochTableHash, VOTER_POOL } from "#model";
import { genesisTable } from "#spec";
import { createStakeChain, MIN_BOND, person, stakeSpec } from "../testing/stake-chain.ts";
import { oracleRoot } from "../testing/tree-oracle.ts";

const [anna, ben, cleo, dora] = ["anna", "ben", "cleo", "dora"].map((name) => person(name)) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const people = [anna, ben, cleo, dora];
const chainOf = (bonds = [4_000_000n, 3_000_000n, 3_000_000n], engine = {}) =>
  createStakeChain(stakeSpec(people, bonds, engine), people);

const tableOf = ({ outcomes }: ReturnType<ReturnType<typeof chainOf>["make"]>) => {
  expect(outcomes).toHaveLength(1);
  const { table, hash } = outcomes[0]!;
  expect(toHex(hash)).toBe(toHex(epochTableHash(table)));
  return new Map(
    table.entries.map(({ key, weight }) => [people.find((p) => toHex(p.key) === toHex(key))?.name, weight]),
  );
};

describe("genesis", () => {
  test("has its bonds, which are issued", () => {
    const { ledger, stake, spec } = chainOf();
    expect(ledger.checkSupply()).toMatchObject({ bondedAtoms: 10_000_000n, unbondingAtoms: 0n, holds: true });
    expect(toHex(ledger.root)).toBe(toHex(oracleRoot(ledger.entries())));
    expect(stake.validators().map(({ owner }) => toHex(owner))).toEqual([anna, ben, cleo].map((p) => toHex(p.owner)));
    expect(stake.validator(ben.owner)).toEqual(stake.validatorOf(ben.key));
    expect(stake.validator(ben.owner)).toMatchObject({
      bondedAtoms: 3_000_000n,
      activeAtoms: 3_000_000n,
      leaked: false,
    });
    expect(ledger.stats().accounts).toBe(spec.genesis.accounts.length);
  });

  test("without changes the first step makes the same table again", () => {
    const chain = chainOf();
    chain.make();
    const { outcomes } = chain.make({ epoch: 1 });
    expect(toHex(outcomes[0]!.hash)).toBe(toHex(epochTableHash(genesisTable(chain.spec.engine))));
    expect(chain.make().outcomes).toEqual([]);
  });
});

describe("a bond", () => {
  test("counts once it is final", () => {
    const chain = chainOf();
    const before = chain.ledger.account(dora.owner)!.balanceAtoms;
    const tx = chain.bond(dora, 2_000_000n);
    chain.make({ transactions: [tx] });
    expect(chain.ledger.account(dora.owner)!.balanceAtoms).toBe(before - 2_000_000n - tx.transaction.feeAtoms);
    expect(chain.stake.validator(dora.owner)).toMatchObject({ bondedAtoms: 2_000_000n, activeAtoms: 0n });
    expect(tableOf(chain.make({ epoch: 1, finalized: { height: 0, epoch: 0 } })).has("dora")).toBe(false);
    expect(tableOf(chain.make({ epoch: 2, finalized: { height: 1, epoch: 1 } })).get("dora")).toBe(2_000_000n);
    expect(chain.stake.validator(dora.owner)).toMatchObject({ bondedAtoms: 2_000_000n, activeAtoms: 2_000_000n });
  });

  test("of dust is refused", () => {
    const chain = chainOf();
    const result = chain.tryBlock({ transactions: [chain.bond(dora, MIN_BOND - 1n)] });
    expect(result).toMatchObject({ error: { fault: { code: "bond-dust" }, index: 0 } });
  });
});

test("the pool is divided among those who voted, and what rounding leaves stays", () => {
  const chain = chainOf();
  chain.make({ epoch: 1, poolAtoms: 1_001n });
  chain.make({ votes: [chain.vote(anna, 0, 1), chain.vote(ben, 0, 1)], poolAtoms: 0n });
  expect(chain.stake.voterPoolAtoms()).toBe(1_001n);
  const { credits } = chain.make({ epoch: 2, poolAtoms: 5n });
  expect(credits.slice(0, 2)).toEqual([
    { to: anna.owner, amountAtoms: 572n, reason: "vote-reward" },
    { to: ben.owner, amountAtoms: 429n, reason: "vote-reward" },
  ]);
  expect(credits.at(-1)).toEqual({ to: VOTER_POOL, amountAtoms: 5n, reason: "voter-pool" });
  expect(chain.stake.voterPoolAtoms()).toBe(5n);
});

describe("a leader", () => {
  test("continues its onion", () => {
    const chain = chainOf();
    const tip = chain.stake.validator(ben.owner)!.onionTip;
    chain.make({ leader: ben });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ onionTip: ben.reveal(tip), blocks: 1 });
    const wrong = chain.tryBlock({ leader: ben, orders: { reveal: ben.reveal(tip) } });
    expect(wrong).toMatchObject({ error: { fault: { code: "reveal-wrong", blame: "sender" }, index: null } });
    const stranger = chain.tryBlock({ leader: dora });
    expect(stranger).toMatchObject({ error: { fault: { code: "leader-unknown" }, index: null } });
  });
});
