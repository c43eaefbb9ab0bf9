/** When a voter speaks, which votes are kept, and which go into a block. */
import { describe, expect, it } from "vitest";
import { asHash, type Key } from "#base";
import { createEpochTable, MAX_BLOCK_VOTES, type Vote, voteMessage } from "#model";
import { createStakeLine } from "../../../test/support/stake-line.ts";
import type { Snapshot } from "../engine.ts";
import type { LotterySnapshot } from "./snapshot.ts";

const EPOCH = 15;
const VOTE_OFFSET = 5;
const line = createStakeLine([30n, 30n, 30n, 9n, 1n], { signers: 1 });
const { lottery, voting } = line;
const me = line.signers[0]!.me;
const stranger = line.signers[5]!.me;
const atSlot = lottery.slotStartMs;
const linkOf = (head: Snapshot) => {
  const { tally } = (head as LotterySnapshot).data;
  return { source: tally.source, target: { epoch: tally.epoch, id: tally.checkpoint } };
};

const inFirst = line.extend(line.genesis(), EPOCH);
const inSecond = line.extend(inFirst, 2 * EPOCH);

describe("the duty to vote", () => {
  const momentMs = atSlot(2 * EPOCH + VOTE_OFFSET);

  it("comes a third into each epoch from the first on", () => {
    expect(voting.duty(line.genesis(), me, atSlot(0))).toEqual({ kind: "later", atMs: atSlot(EPOCH + VOTE_OFFSET) });
    expect(voting.duty(line.genesis(), me, atSlot(-9))).toEqual({ kind: "later", atMs: atSlot(EPOCH + VOTE_OFFSET) });
    expect(voting.duty(inSecond, me, momentMs - 1)).toEqual({ kind: "later", atMs: momentMs });
    expect(voting.duty(inSecond, me, momentMs).kind).toBe("now");
    expect(voting.duty(inSecond, me, atSlot(3 * EPOCH) - 1).kind).toBe("now");
    expect(voting.duty(inSecond, me, atSlot(3 * EPOCH)).kind).toBe("later");
  });

  it("is a vote that counts, signed under a guard of both epochs", () => {
    const duty = voting.duty(inSecond, me, momentMs);
    if (duty.kind !== "now") throw new Error(duty.kind);
    expect(duty.vote).toEqual({ ...linkOf(inSecond), key: me.key });
    expect(duty.job).toMatchObject({
      kind: "sign",
      key: me.key,
      message: voteMessage(line.chainId, duty.vote),
      guard: { domain: "vote", source: 0, target: 2 },
    });
    const signature = line.signers[0]!.sign(duty.job.message);
    expect(duty.job.seal(signature)).toEqual(signature);
    expect(voting.check([{ ...duty.vote, signature }], momentMs, inSecond).ok).toBe(true);
  });

  it("names the head itself where it is of an earlier epoch", () => {
    const votes = line.vote(linkOf(inFirst), [0, 1, 2, 3]);
    const head = line.extend(inFirst, EPOCH + 1, { votes });
    expect(head.justified.epoch).toBe(1);
    const duty = voting.duty(head, me, atSlot(4 * EPOCH + VOTE_OFFSET));
    expect(duty).toMatchObject({ kind: "now", vote: { source: head.justified, target: { epoch: 4, id: head.id } } });
  });

  it("is done once the vote is counted", () => {
    const head = line.extend(inSecond, 2 * EPOCH + 6, { votes: line.vote(linkOf(inSecond), [0]) });
    const later = { kind: "later", atMs: atSlot(3 * EPOCH + VOTE_OFFSET) };
    expect(voting.duty(head, me, atSlot(2 * EPOCH + 7))).toEqual(later);
    expect(voting.duty(head, line.signers[1]!.me, atSlot(2 * EPOCH + 7)).kind).toBe("now");
  });

  it("is nobody's who is in no table, and comes with the table", () => {
    expect(voting.duty(inSecond, stranger, momentMs)).toMatchObject({ kind: "never" });
    const table = createEpochTable([{ key: stranger.key, weight: 1n }]);
    const head = line.extend(inFirst, 2 * EPOCH, { table });
    const later = { kind: "later", atMs: atSlot(3 * EPOCH + VOTE_OFFSET) };
    expect(voting.duty(head, stranger, momentMs)).toEqual(later);
    expect(voting.duty(line.extend(inFirst, 2 * EPOCH, { table: null }), stranger, momentMs)).toEqual(later);
  });

  it("waits for a clock that is behind the head", () => {
    expect(voting.duty(inSecond, me, atSlot(EPOCH + 9))).toEqual({ kind: "later", atMs: momentMs });
  });
});

