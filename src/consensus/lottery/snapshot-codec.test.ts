import { expect, test } from "vitest";
import { asHash, InvariantError, seededRandom } from "#base";
import { genesisSnapshot, type LotterySnapshot } from "./snapshot.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";
import type { Tally } from "./tally.ts";

const MAX_VALIDATORS = 10_240;
const random = seededRandom(5);
const hash = () => asHash(random.bytes(32));

function tally(epoch: number, voters: number): Tally {
  return {
    epoch,
    checkpoint: hash(),
    checkpointHeight: 2 ** 40,
    source: { epoch: epoch - 1, id: hash() },
    sourceHeight: 2 ** 39,
    current: hash(),
    before: hash(),
    sum: 2n ** 96n - 1n,
    sumBefore: 2n ** 95n,
    voted: random.bytes(voters / 8).fill(0xff),
    takesFormer: false,
    votedFormer: new Uint8Array(0),
  };
}

/** Every key of a table has been changed at once. */
function turned(epoch: number, voters: number): Tally {
  return { ...tally(epoch, voters), takesFormer: true, votedFormer: random.bytes(voters / 8).fill(0xff) };
}

function snapshot(previous: Tally | null, next = true, own = tally(2 ** 45, MAX_VALIDATORS)): LotterySnapshot {
  return {
    id: hash(),
    height: 2 ** 53 - 1,
    timeMs: 2 ** 53 - 1,
    weight: 16n * 2n ** 53n,
    justified: { epoch: 2 ** 50, id: hash() },
    finalized: { epoch: 2 ** 50 - 1, id: hash() },
    data: {
      mix: hash(),
      seed: hash(),
      before: hash(),
      current: hash(),
      next: next ? hash() : null,
      currentSince: 2 ** 44,
      justifiedHeight: 2 ** 52,
      finalizedHeight: 2 ** 51,
      tally: own,
      previous,
    },
  };
}

test("with 10,240 voters and as many former ones in both epochs a snapshot has at most 6 KiB", () => {
  const [before, own] = [turned(2 ** 45 - 1, MAX_VALIDATORS), turned(2 ** 45, MAX_VALIDATORS)];
  const full = snapshot(before, true, own);
  expect(encodeSnapshot(full).length).toBeLessThanOrEqual(6_144);
  expect(decodeSnapshot(encodeSnapshot(full))).toEqual(full);
});

test("what is not there comes back as not there", () => {
  for (const one of [
    snapshot(null),
    snapshot(null, false),
    snapshot(tally(3, 0)),
    snapshot(turned(3, 0)),
    snapshot(tally(3, 8), true, turned(4, 16)),
    snapshot(null, true, turned(4, 16)),
    genesisSnapshot(hash(), hash(), 5, hash()),
  ])
    expect(decodeSnapshot(encodeSnapshot(one))).toEqual(one);
});

test("bytes cut at any place are our own mistake", () => {
  const bytes = encodeSnapshot(snapshot(tally(7, 16), true, tally(8, 16)));
  for (let length = 0; length < bytes.length; length += 7)
    expect(() => decodeSnapshot(bytes.subarray(0, length))).toThrow(InvariantError);
  expect(() => decodeSnapshot(new Uint8Array([...bytes, 0]))).toThrow(InvariantError);
});

test("without former voters a snapshot has the bytes of before there were any", () => {
  const [own, before] = [tally(8, 16), tally(7, 16)];
  const plain = encodeSnapshot(snapshot(before, true, own));
  const takes = encodeSnapshot(snapshot(before, true, { ...own, takesFormer: true }));
  expect(takes.length).toBe(plain.length + 2 * 3);
});
