/** Which votes count, and what they justify and finalise. */
import { describe, expect, it } from "vitest";
import { asHash } from "#base";
import { createEpochTable, type EpochTable, type Vote } from "#model";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import type { Snapshot } from "../engine.ts";
import type { LotterySnapshot } from "./snapshot.ts";

const EPOCH = 15;
const WEIGHTS = [30n, 30n, 30n, 9n, 1n];
const line = createStakeLine(WEIGHTS, { signers: 3 });
const { engine, lottery, voting } = line;
const ALL = [0, 1, 2, 3, 4];

const dataOf = (snapshot: Snapshot) => (snapshot as LotterySnapshot).data;
const slotOf = (snapshot: Snapshot) => lottery.slotAt(snapshot.timeMs);
const linkOf = (head: Snapshot) => {
  const { tally } = dataOf(head);
  return { source: tally.source, target: { epoch: tally.epoch, id: tally.checkpoint } };
};
const next = (head: Snapshot, votes: readonly Vote[] = [], slot = slotOf(head) + 1) =>
  line.extend(head, slot, { votes });
const codeOf = (votes: readonly Vote[], parent: Snapshot, slot = slotOf(parent) + 1) => {
  const result = voting.check(votes, lottery.slotStartMs(slot), parent);
  return result.ok ? "ok" : `${result.error.code} ${result.error.blame}`;
};
/** The first block of an epoch, and one with votes by these right after it. */
function epochWith(head: Snapshot, epoch: number, voters: readonly number[], table?: EpochTable): Snapshot {
  const first = line.extend(head, epoch * EPOCH, { table });
  return next(first, line.vote(linkOf(first), voters));
}
const epochs = (snapshot: Snapshot) => [snapshot.justified.epoch, snapshot.finalized.epoch];
/** @param shares by place of the signer */
function tableOf(shares: Readonly<Record<number, bigint>>, leaked = false): EpochTable {
  const entries = Object.entries(shares).map(([index, weight]) => ({
    key: line.signers[Number(index)]!.me.key,
    weight,
  }));
  return createEpochTable(
    entries.sort((a, b) => Buffer.compare(a.key, b.key)),
    { leaked },
  );
}

