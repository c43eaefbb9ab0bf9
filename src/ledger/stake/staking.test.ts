import { describe, expect, test } from "vitest";
import { type Fault, toHex } from "#base";
import { epochTableHash, KIND_BOND, KIND_EVIDENCE, KIND_RENEW, KIND_UNBOND, VOTER_POOL } from "#model";
import { genesisTable } from "#spec";
import { createLedger } from "../ledger.ts";
import {
  type BlockWish,
  createStakeChain,
  MIN_BOND,
  person,
  type StakeChain,
  stakeSpec,
} from "../testing/stake-chain.ts";
import { A, block, prepare, testSpec } from "../testing/test-chain.ts";
import { oracleRoot } from "../testing/tree-oracle.ts";
import { createTransactionRules } from "../transaction-rules.ts";

const anna = person("anna");
const ben = person("ben");
const cleo = person("cleo");
const dora = person("dora");
const people = [anna, ben, cleo, dora];
const BONDS = [4_000_000n, 3_000_000n, 3_000_000n];
const chainOf = (bonds = BONDS, engine = {}) => createStakeChain(stakeSpec(people, bonds, engine), people);

/** Weights by name of the table that a block's step made. */
function tableOf({ outcomes }: ReturnType<StakeChain["make"]>) {
  expect(outcomes).toHaveLength(1);
  const { table, hash } = outcomes[0]!;
  expect(toHex(hash)).toBe(toHex(epochTableHash(table)));
  const keys = table.entries.map(({ key }) => toHex(key));
  expect(keys).toEqual([...keys].sort());
  const nameOf = (key: string) => people.find((who) => toHex(who.key) === key)?.name ?? key;
  return Object.fromEntries(table.entries.map(({ key, weight }) => [nameOf(toHex(key)), weight]));
}

function refusal(chain: StakeChain, wish: BlockWish): string {
  const before = toHex(chain.ledger.root);
  const result = chain.tryBlock(wish);
  if (result.ok) chain.ledger.revert(result.value.changes);
  expect(toHex(chain.ledger.root)).toBe(before);
  chain.forgetNonces();
  return result.ok ? "ok" : result.error.fault.code;
}

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
    expect(stake.validator(dora.owner)).toBeNull();
    expect(stake.validatorOf(dora.key)).toBeNull();
    expect(stake.onionTip(dora.key, 0)).toBeNull();
    expect(ledger.stats().accounts).toBe(spec.genesis.accounts.length);
  });

  test("without changes the first step makes the same table again", () => {
    const chain = chainOf();
    chain.make();
    const { outcomes } = chain.make({ epoch: 1 });
    expect(toHex(outcomes[0]!.hash)).toBe(toHex(epochTableHash(genesisTable(chain.spec.engine))));
    expect(chain.make().outcomes).toEqual([]);
  });

  test("a chain of work has none of it", () => {
    const ledger = createLedger(testSpec());
    expect(ledger.stake).toBeNull();
    for (const kind of [KIND_BOND, KIND_UNBOND, KIND_EVIDENCE, KIND_RENEW]) {
      const tx = prepare({ from: A, nonce: 0 }, kind, new Uint8Array(8));
      expect(ledger.apply(block(1, [tx]))).toMatchObject({ error: { fault: { code: "tx-kind" } } });
    }
  });
});

