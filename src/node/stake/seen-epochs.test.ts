import { expect, test } from "vitest";
import { type Address, asAddress, asHash, asKey, asSignature, type BlockId, type Key, toHex } from "#base";
import type { BlockEntry } from "#chain";
import type { LotteryView } from "#consensus";
import { type Credit, createEpochTable, encodeSignedSeal, type Vote } from "#model";
import { dividedIntoEpochs, votedAtoms } from "./epochs.ts";
import { createKeyNumbers, createSeenBlocks, KEPT_EPOCHS, missedBetween } from "./seen-blocks.ts";
import { createTrackRecords } from "./track-records.ts";

const E = 6;
const KEYS = [1, 2, 3].map((n) => asKey(new Uint8Array(32).fill(n)));
const ownerOf = (key: Key): Address => asAddress(new Uint8Array(20).fill(key[0]! + 100));
const TABLE = createEpochTable(KEYS.map((key, i) => ({ key, weight: [50n, 30n, 20n][i]! })));
/** Each slot has the leader of its number. */
const leaderOf = (slot: number): Key => KEYS[slot % 3]!;

const lottery: Pick<LotteryView<unknown>, "epochSlots" | "slotAt" | "epochOf" | "leaderOf" | "tables"> = {
  epochSlots: E,
  slotAt: (timeMs) => timeMs / 1_000,
  epochOf: (slot) => Math.floor(slot / E),
  leaderOf,
  tables: () => ({ current: TABLE, next: TABLE }),
};

interface Made {
  readonly slot: number;
  readonly votes?: readonly (readonly [voter: number, target: number])[];
  readonly credits?: readonly Credit[];
  readonly justified?: number;
}

const idOf = (slot: number): BlockId => {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, slot + 1);
  return asHash(id);
};

/** A chain of blocks in the given slots, after genesis in slot 0. */
function chainOf(made: readonly Made[]) {
  const entries = new Map<string, BlockEntry>();
  const reads: number[] = [];
  let parent: BlockEntry | null = null;
  for (const { slot, justified = 0 } of [{ slot: 0 } as Made, ...made]) {
    const seal = { key: leaderOf(slot), signature: asSignature(new Uint8Array(64)) };
    const header: BlockEntry["header"] = {
      ...{ version: 1, height: parent === null ? 0 : parent.header.height + 1, timeMs: slot * 1_000 },
      ...{ parent: parent?.id ?? asHash(new Uint8Array(32)), bodyRoot: idOf(slot), stateRoot: idOf(slot) },
      ...{ proposer: ownerOf(leaderOf(slot)), claim: new Uint8Array() },
      seal: parent === null ? new Uint8Array() : encodeSignedSeal(seal),
    };
    const points = {
      justified: { epoch: justified, id: idOf(0) },
      finalized: { epoch: Math.max(0, justified - 1), id: idOf(0) },
    };
    const snapshot = {
      id: idOf(slot),
      height: header.height,
      timeMs: header.timeMs,
      weight: 1n,
      ...points,
      data: null,
    };
    const entry: BlockEntry = {
      ...{ seq: slot, id: idOf(slot), header, snapshot, status: "executed", sizeBytes: 0, transactionCount: 0 },
    };
    entries.set(toHex(entry.id), entry);
    parent = entry;
  }
  const bySlot = new Map(made.map((one) => [one.slot, one]));
  const voteOf = ([voter, target]: readonly [number, number]): Vote => ({
    source: { epoch: target - 1, id: idOf(0) },
    target: { epoch: target, id: idOf(0) },
    key: KEYS[voter]!,
    signature: asSignature(new Uint8Array(64)),
  });
  return {
    head: parent!,
    reads,
    chain: {
      block: (id: BlockId) => entries.get(toHex(id)) ?? null,
      body(entry: BlockEntry) {
        reads.push(entry.header.height);
        return { transactions: [], votes: (bySlot.get(entry.seq)?.votes ?? []).map(voteOf) };
      },
      credits: (entry: BlockEntry) => bySlot.get(entry.seq)?.credits ?? [],
    },
  };
}

async function seen(made: readonly Made[], nowSlot: number) {
  const keys = createKeyNumbers();
  const { chain, head, reads } = chainOf(made);
  const blocks = createSeenBlocks(chain, lottery as LotteryView<unknown>, keys);
  const upTo = await blocks.upTo(head);
  const later = missedBetween(lottery as LotteryView<unknown>, keys, head, nowSlot);
  const epochs = dividedIntoEpochs(upTo, later, E);
  const headEpoch = Math.floor(head.header.timeMs / 1_000 / E);
  const records = createTrackRecords(epochs, headEpoch, keys, ownerOf);
  return { keys, blocks, chain, head, reads, epochs, of: (key: number) => records.of(ownerOf(KEYS[key]!)) };
}

