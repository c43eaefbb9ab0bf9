import { describe, expect, test } from "vitest";
import { toHex } from "#base";
import { type Evidence, encodeSignedSeal, type Header, KIND_EVIDENCE } from "#model";
import { type BlockWish, createStakeChain, person, type StakeChain, stakeSpec } from "../testing/stake-chain.ts";
import { readOffence } from "./offence.ts";

const anna = person("anna");
const ben = person("ben");
const cleo = person("cleo");
const dora = person("dora");
const people = [anna, ben, cleo, dora];
/** Epochs of 6 slots, 4 epochs until an unbonding is paid, 2 of jail; half is slashed, a tenth of that reported. */
const chainOf = (engine = {}) =>
  createStakeChain(stakeSpec(people, [4_000_000n, 3_000_000n, 3_000_000n], engine), people);

const twoBlocks = (chain: StakeChain, who = ben, slot = 3): Evidence => ({
  kind: "blocks",
  pair: [chain.header(who, slot, 1), chain.header(who, slot, 2)],
});
const twoVotes = (chain: StakeChain, who = ben, epoch = 1): Evidence => ({
  kind: "votes",
  pair: [chain.vote(who, 0, epoch, 1), chain.vote(who, 0, epoch, 2)],
});

function codeOf(chain: StakeChain, evidence: Evidence): string {
  const result = readOffence(chain.spec, chain.spec.engine, chain.chainId, evidence);
  return result.ok ? "ok" : `${result.error.code} ${result.error.detail?.why}`;
}

function refusal(chain: StakeChain, wish: BlockWish): string {
  const result = chain.tryBlock(wish);
  if (result.ok) chain.ledger.revert(result.value.changes);
  chain.forgetNonces();
  return result.ok ? "ok" : result.error.fault.code;
}

describe("what proves an offence (rule TX-21)", () => {
  const chain = chainOf();

  test("two blocks of one slot, in either order", () => {
    const evidence = twoBlocks(chain, ben, 13);
    const expected = { kind: "blocks", key: ben.key, epoch: 2, at: 13 };
    expect(readOffence(chain.spec, chain.spec.engine, chain.chainId, evidence)).toEqual({ ok: true, value: expected });
    const [a, b] = evidence.pair as readonly [Header, Header];
    expect(codeOf(chain, { kind: "blocks", pair: [b, a] })).toBe("ok");
  });

  test.each<[string, string, (chain: StakeChain) => readonly [Header, Header]]>([
    ["one block twice", "same", (c) => [c.header(ben, 3, 1), c.header(ben, 3, 1)]],
    ["two slots", "slots", (c) => [c.header(ben, 3, 1), c.header(ben, 4, 2)]],
    ["two keys", "keys", (c) => [c.header(ben, 3, 1), c.header(cleo, 3, 2)]],
    [
      "a time between slots",
      "slot",
      (c) => [{ ...c.header(ben, 3, 1), timeMs: c.spec.genesis.timeMs + 1 }, c.header(ben, 3, 2)],
    ],
    ["a time before genesis", "slot", (c) => [c.header(ben, -1, 1), c.header(ben, -1, 2)]],
    ["the slot of genesis", "slot", (c) => [c.header(ben, 0, 1), c.header(ben, 0, 2)]],
    ["no seal", "keys", (c) => [c.header(ben, 3, 1), { ...c.header(ben, 3, 2), seal: new Uint8Array(0) }]],
    ["a signature that is another's", "signature", (c) => [c.header(ben, 3, 1), forged(c)]],
    ["a header that was changed", "signature", (c) => [c.header(ben, 3, 1), { ...c.header(ben, 3, 2), height: 9 }]],
    ["blocks of another chain", "signature", () => foreign().pair as readonly [Header, Header]],
  ])("but not %s (evidence-none: %s)", (_, why, pair) => {
    expect(codeOf(chain, { kind: "blocks", pair: pair(chain) })).toBe(`evidence-none ${why}`);
  });

  test("two votes for one epoch, or one around the other", () => {
    expect(codeOf(chain, twoVotes(chain))).toBe("ok");
    expect(codeOf(chain, { kind: "votes", pair: [chain.vote(ben, 1, 3), chain.vote(ben, 2, 3)] })).toBe("ok");
    const [outer, inner] = [chain.vote(ben, 1, 4), chain.vote(ben, 2, 3)];
    for (const pair of [
      [outer, inner],
      [inner, outer],
    ] as const)
      expect(readOffence(chain.spec, chain.spec.engine, chain.chainId, { kind: "votes", pair })).toEqual({
        ok: true,
        value: { kind: "votes", key: ben.key, epoch: 4, at: 4 },
      });
  });

  test("but not votes that follow each other, of two keys, or not signed by them", () => {
    const none = (pair: Extract<Evidence, { kind: "votes" }>["pair"]) => codeOf(chain, { kind: "votes", pair });
    const vote = chain.vote(ben, 1, 2);
    expect(none([vote, vote])).toBe("evidence-none lawful");
    expect(none([vote, chain.vote(ben, 2, 3)])).toBe("evidence-none lawful");
    expect(none([chain.vote(ben, 1, 4), chain.vote(ben, 1, 3)])).toBe("evidence-none lawful");
    expect(none([vote, { ...vote, signature: chain.vote(ben, 1, 3).signature }])).toBe("evidence-none lawful");
    expect(none([vote, chain.vote(cleo, 1, 2, 9)])).toBe("evidence-none keys");
    expect(none([vote, { ...chain.vote(ben, 1, 2, 9), signature: vote.signature }])).toBe("evidence-none signature");
  });

  function forged(c: StakeChain): Header {
    const header = c.header(cleo, 3, 2);
    return { ...header, seal: encodeSignedSeal({ key: ben.key, signature: header.seal.slice(32) as never }) };
  }

  function foreign(): Evidence {
    return twoBlocks(createStakeChain({ ...chain.spec, name: "other" }, people));
  }
});