describe("a bond (rule TX-20)", () => {
  test("counts once it is final", () => {
    const chain = chainOf();
    const before = chain.ledger.account(dora.owner)!.balanceAtoms;
    const tx = chain.bond(dora, 2_000_000n);
    chain.make({ transactions: [tx] });
    expect(chain.ledger.account(dora.owner)!.balanceAtoms).toBe(before - 2_000_000n - tx.transaction.feeAtoms);
    expect(chain.stake.validator(dora.owner)).toMatchObject({ bondedAtoms: 2_000_000n, activeAtoms: 0n });
    expect(tableOf(chain.make({ epoch: 1, finalized: { height: 0, epoch: 0 } })).dora).toBeUndefined();
    expect(tableOf(chain.make({ epoch: 2, finalized: { height: 1, epoch: 1 } })).dora).toBe(2_000_000n);
    expect(chain.stake.validator(dora.owner)).toMatchObject({ bondedAtoms: 2_000_000n, activeAtoms: 2_000_000n });
  });

  test("on top of one adds to it, and costs no more than its amount", () => {
    const chain = chainOf();
    const tx = chain.bond(ben, 1n, ben);
    const cost = createTransactionRules(chain.spec).cost(tx, () => true);
    expect(cost).toEqual({ ok: true, value: tx.transaction.feeAtoms + 1n });
    chain.make({ transactions: [tx] });
    expect(tableOf(chain.make({ epoch: 1 }))).toEqual({ anna: 4_000_000n, ben: 3_000_001n, cleo: 3_000_000n });
    expect(chain.stake.validator(ben.owner)!.nextOnion).toBeNull();
  });

  test.each<[string, string, (chain: StakeChain) => BlockWish]>([
    ["dust", "bond-dust", (chain) => ({ transactions: [chain.bond(dora, MIN_BOND - 1n)] })],
    ["nothing, of somebody new", "bond-dust", (chain) => ({ transactions: [chain.bond(dora, 0n)] })],
    ["another's key", "bond-key-taken", (chain) => ({ transactions: [chain.bond(dora, MIN_BOND, ben)] })],
    ["more than there is", "tx-overspend", (chain) => ({ transactions: [chain.bond(dora, 10n ** 12n)] })],
    ["more than can be", "tx-overflow", (chain) => ({ transactions: [chain.bond(dora, 2n ** 64n - 1n)] })],
    [
      "a payload that is none",
      "bond-malformed",
      (chain) => ({ transactions: [chain.prepare(dora.ownerKey, KIND_BOND, new Uint8Array(8))] }),
    ],
  ])("of %s is refused: %s", (_, code, wish) => {
    const chain = chainOf();
    expect(refusal(chain, wish(chain))).toBe(code);
  });

  test("proves that its key takes part, for this owner, tip and chain", () => {
    const chain = chainOf();
    const other = chainOf([1_000_000n]);
    const payloadOf = (tx: { transaction: { payload: Uint8Array } }) => tx.transaction.payload;
    const good = payloadOf(chain.bond(dora, MIN_BOND));
    const otherTip = good.slice();
    otherTip[40]! ^= 1;
    const wrong = [payloadOf(chain.bond(cleo, MIN_BOND, dora)), payloadOf(other.bond(dora, MIN_BOND)), otherTip];
    for (const payload of wrong) {
      chain.forgetNonces();
      expect(refusal(chain, { transactions: [chain.prepare(dora.ownerKey, KIND_BOND, payload)] })).toBe("bond-proof");
    }
    expect(refusal(chain, { transactions: [chain.prepare(dora.ownerKey, KIND_BOND, good)] })).toBe("ok");
  });

  test("a key that somebody had is not free again", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.bond(ben, 0n, person("ben", 1))] });
    expect(refusal(chain, { transactions: [chain.bond(dora, MIN_BOND, ben)] })).toBe("bond-key-taken");
    chain.make({ transactions: [chain.bond(ben, 0n, ben)] });
    expect(toHex(chain.stake.validator(ben.owner)!.signingKey)).toBe(toHex(ben.key));
  });

  test("of nothing changes key and onion, in force together from the second epoch after", () => {
    const chain = chainOf();
    const fresh = person("ben", 1);
    chain.make({ leader: ben });
    chain.make({ transactions: [chain.bond(ben, 0n, fresh)] });
    const oldTip = chain.stake.validator(ben.owner)!.onionTip;
    expect(chain.stake.validator(ben.owner)).toMatchObject({
      signingKey: fresh.key,
      nextOnion: { tip: fresh.tip(), fromEpoch: 2 },
    });
    expect(toHex(chain.stake.onionTip(ben.key, 1)!)).toBe(toHex(oldTip));
    const { outcomes } = chain.make({ epoch: 1, leader: ben });
    const keys = outcomes[0]!.table.entries.map(({ key }) => toHex(key));
    expect(keys).toContain(toHex(fresh.key));
    expect(keys).not.toContain(toHex(ben.key));
    expect(toHex(chain.stake.onionTip(fresh.key, 2)!)).toBe(toHex(fresh.tip()));
    chain.make({ epoch: 2, leader: fresh });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ nextOnion: null, onionTip: fresh.reveal(fresh.tip()) });
  });

  test("the new onion waits for the new key's table also when epochs stay empty", () => {
    const chain = chainOf();
    const fresh = person("ben", 1);
    chain.make({ transactions: [chain.bond(ben, 0n, fresh)] });
    chain.make({ epoch: 7, leader: ben });
    expect(chain.stake.validator(ben.owner)!.nextOnion).toMatchObject({ fromEpoch: 8 });
    chain.make({ epoch: 7, leader: ben });
    chain.make({ epoch: 11, leader: fresh });
    expect(chain.stake.validator(ben.owner)!.nextOnion).toBeNull();
  });
});

