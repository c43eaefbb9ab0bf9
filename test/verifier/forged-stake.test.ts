import { beforeAll, describe, expect, it } from "vitest";
import { asHash, asSignature, concatBytes, seededRandom } from "#base";
import { ed25519Sign } from "#crypto";
import { type Block, type Evidence, encodeEvidence, type PreparedTransaction, type Vote, voteMessage } from "#model";
import { chainIdOf } from "#spec";
import {
  buildBond,
  buildEvidence,
  buildRenew,
  buildTransfer,
  buildUnbond,
  devAccount,
  signTransaction,
} from "#wallet/core";
import { stakeSpec, type TestValidator, testValidator } from "../support/validators.ts";
import { readBlock } from "./block.ts";
import { textOf, verdict } from "./testing/export-file.ts";
import { type Forgery, type OtherRules, reseal, rootUnder } from "./testing/forge-stake.ts";
import { openStakeMine, type StakeMine } from "./testing/stake-mine.ts";
import { twoHeaders, twoVotes } from "./testing/wild-chain.ts";

const COIN = 100_000_000n;
const [V0, V1, V2, V3] = ["v0", "v1", "v2", "v3"].map(testValidator) as [
  ...[TestValidator, TestValidator, TestValidator, TestValidator],
];
const ALL = [V0, V1, V2, V3];
const STRANGER = testValidator("stranger");
const NEWCOMER = testValidator("newcomer");
const spec = stakeSpec(ALL, [1_000, 1_000, 1_000, 1_000], { engine: { unbondEpochs: 4 } });
const chainId = chainIdOf(spec);
const random = seededRandom(1);

/** Has an account from the beginning, and sends nothing in these chains. */
const fresh = signing(devAccount(7).seed, 0);
const proven = (on: StakeMine): Evidence => twoHeaders(on, random, V3, 14);

/** With a bond that is not final, sixteen unbondings of v1, and, from epoch 4 on, v3 in jail, but in the tables yet. */
async function grow(slots: number): Promise<{ mine: StakeMine; punished: Evidence }> {
  const mine = await openStakeMine(spec, [...ALL, NEWCOMER]);
  const funds = [V0, V1].map(({ owner }) => ({ to: owner, amountAtoms: 10n * COIN }));
  const punished = proven(mine);
  const many = Array.from({ length: 16 }, (_, nonce) =>
    buildUnbond({ ...signing(V1.ownerSeed, nonce), amountAtoms: COIN }),
  );
  const inSlot: Readonly<Record<number, readonly PreparedTransaction[]>> = {
    3: [buildTransfer({ ...signing(devAccount(1).seed, 0), outputs: funds })],
    24: [buildEvidence({ ...signing(devAccount(2).seed, 0), evidence: punished })],
    20: many,
    21: [bondOf(signing(devAccount(3).seed, 0), { signer: NEWCOMER })],
    22: [bondOf(signing(devAccount(3).seed, 0), { signer: NEWCOMER })],
  };
  let waiting: PreparedTransaction[] = [];
  while (mine.slot() < slots) {
    waiting.push(...(inSlot[mine.slot()] ?? []));
    const made = await mine.block({ votes: mine.votes(ALL), transactions: waiting });
    if (made !== null) waiting = [];
  }
  return { mine, punished };
}

function signing(seed: Uint8Array, nonce: number) {
  return { chainId, seed, nonce, minFeePerByteAtoms: spec.fees.minFeePerByteAtoms };
}

function bondOf(
  from: ReturnType<typeof signing>,
  { signer = NEWCOMER, atoms = 500n * COIN } = {},
): PreparedTransaction {
  return buildBond({ ...from, amountAtoms: atoms, signingSeed: signer.seed, onionTip: signer.onionTip });
}

function ofKind(kind: number, payload: Uint8Array): PreparedTransaction {
  return signTransaction(chainId, fresh.seed, { version: 1, kind, nonce: 0, feeAtoms: 10_000_000n, payload });
}

function revote(vote: Vote, change: Partial<Vote>, { key, seed }: TestValidator): Vote {
  const unsigned = { ...vote, key, ...change };
  return { ...unsigned, signature: asSignature(ed25519Sign(voteMessage(chainId, unsigned), seed)) };
}

/** In the middle of epoch 4, in which v0 has voted, and in whose next block the others do. */
let mine: StakeMine;
let punished: Evidence;
let base: Block;
let drawn: TestValidator;

