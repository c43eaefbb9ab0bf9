/** Two validators of four change their keys at once: what the former keys may do then, and what nobody believes (STAKE-23). */
import { beforeAll, describe, expect, it } from "vitest";
import { asSignature } from "#base";
import { ed25519Sign } from "#crypto";
import { type Block, type Vote, voteMessage } from "#model";
import { chainIdOf } from "#spec";
import { buildBond, buildTransfer, devAccount } from "#wallet/core";
import { stakeSpec, type TestValidator, testValidator } from "../support/validators.ts";
import { textOf, verdict } from "./testing/export-file.ts";
import { type OtherRules, reseal, rootUnder } from "./testing/forge-stake.ts";
import { openStakeMine, type StakeMine } from "./testing/stake-mine.ts";

const COIN = 100_000_000n;
const EPOCH = 6;
const names = ["v0", "v1", "v2", "v3", "second key of v0", "second key of v1"];
const HOLDERS = names.map(testValidator);
const [V0, V1, V2, V3, NEW0, NEW1] = HOLDERS as [
  ...[TestValidator, TestValidator, TestValidator, TestValidator, TestValidator, TestValidator],
];
const spec = stakeSpec([V0, V1, V2, V3], [1_000, 1_000, 1_000, 1_000]);
const chainId = chainIdOf(spec);
const fees = { chainId, minFeePerByteAtoms: spec.fees.minFeePerByteAtoms };

/**
 * The keys change in epoch 1, and the table with epoch 3.
 * @param voters from epoch 3 on
 * @param bonds more, late in epoch 2, where nothing is final that soon
 */
async function grow(slots: number, voters: readonly TestValidator[], bonds = false): Promise<StakeMine> {
  const mine = await openStakeMine(spec, HOLDERS);
  const outputs = [V0, V1].map(({ owner }) => ({ to: owner, amountAtoms: 10n * COIN }));
  const changes = [
    [V0, NEW0],
    [V1, NEW1],
  ] as const;
  while (mine.slot() < slots) {
    const transactions =
      mine.slot() === 1
        ? [buildTransfer({ ...fees, seed: devAccount(1).seed, nonce: 0, outputs })]
        : mine.slot() === EPOCH + 1
          ? changes.map(([{ ownerSeed: seed }, { seed: signingSeed, onionTip }]) =>
              buildBond({ ...fees, seed, nonce: 0, amountAtoms: 0n, signingSeed, onionTip }),
            )
          : bonds && mine.slot() === 3 * EPOCH - 2
            ? [
                buildBond({
                  ...fees,
                  seed: V0.ownerSeed,
                  nonce: 1,
                  amountAtoms: COIN,
                  signingSeed: NEW0.seed,
                  onionTip: NEW0.onionTip,
                }),
              ]
            : [];
    const isBefore = mine.slot() < 3 * EPOCH;
    expect(await mine.block({ transactions, votes: mine.votes(isBefore ? HOLDERS : voters) })).not.toBeNull();
  }
  return mine;
}

async function expectRefused(on: StakeMine, block: Block, rule: string, code: string): Promise<void> {
  const lines = on.lines(block);
  expect({ verifier: await verdict(textOf(lines)), node: await on.give(block) }).toEqual({
    verifier: `${rule} at line ${lines.length}`,
    node: code,
  });
}

function revote(vote: Vote, { key, seed }: TestValidator, change: Partial<Vote> = {}): Vote {
  const unsigned = { ...vote, key, ...change };
  return { ...unsigned, signature: asSignature(ed25519Sign(voteMessage(chainId, unsigned), seed)) };
}

const epochs = ({ chain }: StakeMine): number[] => {
  const { justified, finalized } = chain.head.snapshot;
  return [justified.epoch, finalized.epoch];
};

it("with both kinds of keys finality goes on without a pause, for the node and the verifier", async () => {
  const mine = await grow(5 * EPOCH, HOLDERS);
  expect(epochs(mine)).toEqual([4, 3]);
  expect(await verdict(textOf(mine.lines()))).toBe("accepted");
});

