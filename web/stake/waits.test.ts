import { expect, test } from "vitest";
import type { EpochInfo, Finality } from "#api/contract";
import { describeOpen, describeWait } from "./waits.ts";

const RULES = { slotMs: 2_000, epochSlots: 15 };
const COIN = 100_000_000n;
const HASH = "00".repeat(32);

interface Given {
  readonly slot: number;
  /** Of the head; that of the slot without it. */
  readonly headEpoch?: number;
  readonly justified: number;
  readonly finalized: number;
  /** Coins, of 100. */
  readonly voted: number;
}

function say({ slot, headEpoch, justified, finalized, voted }: Given): string {
  const epoch = Math.floor(slot / RULES.epochSlots);
  const point = (of: number) => ({ epoch: of, height: 10 * of, hash: HASH });
  const finality: Finality = {
    ...{ slot, epoch, head: { height: slot, hash: HASH }, justified: point(justified), finalized: point(finalized) },
    ...{ epochsBehind: epoch - finalized, state: "moving", why: "", checkpoint: "" },
    votes: {
      ...{ epoch: headEpoch ?? epoch, participationPpm: 10_000 * voted },
      ...{ voted: String(BigInt(voted) * COIN), total: String(100n * COIN) },
    },
  };
  return describeWait(finality, RULES).join(" ");
}

test.each<[string, Given, string]>([
  [
    "votes that are coming in",
    { slot: 66, justified: 3, finalized: 2, voted: 40 },
    "the votes of 27 more coins in epoch 4: so far 40 of the 67 that it takes have voted. They count until epoch 5 ends, in about 48 s. With them block 30 is final, if epoch 3 had its two thirds before epoch 4 began.",
  ],
  [
    "votes that are not due yet",
    { slot: 60, justified: 3, finalized: 2, voted: 0 },
    "the votes of 67 more coins in epoch 4: so far 0 of the 67 that it takes have voted. They are due in about 10 s. With them",
  ],
  [
    "the next epoch",
    { slot: 70, justified: 4, finalized: 3, voted: 75 },
    "the votes of epoch 5, due in about 20 s: epoch 4 has its two thirds. With two thirds of them block 40 is final.",
  ],
  [
    "an epoch that has begun without a block",
    { slot: 85, headEpoch: 4, justified: 4, finalized: 3, voted: 75 },
    "the votes of epoch 5, due now:",
  ],
  [
    "two epochs, after one without a majority",
    { slot: 66, justified: 2, finalized: 1, voted: 40 },
    "With two thirds its checkpoint is justified, and final when those of epoch 5 follow.",
  ],
  [
    "the first votes of all",
    { slot: 3, justified: 0, finalized: 0, voted: 0 },
    "the votes of epoch 1, due in about 34 s: the first epoch has nothing to vote for. With two thirds its checkpoint is justified, and final when those of epoch 2 follow.",
  ],
  [
    "the first votes, which make nothing final",
    { slot: 20, justified: 0, finalized: 0, voted: 10 },
    "the votes of 57 more coins in epoch 1: so far 10 of the 67 that it takes have voted. They count until epoch 2 ends, in about 50 s. With two thirds its checkpoint",
  ],
  [
    "the former stake, too",
    { slot: 66, justified: 3, finalized: 2, voted: 70 },
    "more votes: two thirds of the stake have voted in epoch 4, and it takes two thirds of the stake from before",
  ],
  ["a block", { slot: 90, headEpoch: 4, justified: 3, finalized: 2, voted: 40 }, "none since epoch 4"],
])("waits for %s", (_, given, words) => expect(say(given)).toContain(words));

test.each<[Partial<EpochInfo>, string]>([
  [{}, "lacks the votes of 27 coins for two thirds; they count until epoch 5 ends, in about 48 s"],
  [{ voted: String(70n * COIN) }, "not yet of the stake before the last change"],
  [{ startMs: 0, endMs: 30_000 }, "did not get two thirds of the votes in time"],
  [{ checkpoint: null }, "it has not begun"],
])("an open epoch with %j", (more, words) => {
  const epoch: EpochInfo = {
    ...{ epoch: 4, firstSlot: 60, startMs: 120_000, endMs: 150_000, isPresent: true, state: "open" },
    ...{ checkpoint: { height: 40, hash: HASH }, voted: String(40n * COIN), total: String(100n * COIN) },
    ...{ participationPpm: 400_000, blocks: 6, missedSlots: 0, slots: [] },
    ...more,
  };
  expect(describeOpen(epoch, 132_000)).toContain(words);
});