describe("a renewal", () => {
  test("is of the present signing key, and the last one before it acts holds", () => {
    const chain = chainOf();
    expect(refusal(chain, { transactions: [chain.renew(dora, 1)] })).toBe("renew-stranger");
    chain.make({ transactions: [chain.renew(ben, 1)] });
    expect(chain.stake.validator(ben.owner)!.nextOnion).toEqual({ tip: ben.tip(1), fromEpoch: 2 });
    chain.make({ epoch: 1, transactions: [chain.renew(ben, 2)] });
    expect(chain.stake.validator(ben.owner)!.nextOnion).toEqual({ tip: ben.tip(2), fromEpoch: 3 });
    chain.make({ epoch: 2, leader: ben });
    expect(chain.stake.validator(ben.owner)!.onionTip).toEqual(ben.reveal(ben.tip()));
    chain.make({ epoch: 3, leader: ben, transactions: [chain.bond(ben, 0n, person("ben", 1))] });
    expect(chain.stake.validator(ben.owner)!.onionTip).toEqual(ben.reveal(ben.tip(2)));
    expect(refusal(chain, { transactions: [chain.renew(ben, 3)] })).toBe("renew-stranger");
    const malformed = chain.prepare(ben.key, KIND_RENEW, new Uint8Array(31));
    expect(refusal(chain, { transactions: [malformed] })).toBe("renew-malformed");
  });
});