describe("a vote in a block", () => {
  const inFirst = line.extend(line.extend(line.genesis(), 1), EPOCH);
  const head = line.extend(inFirst, 2 * EPOCH);
  const link = linkOf(head);

  it("counts for the checkpoint of the block's epoch or the one before, once", () => {
    expect(codeOf(line.vote(link, ALL), head)).toBe("ok");
    expect(codeOf(line.vote(linkOf(inFirst), ALL), head)).toBe("ok");
    expect(codeOf([...line.vote(link, [1, 2]), ...line.vote(linkOf(inFirst), [1, 2])], head)).toBe("ok");
    expect(codeOf(line.vote(link, [1, 2, 1]), head)).toBe("vote-repeated sender");
    const after = next(head, line.vote(link, [1]));
    expect(codeOf(line.vote(link, [1]), after)).toBe("vote-repeated sender");
    expect(codeOf(line.vote(link, [2]), after)).toBe("ok");
  });

  it("is for the branch's own checkpoint", () => {
    const other = asHash(new Uint8Array(32).fill(8));
    const targets = [
      { ...link.target, id: other },
      { epoch: 2, id: inFirst.id.slice() as never },
      { epoch: 3, id: head.id },
      { epoch: 0, id: line.genesis().id },
    ];
    const codes = targets.map((target) => codeOf(line.vote({ ...link, target }, [0]), head));
    expect(codes).toEqual(["vote-target sender", "ok", "vote-target sender", "vote-target sender"]);
  });

  it("leads from what was justified when the epoch began", () => {
    const other = { epoch: 0, id: inFirst.id };
    expect(codeOf(line.vote({ ...link, source: other }, [0]), head)).toBe("vote-source sender");
    const later = { epoch: 1, id: line.genesis().id };
    expect(codeOf(line.vote({ ...link, source: later }, [0]), head)).toBe("vote-source sender");
  });

  it("is by a key of that epoch's table", () => {
    expect(codeOf(line.vote(link, [5]), head)).toBe("vote-stranger sender");
    // What those of the table before may do stands in former-voters.test.ts.
    const changed = line.extend(line.genesis(), EPOCH, { table: tableOf({ 5: 1n }, true) });
    const second = line.extend(changed, 2 * EPOCH);
    expect(codeOf(line.vote(linkOf(second), [5]), second)).toBe("ok");
    expect(codeOf(line.vote(linkOf(second), [0]), second)).toBe("vote-stranger sender");
    // The epoch before had the table before.
    expect(codeOf(line.vote(linkOf(changed), [0]), second)).toBe("ok");
    expect(codeOf(line.vote(linkOf(changed), [5]), second)).toBe("vote-stranger sender");
  });

  it("of the epoch before counts only where that had blocks", () => {
    const skipped = line.extend(inFirst, 3 * EPOCH);
    expect(codeOf(line.vote({ source: link.source, target: { epoch: 2, id: inFirst.id } }, [0]), skipped)).toBe(
      "vote-target sender",
    );
    expect(codeOf(line.vote(linkOf(inFirst), [0]), skipped)).toBe("vote-target sender");
    expect(codeOf(line.vote(linkOf(skipped), [0]), skipped)).toBe("ok");
  });

  it("in the first block of an epoch is for what that block makes the checkpoint", () => {
    const target = { epoch: 3, id: head.id };
    expect(codeOf(line.vote({ source: head.justified, target }, ALL), head, 3 * EPOCH)).toBe("ok");
    expect(codeOf(line.vote(link, ALL), head, 3 * EPOCH)).toBe("ok");
    expect(codeOf(line.vote(linkOf(inFirst), ALL), head, 3 * EPOCH)).toBe("vote-target sender");
    const voted = line.extend(head, 3 * EPOCH, { votes: line.vote({ source: head.justified, target }, ALL) });
    expect(voted.justified).toEqual(target);
  });

  it("of epoch 0 does not exist", () => {
    const early = line.extend(line.genesis(), 1);
    expect(codeOf(line.vote(linkOf(early), [0]), early)).toBe("vote-target sender");
    expect(codeOf(line.vote(linkOf(early), [0]), early, EPOCH)).toBe("vote-target sender");
  });

  it("that was not checked breaks our own rule", () => {
    expect(() => next(head, line.vote(link, [5]))).toThrow("not checked");
    const skipped = line.extend(inFirst, 3 * EPOCH);
    expect(() => next(skipped, line.vote(link, [1]))).toThrow("not checked");
  });
});

