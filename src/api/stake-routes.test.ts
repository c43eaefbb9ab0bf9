import { join } from "node:path";
import { Registry } from "prom-client";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { expect, onTestFinished, test } from "vitest";
import {
  type Client,
  createClient,
  Duties,
  EpochPage,
  Evidence,
  Finality,
  type SignedTransaction,
  Validator,
  Validators,
} from "#api/contract";
import { HttpOptions } from "#api/server";
import { asHash, asKey, asSignature, silentLogger, systemClock, systemRandom, toHex } from "#base";
import { ed25519PublicKey, formatAddress } from "#crypto";
import { encodeVote, type Vote } from "#model";
import { devAccountAddress, devAccountSeed } from "#spec";
import { tempDir } from "../../test/support/temp.ts";
import { createInMemoryNode } from "./in-memory-node.ts";
import { createNodeApi, DEFAULT_SUBMIT_LIMITS } from "./node-api.ts";
import type { StakeReads, TrackRecord, ValidatorFacts } from "./stake-ports.ts";

const ID = asHash(new Uint8Array(32).fill(9));
const keyOf = (index: number) => ed25519PublicKey(devAccountSeed(index));
const addressOf = (index: number): string => formatAddress(devAccountAddress(index), "tagon");
const RECORD: TrackRecord = {
  ...{ fromEpoch: 2, epochs: 4, slots: 3, proposed: 2, votable: 3, voted: 3, recentVotes: [{ epoch: 4, voted: true }] },
  recent: [
    { slot: 40, epoch: 4, block: { height: 31, id: ID } },
    { slot: 47, epoch: 4, block: null },
  ],
  ...{ blockRewardAtoms: 700n, voteRewardAtoms: 30n, reportRewardAtoms: 0n },
};

function validator(index: number, changed: Partial<ValidatorFacts> = {}): ValidatorFacts {
  return {
    ...{ owner: devAccountAddress(index), signingKey: keyOf(index), bondedAtoms: 100n, activeAtoms: 100n },
    ...{ weightAtoms: 100n, unbonding: [], jailedUntilEpoch: 0, leaked: false, lastVoteEpoch: 4, votes: 3, blocks: 2 },
    ...{ slashedAtoms: 0n, record: RECORD, onionTip: asHash(keyOf(index)), nextOnion: null },
    ...changed,
  };
}

/** Epochs of 10 slots of a second; the head stands in epoch 5, as does the clock. */
const READS: StakeReads = {
  rules: {
    ...{ slotMs: 1_000, epochSlots: 10, minBondAtoms: 100n, unbondEpochs: 32, jailEpochs: 8, leakEpochs: 64 },
    ...{ slashPpm: 50_000, reportPpm: 100_000, maxValidators: 16 },
  },
  now: () => ({ nowMs: 53_500, slot: 53, epoch: 5 }),
  slotStartMs: (slot) => 1_000 * slot,
  validators: () => ({
    ...{ at: { height: 37, id: ID }, headEpoch: 5, totalAtoms: 400n, voterPoolAtoms: 12n },
    validators: [
      validator(0),
      validator(1, { weightAtoms: 300n, bondedAtoms: 300n }),
      validator(2, { weightAtoms: 0n }),
      validator(3, { weightAtoms: 0n, bondedAtoms: 0n, unbonding: [{ amountAtoms: 90n, paidAtEpoch: 37 }] }),
      validator(4, { weightAtoms: 0n, jailedUntilEpoch: 12, slashedAtoms: 5n }),
      validator(5, { weightAtoms: 0n, leaked: true }),
      validator(6, { weightAtoms: 0n, bondedAtoms: 0n }),
    ],
  }),
  duties: (_owner, count) => ({
    ...{ signingKey: keyOf(1), knownToSlot: 59, slots: [54, 57, 58].slice(0, count) },
    vote: { epoch: 5, fromSlot: 53, done: false },
  }),
  epochs: (from, limit) =>
    [5, 4, 3, 2]
      .filter((epoch) => epoch <= from)
      .slice(0, limit)
      .map((epoch) => ({
        ...{ epoch, checkpoint: { height: 30 + epoch, id: ID }, state: epoch < 4 ? "finalized" : "open" },
        ...{ votedAtoms: 300n, totalAtoms: 400n },
        slots: Array.from({ length: 10 }, (_, i) => {
          const slot = 10 * epoch + i;
          return i === 3
            ? ({ slot, state: "missed", leader: devAccountAddress(0), block: null } as const)
            : ({ slot, state: "made", leader: devAccountAddress(1), block: { height: 1, id: ID } } as const);
        }),
      })),
  finality: () => ({
    head: { height: 37, id: ID },
    justified: { epoch: 4, height: 34, id: ID },
    finalized: { epoch: 3, height: 30, id: ID },
    votes: { epoch: 5, votedAtoms: 100n, totalAtoms: 400n },
    votesBefore: null,
  }),
  offences: () => [
    {
      ...{ type: "blocks", signingKey: keyOf(0), validator: devAccountAddress(0), epoch: 4, slot: 41 },
      ...{ first: Uint8Array.of(1), second: Uint8Array.of(2) },
    },
  ],
  draw: () => ({
    slot: 53,
    epoch: 5,
    isFirstOfEpoch: false,
    leaderKey: keyOf(1),
    leader: devAccountAddress(1),
  }),
  votes: () => [{ ...voteOf(0, 5), voter: devAccountAddress(0) }],
};