describe("evidence (rule TX-22)", () => {
  test("costs half of the bond and of what is on its way out, and jail", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.unbond(ben, 1_000_001n)] });
    chain.make({ epoch: 1 });
    chain.make({ transactions: [chain.unbond(ben, 500_000n), chain.bond(ben, 300_001n)] });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ bondedAtoms: 1_800_000n, activeAtoms: 1_999_999n });
    const { burnedAtoms } = chain.ledger.supply();
    const { credits } = chain.make({ transactions: [chain.evidence(dora, twoBlocks(chain))] });
    // 900,000 of the bond, 500,000 and 250,000 of the unbondings.
    expect(chain.stake.validator(ben.owner)).toMatchObject({
      ...{ bondedAtoms: 900_000n, slashedAtoms: 1_650_000n, jailedUntilEpoch: 3 },
      activeAtoms: 900_000n - 150_001n + 250_000n,
      unbonding: [
        { paidAtEpoch: 6, amountAtoms: 500_001n },
        { paidAtEpoch: null, amountAtoms: 250_000n },
      ],
    });
    expect(credits[0]).toEqual({ to: dora.owner, amountAtoms: 165_000n, reason: "report" });
    expect(chain.ledger.supply().burnedAtoms - burnedAtoms).toBe(1_485_000n);
    chain.make({ epoch: 2 });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ bondedAtoms: 900_000n, activeAtoms: 900_000n });
    const paid = chain.make({ epoch: 7 }).credits.filter(({ reason }) => reason === "unbonded");
    expect(paid.map(({ amountAtoms }) => amountAtoms)).toEqual([500_001n, 250_000n]);
  });

  test("finds who unbonded everything to escape it, as long as it may be given", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.unbond(ben, 3_000_000n)] });
    chain.make({ epoch: 1 });
    chain.make({ epoch: 4 });
    chain.make({ transactions: [chain.evidence(dora, twoBlocks(chain, ben, 7))] });
    expect(chain.stake.validator(ben.owner)!.unbonding).toEqual([{ paidAtEpoch: 6, amountAtoms: 1_500_000n }]);
    chain.make({ epoch: 6 });
    expect(chain.stake.validator(ben.owner)!.unbonding).toEqual([]);
    const late = chain.evidence(dora, twoVotes(chain, ben, 3));
    chain.make({ transactions: [late] });
    expect(chain.stake.validator(ben.owner)!.slashedAtoms).toBe(1_500_000n);
  });

  test.each<[string, string, (chain: StakeChain) => BlockWish]>([
    ["of a stranger's key", "evidence-stranger", (c) => ({ transactions: [c.evidence(anna, twoBlocks(c, dora, 31))] })],
    ["of an epoch to come", "evidence-early", (c) => ({ transactions: [c.evidence(anna, twoVotes(c, ben, 7))] })],
    ["too old", "evidence-late", (c) => ({ transactions: [c.evidence(anna, twoBlocks(c, ben, 11))] })],
    [
      "given twice in one block",
      "evidence-repeated",
      (c) => ({ transactions: [c.evidence(anna, twoVotes(c, ben, 5)), c.evidence(dora, twoVotes(c, ben, 5))] }),
    ],
    ["that proves nothing", "evidence-none", (c) => ({ transactions: [c.evidence(anna, nothing(c))] })],
    [
      "that cannot be read",
      "evidence-malformed",
      (c) => ({ transactions: [c.prepare(anna.ownerKey, KIND_EVIDENCE, Uint8Array.of(1, 2, 3))] }),
    ],
    ["in its last epoch", "ok", (c) => ({ transactions: [c.evidence(anna, twoBlocks(c, ben, 12))] })],
    ["of the next epoch", "ok", (c) => ({ transactions: [c.evidence(anna, twoVotes(c, ben, 6))] })],
  ])("%s: %s", (_, code, wish) => {
    const chain = chainOf();
    chain.make({ epoch: 5 });
    expect(refusal(chain, wish(chain))).toBe(code);
  });

  test("is punished once for a slot and once for a target, whoever gives it and with what pair", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.evidence(anna, twoBlocks(chain))] });
    const third: Evidence = { kind: "blocks", pair: [chain.header(ben, 3, 2), chain.header(ben, 3, 3)] };
    expect(refusal(chain, { transactions: [chain.evidence(dora, third)] })).toBe("evidence-repeated");
    expect([3, 4].map((slot) => chain.stake.isPunished(ben.key, "blocks", slot))).toEqual([true, false]);
    expect(chain.stake.isPunished(ben.key, "votes", 3) || chain.stake.isPunished(cleo.key, "blocks", 3)).toBe(false);
    chain.make({
      transactions: [chain.evidence(dora, twoBlocks(chain, ben, 4)), chain.evidence(anna, twoVotes(chain))],
    });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ bondedAtoms: 375_000n, slashedAtoms: 2_625_000n });
    const around: Evidence = { kind: "votes", pair: [chain.vote(ben, 0, 1, 9), chain.vote(ben, 0, 1, 8)] };
    expect(refusal(chain, { transactions: [chain.evidence(dora, around)] })).toBe("evidence-repeated");
  });

  test("holds for a key that was given up", () => {
    const chain = chainOf();
    chain.make({ transactions: [chain.bond(ben, 0n, person("ben", 1))] });
    chain.make({ transactions: [chain.evidence(dora, twoBlocks(chain, ben))] });
    expect(chain.stake.validator(ben.owner)!.jailedUntilEpoch).toBe(2);
  });

  test("of everything leaves nothing, and rounds each part down", () => {
    const chain = chainOf({ slashPpm: 999_999, reportPpm: 0 });
    const { credits } = chain.make({ transactions: [chain.evidence(dora, twoBlocks(chain))] });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ bondedAtoms: 3n });
    expect(credits.map(({ reason }) => reason)).not.toContain("report");
    chain.make({ transactions: [chain.evidence(dora, twoVotes(chain))] });
    expect(chain.stake.validator(ben.owner)).toMatchObject({ bondedAtoms: 1n });
  });
});

