/** Who stands in the former table alone: what it may vote, until when, and what its vote counts for (rule STAKE-23). */
import { describe, expect, it } from "vitest";
import { createEpochTable, type EpochTable, type Vote } from "#model";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import type { Snapshot } from "../engine.ts";
import type { LotterySnapshot } from "./snapshot.ts";

const EPOCH = 15;
const VOTE_OFFSET = 5;
const FORMER_EPOCHS = 4;
const line = createStakeLine([30n, 30n, 30n, 9n, 1n], { signers: 5, engine: { formerEpochs: FORMER_EPOCHS } });
const { lottery, voting, engine, signers } = line;
const ALL = [0, 1, 2, 3, 4];
/** Half the weight has other keys: 5 for 0, 6 for 1. */
const TURNED = tableOf({ 5: 30n, 6: 30n, 2: 30n, 3: 9n, 4: 1n });

/** @param shares by place of the signer */
function tableOf(shares: Readonly<Record<number, bigint>>, leaked = false): EpochTable {
  const entries = Object.entries(shares).map(([index, weight]) => ({ key: signers[Number(index)]!.me.key, weight }));
  return createEpochTable(
    entries.sort((a, b) => Buffer.compare(a.key, b.key)),
    { leaked },
  );
}
const dataOf = (snapshot: Snapshot) => (snapshot as LotterySnapshot).data;
const slotOf = (snapshot: Snapshot) => lottery.slotAt(snapshot.timeMs);
const epochs = (snapshot: Snapshot) => [snapshot.justified.epoch, snapshot.finalized.epoch];
const linkOf = (head: Snapshot) => {
  const { tally } = dataOf(head);
  return { source: tally.source, target: { epoch: tally.epoch, id: tally.checkpoint } };
};
const next = (head: Snapshot, votes: readonly Vote[] = []) => line.extend(head, slotOf(head) + 1, { votes });
const codeOf = (voters: readonly number[], head: Snapshot, link = linkOf(head)) => {
  const result = voting.check(line.vote(link, voters), lottery.slotStartMs(slotOf(head) + 1), head);
  return result.ok ? "ok" : result.error.code;
};
/** The first block of an epoch, and one with votes by these right after it. */
function epochWith(head: Snapshot, epoch: number, voters: readonly number[], table?: EpochTable): Snapshot {
  const first = line.extend(head, epoch * EPOCH, { table });
  return next(first, line.vote(linkOf(first), voters));
}
const isSame = (a: Uint8Array, b: Uint8Array | null) => b !== null && Buffer.compare(a, b) === 0;

/** The table changes with epoch 2. */
const made = epochWith(line.genesis(), 1, ALL, TURNED);
const changed = line.extend(made, 2 * EPOCH);

describe("a change of half the keys at once", () => {
  it("becomes final without a pause where the former keys vote, too", () => {
    let head = next(changed, line.vote(linkOf(changed), [0, 1, 2, 5, 6]));
    expect(epochs(head)).toEqual([2, 1]);
    head = epochWith(head, 3, [0, 1, 2, 5, 6]);
    expect(epochs(head)).toEqual([3, 2]);
    // From here on the former table has no say: its keys alone could not vote, and need not.
    head = epochWith(head, 4, [2, 5, 6]);
    expect(epochs(head)).toEqual([4, 3]);
    expect(isSame(dataOf(head).before, dataOf(head).current)).toBe(true);
  });

  it("waits where they do not vote, or the new ones do not", () => {
    expect(epochs(next(changed, line.vote(linkOf(changed), [2, 3, 5, 6])))).toEqual([1, 0]);
    expect(epochs(next(changed, line.vote(linkOf(changed), [0, 1, 2, 3])))).toEqual([1, 0]);
    expect(epochs(next(changed, line.vote(linkOf(changed), [0, 1, 2, 3, 5])))).toEqual([2, 1]);
  });
});