describe("justification", () => {
  it("takes two thirds, to the atom", () => {
    const exact = createStakeLine([2n, 1n]);
    const first = exact.extend(exact.genesis(), EPOCH);
    const voted = (voters: readonly number[]) =>
      exact.extend(first, EPOCH + 1, { votes: exact.vote(linkOf(first), voters) });
    expect(epochs(voted([0]))).toEqual([1, 0]);
    expect(epochs(voted([1]))).toEqual([0, 0]);
    const first5 = line.extend(line.genesis(), EPOCH);
    expect(epochs(next(first5, line.vote(linkOf(first5), [0, 1])))).toEqual([0, 0]);
    expect(epochs(next(first5, line.vote(linkOf(first5), [0, 1, 4])))).toEqual([0, 0]);
    expect(epochs(next(first5, line.vote(linkOf(first5), [0, 1, 3])))).toEqual([1, 0]);
  });

  it("needs the table before its last change too", () => {
    const shares = { 0: 1n, 1: 1n, 5: 48n, 6: 50n };
    const made = epochWith(line.genesis(), 1, ALL, tableOf(shares));
    const second = line.extend(made, 2 * EPOCH, { table: tableOf(shares) });
    // 98 of 100 in the new table, nobody of the old one.
    expect(epochs(next(second, line.vote(linkOf(second), [5, 6])))).toEqual([1, 0]);
    // With 60 of 100 of the old one it is still too little.
    expect(epochs(next(second, line.vote(linkOf(second), [0, 1, 5, 6])))).toEqual([1, 0]);
    const kept = { ...shares, 2: 30n };
    const other = line.extend(epochWith(line.genesis(), 1, ALL, tableOf(kept)), 2 * EPOCH, { table: tableOf(kept) });
    expect(epochs(next(other, line.vote(linkOf(other), [0, 1, 2, 5])))).toEqual([1, 0]);
    expect(epochs(next(other, line.vote(linkOf(other), [0, 1, 2, 5, 6])))).toEqual([2, 1]);
  });

  it("needs the table in force, whatever the one before says", () => {
    const made = epochWith(line.genesis(), 1, ALL, tableOf({ 0: 1n, 1: 1n, 2: 1n, 5: 10n }));
    const second = line.extend(made, 2 * EPOCH);
    expect(epochs(next(second, line.vote(linkOf(second), [0, 1, 2])))).toEqual([1, 0]);
  });

  it("needs only the table in force from a leaked one on", () => {
    const table = tableOf({ 5: 48n, 6: 50n }, true);
    const made = epochWith(line.genesis(), 1, ALL, table);
    const second = line.extend(made, 2 * EPOCH, { table });
    expect(epochs(next(second, line.vote(linkOf(second), [5, 6])))).toEqual([2, 1]);
    const third = line.extend(second, 3 * EPOCH, { table });
    expect(dataOf(third)).toMatchObject({ before: dataOf(third).current, currentSince: 2 });
  });

  it("never comes between tables that share too little, until the new one is leaked", () => {
    const shares = { 5: 48n, 6: 50n };
    const voters = [5, 6];
    let head = epochWith(line.genesis(), 1, ALL, tableOf(shares));
    for (let epoch = 2; epoch < 20; epoch++) head = epochWith(head, epoch, voters, tableOf(shares));
    expect(epochs(head)).toEqual([1, 0]);
    head = epochWith(head, 20, voters, tableOf(shares, true));
    head = epochWith(head, 21, voters, tableOf(shares));
    expect(epochs(head)).toEqual([21, 0]);
    head = epochWith(head, 22, voters, tableOf(shares));
    expect(epochs(head)).toEqual([22, 21]);
  });

  it("asks the table before no more once something is final under the new one", () => {
    const table = tableOf({ 0: 30n, 1: 30n, 2: 30n, 5: 40n });
    let head = epochWith(line.genesis(), 1, ALL, table);
    head = epochWith(head, 2, [0, 1, 2, 5], table);
    expect(epochs(head)).toEqual([2, 1]);
    const old = dataOf(head).before;
    head = epochWith(head, 3, [0, 1, 2, 5], table);
    // Epoch 2 was the first under the new table; the votes of epoch 3 make it final.
    expect([epochs(head), dataOf(head).before, dataOf(head).currentSince]).toEqual([[3, 2], old, 2]);
    head = epochWith(head, 4, [0, 1, 5], table);
    expect(dataOf(head).before).toEqual(dataOf(head).current);
    expect(epochs(head)).toEqual([4, 3]);
  });
});