beforeAll(async () => {
  ({ mine, punished } = await grow(26));
  let made: Block | null = null;
  while (made === null) made = await mine.block({ votes: mine.votes([V0]) });
  while (mine.seal() === null) mine.skip(1);
  base = mine.seal({ votes: mine.votes(ALL) })!;
  drawn = mine.leaderAt(mine.slot());
  // Without that of v3, who is in jail.
  expect(base.body.votes).toHaveLength(2);
  expect(mine.slot()).toBeLessThan(30);
});

async function expectRefused(on: StakeMine, block: Block, rule: string, code: string): Promise<void> {
  const lines = on.lines(block);
  expect({ verifier: await verdict(textOf(lines)), node: await on.give(block) }).toEqual({
    verifier: `${rule} at line ${lines.length}`,
    node: code,
  });
}

const other = (): TestValidator => ALL.find((each) => each !== drawn)!;
const vote = (): Vote => base.body.votes[0]!;
const withVote = (change: Partial<Vote>, by = mine.holderOf(vote().key)): Forgery => ({
  body: { votes: [revote(vote(), change, by), ...base.body.votes.slice(1)] },
});
const slotMs = spec.engine.slotMs;
const zeros = asHash(new Uint8Array(32));
const genesis = (): Vote["source"] => ({ epoch: 0, id: mine.chain.genesisId });
const before = (): Block["header"] => mine.chain.head.header;

const headers: readonly (readonly [string, string, string, () => Forgery])[] = [
  ["by another validator", "STAKE-18", "leader-wrong", () => ({ signer: other() })],
  ["by whose bond is not final", "STAKE-18", "leader-wrong", () => ({ signer: NEWCOMER })],
  ["between slots", "STAKE-5", "slot-misaligned", () => ({ header: { timeMs: base.header.timeMs - slotMs / 2 } })],
  ["in its parent's slot", "STAKE-5", "slot-not-later", () => ({ header: { timeMs: before().timeMs } })],
  ["with a reveal of its own", "TX-23", "reveal-wrong", () => ({ header: { claim: new Uint8Array(32) } })],
  ["with half a reveal", "STAKE-6", "lottery-claim-malformed", () => ({ header: { claim: new Uint8Array(16) } })],
  [
    "with half a seal",
    "STAKE-6",
    "lottery-seal-malformed",
    () => ({ header: { seal: base.header.seal.slice(0, 64) } }),
  ],
  ["with the seal of another", "STAKE-6", "seal-signature", () => ({ header: { seal: before().seal } })],
  ["with another state root", "STATE-5", "state-root", () => ({ header: { stateRoot: zeros } })],
  ["with another proposer", "STATE-5", "state-root", () => ({ header: { proposer: other().owner } })],
  ["with another body root", "BLOCK-11", "body-root", () => ({ header: { bodyRoot: zeros } })],
  ["with another parent", "BLOCK-9", "unknown-parent", () => ({ header: { parent: zeros } })],
  ["of another height", "BLOCK-9", "header-height", () => ({ header: { height: base.header.height + 1 } })],
];

const votes: readonly (readonly [string, string, string, () => Forgery])[] = [
  ["for another block", "STAKE-10", "vote-target", () => withVote({ target: { ...vote().target, id: zeros } })],
  ["for the next epoch", "STAKE-10", "vote-target", () => withVote({ target: { ...vote().target, epoch: 5 } })],
  [
    "for an epoch long ago",
    "STAKE-10",
    "vote-target",
    () => withVote({ source: genesis(), target: { ...vote().source, epoch: 2 } }),
  ],
  ["for genesis", "STAKE-10", "vote-target", () => withVote({ source: genesis(), target: genesis() })],
  ["from genesis", "STAKE-10", "vote-source", () => withVote({ source: genesis() })],
  ["from another block", "STAKE-10", "vote-source", () => withVote({ source: { ...vote().source, id: zeros } })],
  ["by a stranger", "STAKE-10", "vote-stranger", () => withVote({}, STRANGER)],
  ["by whose bond is not final", "STAKE-10", "vote-stranger", () => withVote({}, NEWCOMER)],
  [
    "by who is in jail",
    "TX-24",
    "vote-jailed",
    () => ({ body: { votes: [...base.body.votes, revote(vote(), {}, V3)] } }),
  ],
  ["that stands there twice", "STAKE-10", "vote-repeated", () => ({ body: { votes: [vote(), vote()] } })],
  ["that an earlier block has", "STAKE-10", "vote-repeated", () => withVote({}, V0)],
  ["that another signed", "STAKE-9", "vote-signature", () => ({ body: { votes: [{ ...vote(), key: V0.key }] } })],
  ["that is left out afterwards", "STATE-5", "state-root", () => ({ body: { votes: base.body.votes.slice(1) } })],
];