describe("the vote of a former key", () => {
  it("counts in the former table alone, and once", () => {
    const head = next(changed, line.vote(linkOf(changed), [0, 1]));
    expect(dataOf(head).tally).toMatchObject({ sum: 0n, sumBefore: 60n });
    expect(lottery.progress(head)).toMatchObject({ votedAtoms: 0n, totalAtoms: 100n });
    expect(ALL.filter((i) => lottery.progress(head).hasVoted(signers[i]!.me.key))).toEqual([0, 1]);
    expect(codeOf([0], head)).toBe("vote-repeated");
    expect(codeOf([2, 5, 2], changed)).toBe("vote-repeated");
    expect(codeOf([0, 0], changed)).toBe("vote-repeated");
    const all = next(head, line.vote(linkOf(head), [2, 3, 4, 5, 6]));
    expect(dataOf(all).tally).toMatchObject({ sum: 100n, sumBefore: 100n });
  });

  it("has source and target like any other", () => {
    expect(codeOf([0], changed, { ...linkOf(changed), source: { epoch: 0, id: made.id } })).toBe("vote-source");
    expect(codeOf([0], changed, { ...linkOf(changed), target: { epoch: 2, id: changed.id } })).toBe("vote-target");
  });

  it("is nobody's before the change, nor of a table before the former one", () => {
    expect(codeOf([5], made)).toBe("vote-stranger");
    expect(codeOf([7], changed)).toBe("vote-stranger");
    let head = epochWith(changed, 3, [0, 1, 2, 3, 4, 5, 6]);
    head = epochWith(head, 4, [0, 1, 2, 3, 4, 5, 6], tableOf({ 7: 60n, 2: 30n, 3: 10n }));
    // Nothing was final under the second table yet: a third one has to wait.
    head = epochWith(head, 5, [2, 5, 6], tableOf({ 7: 60n, 2: 30n, 3: 10n }));
    head = line.extend(head, 6 * EPOCH);
    expect(codeOf([5, 6, 7], head)).toBe("ok");
    expect(codeOf([0], head)).toBe("vote-stranger");
  });

  it("ends once something is final under the new table", () => {
    const settled = line.extend(epochWith(epochWith(made, 2, [0, 1, 2, 5, 6]), 3, [0, 1, 2, 5, 6]), 4 * EPOCH);
    expect(codeOf([0], settled)).toBe("vote-stranger");
    expect(codeOf([2, 5, 6], settled)).toBe("ok");
    // The epoch before goes on as it began.
    const late = { source: settled.justified, target: { epoch: 3, id: settled.id } };
    expect(codeOf([0], settled, late)).toBe("vote-target");
    const second = line.extend(line.extend(made, 2 * EPOCH), 3 * EPOCH);
    expect(codeOf([0, 1], second, linkOf(changed))).toBe("ok");
  });

  it("ends after as many epochs as the specification says, though nothing is final", () => {
    let head = made;
    for (let epoch = 2; epoch < 2 + FORMER_EPOCHS; epoch++) {
      // Epochs that stay empty count, too.
      expect(codeOf([0, 1], line.extend(made, epoch * EPOCH))).toBe("ok");
      head = line.extend(head, epoch * EPOCH);
      expect(codeOf([0, 1], head)).toBe("ok");
    }
    expect(codeOf([0], line.extend(made, (2 + FORMER_EPOCHS) * EPOCH))).toBe("vote-stranger");
    head = line.extend(head, (2 + FORMER_EPOCHS) * EPOCH);
    expect(codeOf([0], head)).toBe("vote-stranger");
    expect(epochs(next(head, line.vote(linkOf(head), [2, 3, 4, 5, 6])))).toEqual([1, 0]);
  });

  it("is not asked for, nor taken, where the new table is leaked", () => {
    const head = line.extend(epochWith(line.genesis(), 1, ALL, tableOf({ 5: 48n, 6: 50n }, true)), 2 * EPOCH);
    expect(codeOf([0], head)).toBe("vote-stranger");
    expect(epochs(next(head, line.vote(linkOf(head), [5, 6])))).toEqual([2, 1]);
  });

  it("is none on a chain that has no such rule", () => {
    const old = createStakeLine([30n, 30n], { signers: 1, engine: { formerEpochs: 0 } });
    const table = createEpochTable([{ key: old.signers[2]!.me.key, weight: 1n }]);
    const first = old.extend(old.genesis(), EPOCH, { table });
    const second = old.extend(first, 2 * EPOCH, {
      table: createEpochTable([{ key: old.signers[0]!.me.key, weight: 1n }]),
    });
    const check = old.voting.check(old.vote(linkOf(second), [0]), second.timeMs + 2_000, second);
    expect(check).toMatchObject({ ok: false, error: { code: "vote-stranger" } });
    expect(old.engine.orders(old.seal(first, 2 * EPOCH).header, first)?.step?.keepsTable).toBe(false);
    expect(isSame(dataOf(second).current, dataOf(second).next)).toBe(false);
  });

  it("never draws, nor makes a block", () => {
    const leaders = Array.from({ length: EPOCH - 1 }, (_, i) => lottery.leaderOf(2 * EPOCH + 1 + i, changed)!);
    for (const leader of leaders)
      expect(TURNED.entries.some(({ key }) => Buffer.compare(key, leader) === 0)).toBe(true);
    expect(engine.turn(changed, signers[0]!.me, lottery.slotStartMs(2 * EPOCH + 1)).kind).toBe("never");
  });
});