describe("finality", () => {
  it("comes to a source whose next epoch is justified, and to no other", () => {
    let head = epochWith(line.genesis(), 1, ALL);
    expect(epochs(head)).toEqual([1, 0]);
    head = epochWith(head, 2, ALL);
    expect(epochs(head)).toEqual([2, 1]);
    expect(head.finalized.id).toEqual(line.genesis().id);
    head = epochWith(head, 3, [0]);
    expect(epochs(head)).toEqual([2, 1]);
    head = epochWith(head, 4, ALL);
    expect(epochs(head)).toEqual([4, 1]);
    head = epochWith(head, 5, ALL);
    expect(epochs(head)).toEqual([5, 4]);
    const { target } = linkOf(line.extend(head, 6 * EPOCH));
    expect(target.epoch).toBe(6);
  });

  it("knows the heights of what is justified and final", () => {
    let head = epochWith(line.genesis(), 1, ALL);
    head = epochWith(head, 2, ALL);
    head = epochWith(head, 3, ALL);
    // Two blocks an epoch: the checkpoint of epoch e has the height 2(e − 1).
    expect(lottery.progress(head)).toMatchObject({ epoch: 3, justifiedHeight: 4, finalizedHeight: 2 });
    const step = engine.orders(line.seal(head, 4 * EPOCH).header, head)?.step;
    expect(step).toEqual({ epoch: 4, parentEpoch: 3, finalizedHeight: 2, finalizedEpoch: 2, keepsTable: false });
  });

  it("comes by votes of the epoch before too, to which its own may lead", () => {
    const first = line.extend(epochWith(line.genesis(), 1, ALL), 2 * EPOCH);
    const late = line.vote(linkOf(first), ALL);
    const second = line.extend(first, 3 * EPOCH);
    expect(dataOf(second).tally.source.epoch).toBe(1);
    const voted = next(second, late);
    expect(epochs(voted)).toEqual([2, 1]);
    // The source of epoch 3 stays what it was when that began: two epochs back, nothing is final by it.
    const own = next(voted, line.vote(linkOf(voted), ALL));
    expect(epochs(own)).toEqual([3, 1]);
    const third = epochWith(own, 4, ALL);
    expect(epochs(third)).toEqual([4, 3]);
    // Where the own epoch came first, the late votes still make their source final.
    const turned = next(next(second, line.vote(linkOf(second), ALL)), late);
    expect(epochs(turned)).toEqual([3, 1]);
  });

  it("stands while two thirds are missing, and goes on when they are back", () => {
    let head = epochWith(epochWith(line.genesis(), 1, ALL), 2, ALL);
    for (let epoch = 3; epoch < 20; epoch++) head = epochWith(head, epoch, [0, 1]);
    expect(epochs(head)).toEqual([2, 1]);
    head = epochWith(epochWith(head, 20, ALL), 21, ALL);
    expect(epochs(head)).toEqual([21, 20]);
  });

  it("comes after empty epochs as after any other", () => {
    const head = epochWith(epochWith(line.genesis(), 7, ALL), 8, ALL);
    expect(epochs(head)).toEqual([8, 7]);
    expect(head.finalized.id).toEqual(line.genesis().id);
  });
});

it("what is counted is the sum over those who voted, in both tables, after any history", () => {
  const shares = [1n, 5n, 7n, 11n, 13n];
  const table = tableOf(Object.fromEntries(shares.map((weight, i) => [i, weight])));
  let head = line.extend(line.genesis(), EPOCH, { table });
  head = line.extend(head, 2 * EPOCH, { table });
  const counted = new Set<number>();
  for (const voters of [[3], [0, 4], [], [2], [1]]) {
    head = next(head, line.vote(linkOf(head), voters));
    for (const voter of voters) counted.add(voter);
    const sumOf = (weights: readonly bigint[]) => [...counted].reduce((sum, i) => sum + weights[i]!, 0n);
    expect(dataOf(head).tally).toMatchObject({ sum: sumOf(shares), sumBefore: sumOf(WEIGHTS) });
    const { hasVoted, votedAtoms, totalAtoms } = lottery.progress(head);
    expect(ALL.filter((i) => hasVoted(line.signers[i]!.me.key))).toEqual([...counted].sort());
    expect([votedAtoms, totalAtoms]).toEqual([sumOf(shares), 37n]);
  }
});