describe("an unbond (rules TX-20 and STAKE-3)", () => {
  test("leaves the tables once it is final, and is paid after its time", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.unbond(ben, 1_000_000n)] });
    const waiting = { bondedAtoms: 2_000_000n, activeAtoms: 3_000_000n };
    expect(chain.stake.validator(ben.owner)).toMatchObject({
      ...waiting,
      unbonding: [{ paidAtEpoch: null, amountAtoms: 1_000_000n }],
    });
    expect(tableOf(chain.make({ epoch: 1, finalized: { height: 0, epoch: 0 } })).ben).toBe(3_000_000n);
    expect(tableOf(chain.make({ epoch: 2 })).ben).toBe(2_000_000n);
    expect(chain.stake.validator(ben.owner)).toMatchObject({
      ...{ bondedAtoms: 2_000_000n, activeAtoms: 2_000_000n },
      unbonding: [{ paidAtEpoch: 7, amountAtoms: 1_000_000n }],
    });
    expect(chain.make({ epoch: 6 }).credits.some(({ reason }) => reason === "unbonded")).toBe(false);
    const { credits } = chain.make({ epoch: 8 });
    expect(credits[0]).toEqual({ to: ben.owner, amountAtoms: 1_000_000n, reason: "unbonded" });
    expect(chain.stake.validator(ben.owner)!.unbonding).toEqual([]);
    expect(chain.ledger.maturing(ben.owner)[0]).toMatchObject({ atHeight: chain.at.height + 2, credit: credits[0] });
  });

  test("may take all, and its owner may come back", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.unbond(ben, 3_000_000n)] });
    expect(tableOf(chain.make({ epoch: 1 })).ben).toBeUndefined();
    expect(refusal(chain, { transactions: [chain.bond(ben, MIN_BOND - 1n)] })).toBe("bond-dust");
    chain.make({ transactions: [chain.bond(ben, MIN_BOND)] });
    expect(tableOf(chain.make({ epoch: 2 })).ben).toBe(MIN_BOND);
    expect(chain.stake.validators()).toHaveLength(3);
  });

  test.each<[string, string, (chain: StakeChain) => BlockWish]>([
    ["nobody's", "unbond-none", (chain) => ({ transactions: [chain.unbond(dora, 1n)] })],
    ["one atom more than is bonded", "unbond-exceeds", (chain) => ({ transactions: [chain.unbond(ben, 3_000_001n)] })],
    [
      "more, in two steps",
      "unbond-exceeds",
      (chain) => ({ transactions: [1, 2].map(() => chain.unbond(ben, 2_000_000n)) }),
    ],
    ["nothing", "unbond-dust", (chain) => ({ transactions: [chain.unbond(ben, 0n)] })],
    ["all but dust", "unbond-dust", (chain) => ({ transactions: [chain.unbond(ben, 2_000_001n)] })],
    [
      "seventeen at once",
      "unbond-many",
      (chain) => ({ transactions: Array.from({ length: 17 }, () => chain.unbond(anna, 1n)) }),
    ],
    [
      "a payload that is none",
      "unbond-malformed",
      (chain) => ({ transactions: [chain.prepare(ben.ownerKey, KIND_UNBOND, new Uint8Array(9))] }),
    ],
  ])("of %s is refused: %s", (_, code, wish) => {
    const chain = chainOf();
    expect(refusal(chain, wish(chain))).toBe(code);
  });

  test("takes the lowest index that is free", () => {
    const chain = chainOf();
    chain.make({ transactions: Array.from({ length: 15 }, (_, i) => chain.unbond(anna, BigInt(i + 1))) });
    chain.make({ epoch: 1 });
    chain.make({ transactions: [chain.unbond(anna, 100n)] });
    chain.make({ epoch: 6, finalized: { height: 0, epoch: 0 } });
    chain.make({ transactions: [chain.unbond(anna, 200n)] });
    expect(chain.stake.validator(anna.owner)!.unbonding.map(({ amountAtoms }) => amountAtoms)).toEqual([200n, 100n]);
  });
});

describe("the voter pool (rule STAKE-16)", () => {
  test("is divided among those who voted, and what rounding leaves stays", () => {
    const chain = chainOf();
    chain.make({ epoch: 1, poolAtoms: 1_000n });
    chain.make({ votes: [chain.vote(anna, 0, 1), chain.vote(ben, 0, 1)], poolAtoms: 0n });
    expect(chain.stake.voterPoolAtoms()).toBe(1_000n);
    const { credits } = chain.make({ epoch: 2, poolAtoms: 5n });
    expect(credits.slice(0, 2)).toEqual([
      { to: anna.owner, amountAtoms: 571n, reason: "vote-reward" },
      { to: ben.owner, amountAtoms: 428n, reason: "vote-reward" },
    ]);
    expect(credits.at(-1)).toEqual({ to: VOTER_POOL, amountAtoms: 5n, reason: "voter-pool" });
    expect(chain.stake.voterPoolAtoms()).toBe(6n);
  });

  test("waits while nobody voted, and of the first epoch nobody did", () => {
    const chain = chainOf();
    chain.make();
    chain.make({ epoch: 1 });
    chain.make({ epoch: 2 });
    expect(chain.stake.voterPoolAtoms()).toBe(3_000n);
  });

  test("carries what is too little to divide", () => {
    const chain = chainOf();
    const all = (epoch: number) => [anna, ben, cleo].map((who) => chain.vote(who, 0, epoch));
    chain.make({ epoch: 1, poolAtoms: 2n });
    chain.make({ votes: all(1), poolAtoms: 0n });
    const { credits } = chain.make({ epoch: 2, poolAtoms: 9n });
    expect(credits.map(({ reason }) => reason)).toEqual(["block-reward", "voter-pool"]);
    chain.make({ votes: all(2), poolAtoms: 0n });
    const shares = chain.make({ epoch: 3 }).credits.filter(({ reason }) => reason === "vote-reward");
    expect(shares.map(({ amountAtoms }) => amountAtoms)).toEqual([4n, 3n, 3n]);
    expect(chain.stake.validator(ben.owner)).toMatchObject({ lastVoteEpoch: 2, votes: 2 });
  });

  test("counts a vote once, and an earlier one after a later not at all", () => {
    const chain = chainOf();
    chain.make({ epoch: 1 });
    chain.make({ epoch: 2, votes: [chain.vote(ben, 0, 2), chain.vote(ben, 0, 1)] });
    chain.make({ votes: [chain.vote(ben, 0, 2)] });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ lastVoteEpoch: 2, votes: 1 });
  });
});