describe("jail", () => {
  test("keeps a validator out of tables, slots and rewards", () => {
    const chain = chainOf();
    chain.make({ epoch: 1 });
    chain.make({ votes: [chain.vote(ben, 0, 1), chain.vote(anna, 0, 1)] });
    expect(refusal(chain, { leader: ben })).toBe("ok");
    chain.make({ transactions: [chain.evidence(dora, twoBlocks(chain))] });
    expect(chain.stake.validator(ben.owner)!.jailedUntilEpoch).toBe(3);
    expect(chain.stake.onionTip(ben.key, 2)).toBeNull();
    const reveal = { reveal: ben.reveal(ben.tip()) };
    expect(refusal(chain, { leader: ben, orders: reveal })).toBe("leader-jailed");
    const { outcomes, credits } = chain.make({ epoch: 2 });
    expect(outcomes[0]!.table.entries.map(({ key }) => toHex(key))).toContain(toHex(ben.key));
    expect(credits.filter(({ reason }) => reason === "vote-reward").map(({ to }) => to)).toEqual([anna.owner]);
    expect(refusal(chain, { leader: ben, orders: reveal })).toBe("leader-jailed");
    expect(refusal(chain, { epoch: 3, leader: ben })).toBe("ok");
  });

  test("lets nobody vote, with whichever key, where rule STAKE-23 holds", () => {
    const second = person("ben", 1);
    const evidence = (chain: StakeChain) => chain.evidence(dora, twoVotes(chain));
    const voting = (chain: StakeChain, epoch: number) =>
      [ben, second, anna].map((who) => refusal(chain, { epoch, votes: [chain.vote(who, 0, epoch)] }));
    const chain = createStakeChain(stakeSpec([...people, second], [4_000_000n, 3_000_000n]), [...people, second]);
    chain.make({ epoch: 1, transactions: [chain.bond(ben, 0n, second)] });
    expect(voting(chain, 1)).toEqual(["ok", "ok", "ok"]);
    // A block's votes come before what its transactions prove.
    chain.make({ votes: [chain.vote(ben, 0, 1)], transactions: [evidence(chain)] });
    expect([ben, second, anna].map(({ key }) => chain.stake.mayVote(key, 2))).toEqual([false, false, true]);
    expect(voting(chain, 1)).toEqual(["vote-jailed", "vote-jailed", "ok"]);
    expect(voting(chain, 2)).toEqual(["vote-jailed", "vote-jailed", "ok"]);
    expect(voting(chain, 3)).toEqual(["ok", "ok", "ok"]);
    const before = chainOf({ formerEpochs: 0 });
    before.make({ epoch: 1, transactions: [evidence(before)] });
    expect(refusal(before, { votes: [before.vote(ben, 0, 1)] })).toBe("ok");
  });

  test("begins anew with another offence, and never ends sooner", () => {
    const chain = chainOf({ jailEpochs: 3 });
    chain.make({ transactions: [chain.evidence(dora, twoBlocks(chain))] });
    const { outcomes } = chain.make({ epoch: 1, transactions: [chain.evidence(dora, twoVotes(chain))] });
    expect(chain.stake.validator(ben.owner)!.jailedUntilEpoch).toBe(4);
    expect(outcomes[0]!.table.entries.map(({ key }) => toHex(key))).not.toContain(toHex(ben.key));
    expect(chain.make({ epoch: 3 }).outcomes[0]!.table.entries.map(({ key }) => toHex(key))).toContain(toHex(ben.key));
  });

  test("of everybody leaves the table as it was, and the slots empty until it ends", () => {
    const chain = chainOf();
    const all = [anna, ben, cleo].map((who) => chain.evidence(dora, twoBlocks(chain, who)));
    chain.make({ transactions: all });
    const reveal = { reveal: anna.reveal(anna.reveal(anna.tip())) };
    expect(refusal(chain, { epoch: 1, orders: reveal })).toBe("leader-jailed");
    const { outcomes } = chain.make({ epoch: 2 });
    expect(outcomes[0]!.table.entries.map(({ weight }) => weight).sort()).toEqual([1_500_000n, 1_500_000n, 2_000_000n]);
  });
});

function nothing(chain: StakeChain): Evidence {
  return { kind: "votes", pair: [chain.vote(ben, 0, 5), chain.vote(ben, 0, 5)] };
}