it("without the former keys nothing becomes final", async () => {
  const mine = await grow(5 * EPOCH, [NEW0, NEW1, V2, V3]);
  expect(epochs(mine)).toEqual([2, 1]);
});

describe("a block in the first epoch of the new table", () => {
  let mine: StakeMine;
  let base: Block;
  let drawn: TestValidator;
  let later: Vote;
  beforeAll(async () => {
    mine = await grow(3 * EPOCH + 3, [V0]);
    base = mine.seal({ votes: mine.votes(HOLDERS) })!;
    drawn = mine.leaderAt(mine.slot());
    [later] = base.body.votes as [Vote];
    // All but v0, whose former key has voted.
    expect(base.body.votes).toHaveLength(5);
  });

  it.each([
    ["by a former key that has voted", "STAKE-10", "vote-repeated", () => [revote(later, V0)]],
    ["by a former key twice", "STAKE-10", "vote-repeated", () => [revote(later, V1), revote(later, V1)]],
    [
      "by a former key from another source",
      "STAKE-10",
      "vote-source",
      () => [revote(later, V1, { source: { ...later.source, epoch: later.source.epoch - 1 } })],
    ],
  ] as const)("with a vote %s is refused (%s, %s)", async (_what, rule, code, votes) => {
    await expectRefused(mine, reseal(base, drawn, chainId, { body: { votes: votes() } }), rule, code);
  });

  it("by a former key that was drawn before is refused (STAKE-18, leader-wrong)", async () => {
    await expectRefused(mine, reseal(base, drawn, chainId, { signer: V0 }), "STAKE-18", "leader-wrong");
  });
});

it("a vote of a former key is refused after as many epochs as the specification says (STAKE-10, vote-stranger)", async () => {
  const mine = await grow(5 * EPOCH + 3, [NEW0, NEW1, V2, V3]);
  expect(mine.votes([V0])).toEqual([]);
  const vote = freshVote(mine);
  const base = mine.seal({ votes: [] })!;
  const forged = reseal(base, mine.leaderAt(mine.slot()), chainId, { body: { votes: [revote(vote, V0)] } });
  await expectRefused(mine, forged, "STAKE-10", "vote-stranger");
});

it("a vote of a former key is refused once something is final under the new table (STAKE-10, vote-stranger)", async () => {
  const mine = await grow(5 * EPOCH + 3, HOLDERS);
  const base = mine.seal({ votes: [] })!;
  const vote = freshVote(mine);
  const forged = reseal(base, mine.leaderAt(mine.slot()), chainId, { body: { votes: [revote(vote, V0)] } });
  await expectRefused(mine, forged, "STAKE-10", "vote-stranger");
});

/** What the new key of v0 has voted in this epoch. */
function freshVote({ chain }: StakeMine): Vote {
  for (let height = chain.head.header.height; height > 0; height--)
    for (const vote of chain.body(chain.blockAt(height)!).votes)
      if (vote.target.epoch === 5 && vote.key.every((byte, i) => byte === NEW0.key[i])) return vote;
  throw new Error("the new key of v0 has not voted");
}

it("a block that lets a change act where the table is kept is refused (STATE-5, state-root)", async () => {
  const mine = await grow(3 * EPOCH, HOLDERS, true);
  const first = mine.seal()!;
  expect(rootUnder(mine.lines(first), {})).toEqual(first.header.stateRoot);
  const rules: OtherRules = {
    orders: (orders) => ({ ...orders, step: { ...orders.step!, keeps: false, finalHeight: 99n } }),
  };
  const kept: OtherRules = { orders: (orders) => ({ ...orders, step: { ...orders.step!, finalHeight: 99n } }) };
  expect(rootUnder(mine.lines(first), kept)).toEqual(first.header.stateRoot);
  const stateRoot = rootUnder(mine.lines(first), rules);
  const forged = reseal(first, mine.leaderAt(mine.slot()), chainId, { header: { stateRoot } });
  await expectRefused(mine, forged, "STATE-5", "state-root");
});