test("what the state refuses can be asked before, and leaves it as it is", () => {
  const chain = chainOf();
  const before = toHex(chain.ledger.root);
  expect(chain.ledger.refusal(chain.unbond(ben, 3_000_001n))?.code).toBe("unbond-exceeds");
  expect(chain.ledger.refusal(chain.bond(dora, 1n))?.code).toBe("bond-dust");
  expect(chain.ledger.refusal(chain.bond(dora, MIN_BOND))).toBeNull();
  expect(chain.ledger.refusal(chain.unbond(ben, 1n))).toBeNull();
  expect(toHex(chain.ledger.root)).toBe(before);
  expect(chain.stake.validators()).toHaveLength(3);
});

describe("a leader (rule TX-23)", () => {
  test("continues its onion", () => {
    const chain = chainOf();
    const tip = chain.stake.validator(ben.owner)!.onionTip;
    chain.make({ leader: ben });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ onionTip: ben.reveal(tip), blocks: 1 });
    const faultOf = (wish: BlockWish): Fault | null => {
      const result = chain.tryBlock(wish);
      return result.ok ? null : result.error.fault;
    };
    expect(faultOf({ leader: ben, orders: { reveal: ben.reveal(tip) } })).toMatchObject({
      code: "reveal-wrong",
      blame: "sender",
    });
    expect(faultOf({ leader: ben, orders: { reveal: anna.reveal(anna.tip()) } })).toMatchObject({
      code: "reveal-wrong",
    });
    expect(faultOf({ leader: dora })).toMatchObject({ code: "leader-unknown", blame: "sender" });
    expect(() => chain.ledger.draft({ ...chain.inputOf({ leader: dora }), candidates: [] })).toThrow("leader-unknown");
    expect(faultOf({ leader: ben })).toBeNull();
  });

  test("who has bonded in the block before is known, though nobody can draw it", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.bond(dora, MIN_BOND)] });
    chain.make({ leader: dora });
  });
});

describe("the table (rule STAKE-4)", () => {
  test("has the heaviest, and of equal ones who bonded first", () => {
    const chain = chainOf(BONDS, { maxValidators: 2 });
    expect(tableOf(chain.make({ epoch: 1 }))).toEqual({ anna: 4_000_000n, ben: 3_000_000n });
    chain.make({ transactions: [chain.bond(cleo, 1n)] });
    expect(tableOf(chain.make({ epoch: 2 }))).toEqual({ anna: 4_000_000n, cleo: 3_000_001n });
  });

  test("is never empty: when all have left, the last ones stay with one atom", () => {
    const chain = chainOf(BONDS, { maxValidators: 2 });
    chain.make({ epoch: 1 });
    chain.make({
      transactions: [chain.unbond(anna, 4_000_000n), chain.unbond(ben, 3_000_000n), chain.unbond(cleo, 3_000_000n)],
    });
    const last = { anna: 1n, ben: 1n };
    expect(tableOf(chain.make({ epoch: 2 }))).toEqual(last);
    expect(tableOf(chain.make({ epoch: 9, transactions: [chain.bond(dora, MIN_BOND)] }))).toEqual(last);
    expect(tableOf(chain.make({ epoch: 10 }))).toEqual({ dora: MIN_BOND });
  });
});