describe("a signature does not help a block", () => {
  it.each(headers)("%s (%s, %s)", async (_what, rule, code, forgery) => {
    await expectRefused(mine, reseal(base, drawn, chainId, forgery()), rule, code);
  });

  it.each(votes)("with a vote %s (%s, %s)", async (_what, rule, code, forgery) => {
    await expectRefused(mine, reseal(base, drawn, chainId, forgery()), rule, code);
  });
});

const ownerOfV0 = (): ReturnType<typeof signing> => signing(V0.ownerSeed, mine.chain.account(V0.owner)?.nonce ?? 0);
const ownerOfV1 = (): ReturnType<typeof signing> => signing(V1.ownerSeed, mine.chain.account(V1.owner)?.nonce ?? 0);
const evidence = (proof: Evidence): PreparedTransaction => buildEvidence({ ...fresh, evidence: proof });
const falseProof = (): PreparedTransaction => {
  const payload = bondOf(fresh).transaction.payload.slice();
  payload[40]! ^= 1;
  return ofKind(3, payload);
};
const unbondOf = (from: ReturnType<typeof signing>, amountAtoms: bigint): PreparedTransaction =>
  buildUnbond({ ...from, amountAtoms });

const transactions: readonly (readonly [string, string, string, () => PreparedTransaction])[] = [
  ["of kind 7", "TX-9", "tx-kind", () => ofKind(7, new Uint8Array(32))],
  ["of kind 0", "TX-9", "tx-kind", () => ofKind(0, new Uint8Array(32))],
  ["with a bond of 135 bytes", "TX-16", "bond-malformed", () => ofKind(3, new Uint8Array(135))],
  ["with a bond for another tip", "TX-16", "bond-proof", falseProof],
  ["with a bond for too much", "TX-9", "tx-overspend", () => bondOf(fresh, { atoms: 2n ** 62n })],
  ["with a bond past 64 bits", "TX-9", "tx-overflow", () => bondOf(fresh, { atoms: 2n ** 64n - 1n })],
  ["with a small bond", "TX-20", "bond-dust", () => bondOf(fresh, { atoms: COIN, signer: STRANGER })],
  ["with a bond for another's key", "TX-20", "bond-key-taken", () => bondOf(fresh, { signer: V2 })],
  ["with half an unbond", "TX-17", "unbond-malformed", () => ofKind(4, new Uint8Array(4))],
  ["that unbonds without a bond", "TX-20", "unbond-none", () => unbondOf(fresh, COIN)],
  ["that unbonds more than there is", "TX-20", "unbond-exceeds", () => unbondOf(ownerOfV0(), 1_001n * COIN)],
  ["that unbonds all but little", "TX-20", "unbond-dust", () => unbondOf(ownerOfV0(), 999n * COIN)],
  ["that unbonds nothing", "TX-20", "unbond-dust", () => unbondOf(ownerOfV0(), 0n)],
  ["that unbonds for the 17th time", "TX-20", "unbond-many", () => unbondOf(ownerOfV1(), COIN)],
  ["with a renewal of 31 bytes", "TX-18", "renew-malformed", () => ofKind(6, new Uint8Array(31))],
  ["that renews another's onion", "TX-20", "renew-stranger", () => buildRenew({ ...fresh, onionTip: zeros })],
  ["with evidence of type 3", "TX-19", "evidence-malformed", () => ofKind(5, Uint8Array.of(3, ...tail(punished)))],
  [
    "with evidence and a byte",
    "TX-19",
    "evidence-malformed",
    () => ofKind(5, concatBytes(encodeEvidence(agreeing()), new Uint8Array(1))),
  ],
  ["with evidence of nothing", "TX-19", "evidence-malformed", () => ofKind(5, Uint8Array.of(1))],
  ["with the same block twice", "TX-21", "evidence-none", () => evidence(twice(punished))],
  ["with votes that agree", "TX-21", "evidence-none", () => evidence(agreeing())],
  [
    "with evidence against a stranger",
    "TX-22",
    "evidence-stranger",
    () => evidence(twoHeaders(mine, random, STRANGER, 20)),
  ],
  ["with evidence from the future", "TX-22", "evidence-early", () => evidence(twoVotes(mine, random, V2, [6, 6]))],
  ["with evidence from long ago", "TX-22", "evidence-late", () => evidence(twoHeaders(mine, random, V2, 5))],
  ["with evidence that was used", "TX-22", "evidence-repeated", () => evidence(punished)],
];