test("blocks, missed slots and votes fall into their epochs, and empty epochs stand between", async () => {
  const { epochs, keys } = await seen(
    [
      { slot: 1 },
      { slot: 5 },
      {
        slot: 8,
        votes: [
          [0, 1],
          [1, 1],
        ],
        justified: 1,
      },
      { slot: 19, votes: [[2, 3]] },
    ],
    21,
  );
  expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3]);
  expect(epochs.map(({ blocks }) => blocks.map(({ slot }) => slot))).toEqual([[0, 1, 5], [8], [], [19]]);
  expect(epochs.map(({ missed }) => missed.map(({ slot }) => slot))).toEqual([
    [2, 3, 4],
    [6, 7, 9, 10, 11],
    [12, 13, 14, 15, 16, 17],
    [18, 20],
  ]);
  expect(epochs.map(({ checkpoint }) => checkpoint?.height ?? null)).toEqual([null, 2, 3, 3]);
  expect(epochs.map((epoch) => votedAtoms(epoch, keys))).toEqual([0n, 80n, 0n, 20n]);
  expect(epochs.map(({ isJustified }) => isJustified)).toEqual([true, true, false, false]);
});

test("each validator's slots, votes and rewards are counted by its owner", async () => {
  const owner = ownerOf(KEYS[1]!);
  const credits: readonly Credit[] = [
    { to: owner, amountAtoms: 70n, reason: "block-reward" },
    { to: owner, amountAtoms: 5n, reason: "fees" },
    { to: ownerOf(KEYS[0]!), amountAtoms: 9n, reason: "vote-reward" },
    { to: asAddress(new Uint8Array(20)), amountAtoms: 30n, reason: "voter-pool" },
  ];
  const { of } = await seen(
    [
      { slot: 7, credits },
      { slot: 9, votes: [[1, 1]] },
      { slot: 12, votes: [[0, 1]] },
    ],
    15,
  );
  // Led slots 1, 4, 7, 10, 13: only 7 was made, and 13 lies after the head.
  expect(of(1)).toMatchObject({ fromEpoch: 0, epochs: 3, slots: 5, proposed: 1, votable: 1, voted: 1 });
  expect(of(1).recent.map(({ slot, block }) => [slot, block?.height ?? null])).toEqual([
    [1, null],
    [4, null],
    [7, 1],
    [10, null],
    [13, null],
  ]);
  expect([of(1).blockRewardAtoms, of(0).voteRewardAtoms, of(2).blockRewardAtoms]).toEqual([75n, 9n, 0n]);
  expect([of(0), of(2)].map(({ recentVotes }) => recentVotes)).toEqual([
    [{ epoch: 1, voted: true }],
    [{ epoch: 1, voted: false }],
  ]);
});

test("only what is new is read again, and what is too old is not read at all", async () => {
  const slots = Array.from({ length: 40 }, (_, i) => ({ slot: i + 1 }));
  const { blocks, chain, head, reads } = await seen(slots, 41);
  expect(reads.length).toBe(41);
  await blocks.upTo(chain.block(head.header.parent)!);
  await blocks.upTo(head);
  expect(reads.length).toBe(41);
});

test("a chain longer than what is kept is read once, block by block", async () => {
  const length = (KEPT_EPOCHS + 8) * E;
  const { chain, head, reads } = chainOf(Array.from({ length }, (_, i) => ({ slot: i + 1 })));
  const line: BlockEntry[] = [head];
  while (line[0]!.header.height > 0) line.unshift(chain.block(line[0]!.header.parent)!);
  const blocks = createSeenBlocks(chain, lottery as LotteryView<unknown>, createKeyNumbers());
  for (let height = length - 40; height <= length; height++) await blocks.upTo(line[height]!);
  expect(reads.length).toBe(new Set(reads).size);
  expect(reads.length).toBeLessThanOrEqual((KEPT_EPOCHS + 8) * E);
  expect((await blocks.upTo(head)).at(0)!.epoch).toBe(Math.floor(length / E) - KEPT_EPOCHS);
});

test("after a long pause only the epochs that are kept are filled with missed slots", async () => {
  const pause = 10_000 * E;
  const { epochs, of } = await seen([{ slot: 1 }], pause);
  expect(epochs.length).toBeLessThanOrEqual(KEPT_EPOCHS);
  expect(of(0).slots).toBeLessThanOrEqual(KEPT_EPOCHS * E);
});