function voteOf(index: number, target: number): Vote {
  return {
    source: { epoch: 4, id: ID },
    target: { epoch: target, id: ID },
    key: asKey(keyOf(index)),
    signature: asSignature(new Uint8Array(64).fill(target)),
  };
}

async function run(stake: StakeReads | null): Promise<Client> {
  const node = createInMemoryNode();
  const server = await createNodeApi(
    {
      ...(Value.Default(HttpOptions, {}) as HttpOptions),
      ...{ port: 0, isPortFixed: true, tokenFile: join(tempDir(), "api-token"), pagesFolder: null, version: "0.1.0" },
      submit: DEFAULT_SUBMIT_LIMITS,
    },
    {
      ...{ clock: systemClock(), random: systemRandom(), log: silentLogger, registry: new Registry() },
      ports: { ...node, chain: { ...node.chain, stake } },
    },
  );
  onTestFinished(() => server.stop());
  return createClient({ baseUrl: (await server.start()).url, fetch });
}

function expectShape(schema: TSchema, value: unknown): void {
  expect([...Value.Errors(schema, value)].map(({ instancePath, message }) => `${instancePath} ${message}`)).toEqual([]);
}

test("a chain without a lottery says so on each of these routes, and not as a feature", async () => {
  const { stake, status } = await run(null);
  const address = addressOf(0);
  const calls = [stake.validators(), stake.validator(address), stake.duties(address), stake.epochs(), stake.epoch(1)];
  for (const call of [...calls, stake.finality(), stake.evidence()])
    await expect(call).rejects.toMatchObject({ status: 404, code: "not-on-this-chain" });
  expect((await status()).features).toEqual(["mining"]);
});

test("validators come heaviest first, each with its state and what it did", async () => {
  const { stake, status } = await run(READS);
  expect((await status()).features).toContain("validators");
  const validators = await stake.validators();
  expectShape(Validators, validators);
  expect(validators).toMatchObject({ slot: 53, epoch: 5, total: "400", bonded: "700", voterPool: "12" });
  expect(validators.rules).toMatchObject({ epochMs: 10_000, unbondEpochs: 32, minBond: "100" });
  expect(validators.items.map(({ address, state, sharePpm }) => [address, state, sharePpm])).toEqual([
    [addressOf(1), "active", 750_000],
    [addressOf(0), "active", 250_000],
    [addressOf(2), "waiting", 0],
    [addressOf(4), "jailed", 0],
    [addressOf(5), "leaked", 0],
    [addressOf(3), "leaving", 0],
    [addressOf(6), "gone", 0],
  ]);
  const leaving = await stake.validator(addressOf(3));
  expectShape(Validator, leaving);
  expect(leaving.unbonding).toEqual([{ amount: "90", paidAtEpoch: 37, paidAtMs: 370_000 }]);
  expect(leaving.performance).toMatchObject({ proposed: 2, missed: 1, rewards: { total: "730" } });
  await expect(stake.validator(addressOf(9))).rejects.toMatchObject({ status: 404, code: "not-found" });
});

test("duties say when", async () => {
  const { stake } = await run(READS);
  const duties = await stake.duties(addressOf(1), { count: 2 });
  expectShape(Duties, duties);
  expect(duties.slots).toEqual([
    { slot: 54, epoch: 5, timeMs: 54_000 },
    { slot: 57, epoch: 5, timeMs: 57_000 },
  ]);
  expect(duties.vote).toEqual({ epoch: 5, fromMs: 53_000, untilMs: 70_000, done: false });
});