const tail = (proof: Evidence): Uint8Array => encodeEvidence(proof).subarray(1);

function twice(proof: Evidence): Evidence {
  if (proof.kind !== "blocks") throw new Error("blocks are wanted");
  return { kind: "blocks", pair: [proof.pair[0], proof.pair[0]] };
}

/** Epochs 1 to 2 and 0 to 3 would surround; 1 to 3 and 0 to 2 do not. */
function agreeing(): Evidence {
  return twoVotes(mine, random, V2, [3, 2]);
}

it.each(transactions)("a block with a transaction %s is refused (%s, %s)", async (_what, rule, code, make) => {
  const body = { transactions: [make().bytes], votes: [] };
  await expectRefused(mine, reseal(base, drawn, chainId, { body }), rule, code);
});

it("a block whose leader is in jail is refused, and the one that everything was made from holds", async () => {
  const jailed = await jailedBlock();
  await expectRefused(mine, jailed, "TX-23", "leader-jailed");
  expect(await verdict(textOf(mine.lines(base)))).toBe("accepted");
  expect(await mine.give(base)).toBe("imported");
});

/** By v3, in the next slot that is drawn for it. */
async function jailedBlock(): Promise<Block> {
  const { epochSlots } = spec.engine;
  for (let slot = mine.slot(); slot < 6 * epochSlots; slot++) {
    if (mine.leaderAt(slot) !== V3) continue;
    const made = mine
      .lines()
      .slice(1)
      .map((line) => readBlock(Buffer.from(JSON.parse(line).block, "hex")).header);
    const last = made.findLast(({ seal }) => seal.subarray(0, 32).equals(V3.key));
    const tip = last === undefined ? V3.onionTip : asHash(new Uint8Array(last.claim));
    const header = { timeMs: mine.chain.engine.lottery!.slotStartMs(slot), claim: V3.signer.reveal(tip)! };
    mine.skip(slot - mine.slot());
    return reseal(base, V3, chainId, { header });
  }
  throw new Error("v3 is drawn in no slot");
}

it("votes for an epoch do not count after one without blocks (STAKE-10, vote-target)", async () => {
  const { mine: on } = await grow(20);
  const old = on.votes([V0]);
  expect(old).toHaveLength(1);
  on.skip(2 * spec.engine.epochSlots);
  while (on.seal() === null) on.skip(1);
  const late = reseal(on.seal()!, on.leaderAt(on.slot()), chainId, { body: { votes: old } });
  await expectRefused(on, late, "STAKE-10", "vote-target");
});

describe("a block that begins an epoch has another root", () => {
  let on: StakeMine;
  let first: Block;
  let leader: TestValidator;
  beforeAll(async () => {
    ({ mine: on } = await grow(24));
    while (on.seal() === null) on.skip(1);
    first = on.seal()!;
    leader = on.leaderAt(on.slot());
  });

  it.each([
    [
      "with a reward of one atom more",
      { credits: ([reward, ...rest]) => [{ ...reward!, atoms: reward!.atoms + 1n }, ...rest] },
    ],
    [
      "with an atom for the voters more",
      { credits: ([reward, pool]) => [reward!, { ...pool!, atoms: pool!.atoms + 1n }] },
    ],
    [
      "with a bond in the table that is not final",
      { orders: (orders) => ({ ...orders, step: { ...orders.step!, finalHeight: 1_000n } }) },
    ],
    ["without an epoch step", { orders: (orders) => ({ ...orders, step: null }) }],
    [
      "with a step from another epoch",
      { orders: (orders) => ({ ...orders, step: { ...orders.step!, parentEpoch: 2n } }) },
    ],
    ["with another final epoch", { orders: (orders) => ({ ...orders, step: { ...orders.step!, finalEpoch: 1n } }) }],
    ["with votes that nobody cast", { orders: (orders) => ({ ...orders, votes: [asVote(V0, 4n)] }) }],
  ] as [string, OtherRules][])("%s", async (_what, rules) => {
    const right = rootUnder(on.lines(first), {});
    expect(right).toEqual(first.header.stateRoot);
    const stateRoot = rootUnder(on.lines(first), rules);
    await expectRefused(on, reseal(first, leader, chainId, { header: { stateRoot } }), "STATE-5", "state-root");
  });
});

function asVote({ key }: TestValidator, epoch: bigint) {
  const end = { epoch, id: Buffer.alloc(32) };
  return { source: end, target: end, key: Buffer.from(key), link: Buffer.alloc(112), signature: Buffer.alloc(64) };
}