describe("a table", () => {
  const other = tableOf({ 7: 50n, 8: 50n });
  const stepOf = (parent: Snapshot, epoch: number) =>
    engine.orders(line.seal(parent, epoch * EPOCH).header, parent)?.step;

  it("is not changed again before something is final under it", () => {
    expect(stepOf(made, 2)).toMatchObject({ keepsTable: true });
    let head = epochWith(made, 2, [0, 1, 2, 5, 6], other);
    expect(isSame(dataOf(head).current, dataOf(head).next)).toBe(true);
    head = epochWith(head, 3, [0, 1, 2, 5, 6], other);
    expect(isSame(dataOf(head).current, dataOf(head).next)).toBe(true);
    expect(stepOf(head, 4)).toMatchObject({ keepsTable: false });
    head = epochWith(head, 4, [2, 5, 6], other);
    expect(isSame(dataOf(head).current, dataOf(head).next)).toBe(false);
    expect(stepOf(head, 5)).toMatchObject({ keepsTable: true });
  });

  it("is changed in spite of that when nothing has been final for too long", () => {
    const leaked = tableOf({ 7: 50n, 8: 50n }, true);
    const head = epochWith(made, 2, [2, 5, 6], leaked);
    expect(isSame(dataOf(head).current, dataOf(head).next)).toBe(false);
    expect(stepOf(head, 3)).toMatchObject({ keepsTable: false });
  });

  it("that is kept is known before the block is executed, to whoever asks for the draw", () => {
    const pending = line.extend(made, 2 * EPOCH, { table: null });
    expect(dataOf(pending).next).toBeNull();
    expect(isSame(dataOf(changed).current, dataOf(changed).next)).toBe(true);
  });
});

it("a key is said to leave, to have left, and to be out", () => {
  const of = (head: Snapshot) => [0, 2, 5, 7].map((index) => voting.standing(signers[index]!.me.key, head));
  expect(of(line.genesis())).toEqual(["in", "in", "out", "out"]);
  expect(of(made)).toEqual(["leaves", "in", "out", "out"]);
  expect(of(changed)).toEqual(["former", "in", "in", "out"]);
  expect(of(line.extend(made, (2 + FORMER_EPOCHS) * EPOCH))).toEqual(["out", "in", "in", "out"]);
  // A leaked table asks nobody who left.
  const leaked = tableOf({ 2: 30n, 5: 30n }, true);
  expect(of(line.extend(line.genesis(), EPOCH, { table: leaked }))).toEqual(["in", "in", "out", "out"]);
});

describe("the duty of a former key", () => {
  const moment = (epoch: number) => lottery.slotStartMs(epoch * EPOCH + VOTE_OFFSET);

  it("goes on while its vote counts, and ends then", () => {
    for (const head of [changed, made]) {
      const duty = voting.duty(head, signers[0]!.me, moment(2));
      expect(duty).toMatchObject({ kind: "now", vote: { target: { epoch: 2 }, key: signers[0]!.me.key } });
    }
    const voted = next(changed, line.vote(linkOf(changed), [0]));
    expect(voting.duty(voted, signers[0]!.me, moment(2))).toEqual({ kind: "later", atMs: moment(3) });
    const late = line.extend(made, (2 + FORMER_EPOCHS) * EPOCH);
    expect(voting.duty(late, signers[0]!.me, moment(2 + FORMER_EPOCHS)).kind).toBe("never");
    expect(voting.duty(late, signers[5]!.me, moment(2 + FORMER_EPOCHS)).kind).toBe("now");
  });

  it("is a vote that others keep and a block may hold, after those of the table in force that weigh more", () => {
    const nowMs = moment(2);
    const [former] = line.vote(linkOf(changed), [1]);
    expect(voting.admit(former!, changed, nowMs)).toEqual({ kind: "ok" });
    expect(voting.admit(former!, made, nowMs)).toEqual({ kind: "ok" });
    const elsewhere = { ...former!, target: { epoch: 2, id: line.genesis().id } };
    expect(voting.admit(elsewhere, changed, nowMs)).toMatchObject({ kind: "wait" });
    const late = line.extend(made, (2 + FORMER_EPOCHS) * EPOCH);
    const [stale] = line.vote(linkOf(late), [1]);
    expect(voting.admit(stale!, late, moment(2 + FORMER_EPOCHS))).toMatchObject({
      fault: { code: "vote-stranger", blame: "sender" },
    });
    const offered = line.vote(linkOf(changed), [4, 0, 3, 9, 0]);
    expect(voting.choose(offered, nowMs, changed)).toEqual([offered[1], offered[2], offered[0]]);
  });
});