test("epochs come newest first, and end where nothing is kept", async () => {
  const { stake } = await run(READS);
  const page = await stake.epochs({ limit: 3 });
  expectShape(EpochPage, page);
  expect(page.items.map(({ epoch }) => epoch)).toEqual([5, 4, 3]);
  expect(page.nextFrom).toBe(2);
  expect((await stake.epochs({ from: 2 })).nextFrom).toBeNull();
  expect(page.items[1]).toMatchObject({ participationPpm: 750_000, blocks: 9, missedSlots: 1, firstSlot: 40 });
  expect((await stake.epoch(3)).state).toBe("finalized");
  await expect(stake.epoch(1)).rejects.toMatchObject({ status: 404 });
});

test.each([
  ["moving", {}, "Everything up to block 30 is final"],
  ["stalled", { now: 9, headEpoch: 9 }, "only 25 % of the stake have voted"],
  ["stalled", { now: 9, headEpoch: 5 }, "no block since epoch 5"],
  ["stalled", { now: 9, headEpoch: 9, voted: 300 }, "enough again"],
  ["stalled", { now: 9, headEpoch: 9, voted: 0, before: 200 }, "for epoch 8 only 50 % of the stake have voted"],
  [
    "stalled",
    { now: 9, headEpoch: 9, voted: 0, before: 300 },
    "for epoch 8, 75 % have voted, and for epoch 9 so far 0 %",
  ],
  ["beginning", { now: 2, finalized: 0 }, "young"],
])("finality is %s, in words: %j", async (state, given: Given, words) => {
  const { now = 5, finalized = 3, voted = 100, headEpoch = now, before = null } = given;
  const facts = await READS.finality();
  const { stake } = await run({
    ...READS,
    now: () => ({ nowMs: now * 10_000, slot: now * 10, epoch: now }),
    finality: () => ({
      ...facts,
      finalized: { ...facts.finalized, epoch: finalized },
      votes: { epoch: headEpoch, votedAtoms: BigInt(voted), totalAtoms: 400n },
      votesBefore: before === null ? null : { epoch: headEpoch - 1, votedAtoms: BigInt(before), totalAtoms: 400n },
    }),
  });
  const finality = await stake.finality();
  expectShape(Finality, finality);
  expect(finality.state).toBe(state);
  expect(finality.why).toContain(words);
  expect(finality.checkpoint).toMatch(new RegExp(`^30:${toHex(ID)}@[0-9a-f]{16}$`));
});

interface Given {
  readonly now?: number;
  readonly headEpoch?: number;
  readonly finalized?: number;
  readonly voted?: number;
  readonly before?: number;
}

test("a block shows its draw and its votes, and offences can be handed in as they are shown", async () => {
  const { stake, block } = await run(READS);
  const head = await block("head");
  expect(head.draw).toMatchObject({ slot: 53, epoch: 5, leader: addressOf(1), leaderKey: toHex(keyOf(1)) });
  expect(head.votes).toMatchObject({ count: 1, items: [{ voter: addressOf(0), targetEpoch: 5, sourceEpoch: 4 }] });
  const evidence = await stake.evidence();
  expectShape(Evidence, evidence);
  expect(evidence.items[0]).toMatchObject({ what: "two blocks in slot 41", evidence: { first: "01", second: "02" } });
});

test("transactions about validators are taken as JSON and shown as they were given", async () => {
  const { submit, transaction } = await run(READS);
  const envelope = {
    version: 1,
    senderKey: toHex(keyOf(0)),
    nonce: 4,
    fee: "5000",
    signature: "00".repeat(64),
  } as const;
  const [first, second] = [voteOf(0, 5), { ...voteOf(0, 5), source: { epoch: 3, id: ID } }].map((vote) =>
    toHex(encodeVote(vote)),
  ) as [string, string];
  const given: readonly SignedTransaction[] = [
    {
      ...envelope,
      kind: "bond",
      payload: { amount: "100", signingKey: "11".repeat(32), onionTip: "22".repeat(32), keyProof: "33".repeat(64) },
    },
    { ...envelope, kind: "unbond", payload: { amount: "7" } },
    { ...envelope, kind: "renew", payload: { onionTip: "44".repeat(32) } },
    { ...envelope, kind: "evidence", payload: { type: "votes", first, second } },
  ];
  const { results } = await submit(given);
  for (const [i, result] of results.entries()) {
    const id = "id" in result ? result.id : expect.fail(result.error.message);
    const { kind, payload } = given[i]!;
    expect(await transaction(id)).toMatchObject({ kind, payload, status: "pending" });
  }
  const refused = await submit([
    { ...envelope, kind: "evidence", payload: { type: "blocks", first, second } },
    { ...envelope, kind: "unbond", payload: { amount: "18446744073709551616" } },
  ]);
  expect(refused.results).toMatchObject([
    { error: { code: "evidence-malformed" } },
    { error: { code: "invalid-request" } },
  ]);
});