describe("a vote that somebody sent", () => {
  const nowMs = atSlot(2 * EPOCH + 9);
  const admit = (vote: Vote, head = inSecond, timeMs = nowMs) => voting.admit(vote, head, timeMs);
  const other = asHash(new Uint8Array(32).fill(8));
  const one = (link: Pick<Vote, "source" | "target">, index = 0) => line.vote(link, [index])[0]!;

  it("is kept when it is of the clock's epoch or the one before, and of the head's branch", () => {
    expect(admit(one(linkOf(inSecond)))).toEqual({ kind: "ok" });
    expect(admit(one(linkOf(inFirst)))).toEqual({ kind: "ok" });
    const fromHead = { source: inFirst.justified, target: { epoch: 2, id: inFirst.id } };
    expect(admit(one(fromHead), inFirst)).toEqual({ kind: "ok" });
  });

  it("is stale after that, which an honest sender may not have noticed", () => {
    const stale = admit(one(linkOf(inFirst)), inSecond, atSlot(3 * EPOCH));
    expect(stale).toEqual({
      kind: "fault",
      fault: { code: "vote-stale", blame: "nobody", detail: { epoch: 1, clockEpoch: 3 } },
    });
  });

  it("waits for its epoch", () => {
    const vote = one({ source: inSecond.justified, target: { epoch: 3, id: inSecond.id } });
    const untilMs = atSlot(3 * EPOCH) - line.spec.time.maxAheadMs;
    expect(admit(vote)).toEqual({ kind: "wait", why: "too-early", untilMs });
    expect(admit(vote, inSecond, untilMs)).toEqual({ kind: "ok" });
    const far = one({ source: inSecond.justified, target: { epoch: 4, id: inSecond.id } });
    expect(admit(far)).toMatchObject({ kind: "fault", fault: { code: "vote-target", blame: "sender" } });
  });

  it("of another branch waits for it", () => {
    const link = linkOf(inSecond);
    for (const change of [{ target: { ...link.target, id: other } }, { source: { epoch: 1, id: other } }])
      expect(admit(one({ ...link, ...change }))).toEqual({ kind: "wait", why: "needs-state" });
    const skipped = line.extend(inFirst, 3 * EPOCH);
    const missed = one({ source: inFirst.justified, target: { epoch: 2, id: inFirst.id } });
    expect(admit(missed, skipped, atSlot(3 * EPOCH))).toEqual({ kind: "wait", why: "needs-state" });
  });

  it("of a stranger is refused, and blamed on the sender where no branch could excuse it", () => {
    const link = linkOf(inSecond);
    expect(admit(one(link, 5))).toMatchObject({ fault: { code: "vote-stranger", blame: "sender" } });
    const elsewhere = { ...link, target: { ...link.target, id: other } };
    expect(admit(one(elsewhere, 5))).toMatchObject({ fault: { code: "vote-stranger", blame: "nobody" } });
  });

  it("leads forward", () => {
    const link = linkOf(inSecond);
    for (const epoch of [2, 3]) {
      const vote = one({ ...link, source: { epoch, id: other } });
      expect(admit(vote)).toMatchObject({ fault: { code: "vote-source", blame: "sender" } });
    }
  });
});

describe("the votes of a block", () => {
  it("are those that count, each once, the heaviest first", () => {
    const good = line.vote(linkOf(inSecond), [4, 3, 0]);
    const late = line.vote(linkOf(inFirst), [1, 4]);
    const bad = [
      ...line.vote(linkOf(inSecond), [0, 5]),
      ...line.vote({ ...linkOf(inSecond), target: { epoch: 7, id: inSecond.id } }, [2]),
    ];
    const chosen = voting.choose([...good, ...bad, ...late], atSlot(2 * EPOCH + 3), inSecond);
    expect(chosen).toEqual([good[2], late[0], good[1], good[0], late[1]]);
    expect(voting.check(chosen, atSlot(2 * EPOCH + 3), inSecond).ok).toBe(true);
  });

  it("are none while the table is not known", () => {
    const pending = line.extend(inFirst, 2 * EPOCH, { table: null });
    const vote = line.vote({ source: pending.justified, target: { epoch: 3, id: pending.id } }, [0]);
    expect(voting.choose(vote, atSlot(3 * EPOCH), pending)).toEqual([]);
    expect(voting.check([], atSlot(3 * EPOCH), pending).ok).toBe(true);
  });

  it("are at most 256", () => {
    const crowd = createStakeLine(Array.from({ length: 300 }, (_, i) => BigInt(i + 1)));
    const first = crowd.extend(crowd.genesis(), EPOCH);
    const duty = (key: Key) => ({ ...linkOf(first), key, signature: new Uint8Array(64) as Vote["signature"] });
    const votes = crowd.signers.map((signer) => duty(signer.me.key));
    const chosen = crowd.voting.choose(votes, atSlot(EPOCH + 1), first);
    expect(chosen).toHaveLength(MAX_BLOCK_VOTES);
    expect(chosen[0]!.key).toEqual(crowd.signers[299]!.me.key);
    const after = crowd.extend(first, EPOCH + 1, { votes: chosen });
    expect(after.justified.epoch).toBe(1);
    expect(crowd.voting.choose(votes, atSlot(EPOCH + 2), after)).toHaveLength(300 - MAX_BLOCK_VOTES);
  });
});
