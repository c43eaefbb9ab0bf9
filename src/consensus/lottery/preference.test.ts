import { describe, expect, it } from "vitest";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import type { Snapshot } from "../engine.ts";
import type { LotterySnapshot } from "./snapshot.ts";

const EPOCH = 15;
const line = createStakeLine([2n, 2n, 1n], { signers: 1, engine: { formerEpochs: 0 } });
const { engine } = line;

function filled(head: Snapshot, first: number, last: number): Snapshot {
  let tip = head;
  for (let slot = first; slot <= last; slot++) tip = line.extend(tip, slot);
  return tip;
}

function voted(head: Snapshot, slot: number): Snapshot {
  const { tally } = (head as LotterySnapshot).data;
  const link = { source: tally.source, target: { epoch: tally.epoch, id: tally.checkpoint } };
  return line.extend(head, slot, { votes: line.vote(link, [0, 1]) });
}

describe("of two branches", () => {
  const short = voted(line.extend(line.genesis(), EPOCH), EPOCH + 1);
  const long = filled(line.genesis(), 1, EPOCH + 5);

  it("the one with the higher justified epoch is better, however long the other is", () => {
    expect(engine.compare(short, long)).toBe(1);
    expect(engine.compare(long, short)).toBe(-1);
  });

  it("the heavier one is better where both are justified alike, and the first seen where they weigh the same", () => {
    const other = filled(line.genesis(), 3, EPOCH + 7);
    expect(engine.compare(filled(long, EPOCH + 6, EPOCH + 6), long)).toBe(1);
    expect([other.weight, engine.compare(other, long)]).toEqual([long.weight, 0]);
  });

  it("the worse one is worth a look while votes in its bodies could make it the better", () => {
    // Of epoch 1, which the head has justified: weight decides.
    expect(engine.promising(long, short)).toBe(true);
    expect(engine.promising(line.extend(line.genesis(), EPOCH), short)).toBe(false);
    expect(engine.promising(line.extend(line.genesis(), 2 * EPOCH), short)).toBe(true);
    expect(engine.promising(filled(line.genesis(), 1, EPOCH - 1), short)).toBe(false);
    expect(engine.promising(short, long)).toBe(true);
  });
});

it("a block is plausible when somebody signed it who is drawn before or after the head", () => {
  const table = (index: number) => ({
    entries: [{ key: line.signers[index]!.me.key, weight: 1n }],
    total: 1n,
    bondEntries: [],
    bondTotal: 0n,
    leaked: false,
  });
  const head = line.extend(line.genesis(), EPOCH);
  const plausible = (index: number, at: Snapshot) =>
    engine.plausible(line.seal(head, 2 * EPOCH, { signer: line.signers[index]! }), at);
  expect([0, 1, 2, 3].map((index) => plausible(index, head))).toEqual([true, true, true, false]);
  const changing = line.extend(line.genesis(), EPOCH, { table: table(3) });
  expect(plausible(3, changing)).toBe(true);
  const changed = line.extend(changing, 2 * EPOCH, { table: table(3) });
  // Its table and the one before it; another change later the first one is forgotten.
  expect([0, 3].map((index) => plausible(index, changed))).toEqual([true, true]);
  const second = line.extend(line.extend(changed, 3 * EPOCH, { table: table(2) }), 4 * EPOCH, { table: table(2) });
  expect([0, 2, 3].map((index) => plausible(index, second))).toEqual([false, true, true]);
});
