import { beforeEach, describe, expect, it } from "vitest";
import { asHash, asKey, asSignature, blameNobody } from "#base";
import type { Vote } from "#model";
import { createVotePool, type VotePool, type VoteVerdict } from "./vote-pool.ts";

const hash = (byte: number) => asHash(new Uint8Array(32).fill(byte));

function vote(voter: number, source: number, target: number, id = target): Vote {
  return {
    source: { epoch: source, id: hash(source) },
    target: { epoch: target, id: hash(id) },
    key: asKey(new Uint8Array(32).fill(voter)),
    signature: asSignature(new Uint8Array(64)),
  };
}

let pool: VotePool;
let offences: (readonly [Vote, Vote])[];
let judge: (vote: Vote) => VoteVerdict;
let signed: boolean;

beforeEach(() => {
  [offences, signed] = [[], true];
  judge = () => ({ kind: "ok" });
  pool = createVotePool({
    judge: (each) => judge(each),
    checkSignature: () => signed,
    onOffence: (first, second) => offences.push([first, second]),
  });
});

const codeOf = (each: Vote): string => pool.add(each)?.code ?? "new";

describe("the vote pool", () => {
  it("keeps one vote of each voter and epoch, and offers the latest epochs first", () => {
    const votes = [vote(1, 3, 4), vote(2, 3, 4), vote(1, 4, 5)];
    expect(votes.map(codeOf)).toEqual(["new", "new", "new"]);
    expect(votes.map(codeOf)).toEqual(["vote-known", "vote-known", "vote-known"]);
    expect([...pool.votes()]).toEqual([votes[2], votes[0], votes[1]]);
    expect([pool.size, offences]).toEqual([3, []]);
  });

  it("does not pass on what may be of another branch, and keeps it", () => {
    judge = () => ({ kind: "wait" });
    expect(codeOf(vote(1, 3, 4))).toBe("vote-waits");
    expect(pool.size).toBe(1);
  });

  it("counts those that wait only while it has them", () => {
    const stale = (before: number) => (each: Vote) =>
      each.target.epoch < before
        ? ({ kind: "fault", fault: blameNobody("vote-stale") } as const)
        : ({ kind: "wait" } as const);
    for (let epoch = 1; epoch < 20; epoch++) {
      judge = stale(epoch - 1);
      pool.prune();
      for (let voter = 0; voter < 200; voter++) expect(codeOf(vote(voter, epoch - 1, epoch))).toBe("vote-waits");
      expect(pool.size).toBe(Math.min(epoch, 3) * 200 - (epoch < 3 ? 0 : 200));
    }
  });

  it("refuses what nobody can use, before it looks at the signature", () => {
    judge = () => ({ kind: "fault", fault: blameNobody("vote-stale") });
    signed = false;
    expect(codeOf(vote(1, 3, 4))).toBe("vote-stale");
  });

  it("blames whoever sends a false signature", () => {
    signed = false;
    expect(pool.add(vote(1, 3, 4))).toMatchObject({ code: "vote-signature", blame: "sender" });
    expect(pool.size).toBe(0);
  });

  it("holds two votes of one voter for one epoch against it, and keeps the first", () => {
    const [first, second] = [vote(1, 3, 4, 40), vote(1, 3, 4, 41)];
    expect([codeOf(first), codeOf(second)]).toEqual(["new", "vote-second"]);
    expect(offences).toEqual([[first, second]]);
    expect([...pool.votes()]).toEqual([first]);
  });

  it("holds a vote that surrounds another of the same voter against it, in either order", () => {
    const [inner, outer] = [vote(1, 4, 5), vote(1, 3, 6)];
    expect([codeOf(inner), codeOf(outer)]).toEqual(["new", "new"]);
    expect(offences).toEqual([[inner, outer]]);
    const [other, wide] = [vote(2, 4, 5), vote(2, 3, 6)];
    expect([codeOf(wide), codeOf(other)]).toEqual(["new", "new"]);
    expect(offences).toHaveLength(2);
  });

  it("lets go of what has become stale, and has room again", () => {
    for (let voter = 0; voter < 200; voter++) pool.add(vote(voter, 3, 4));
    pool.add(vote(1, 4, 5));
    judge = (each) => (each.target.epoch < 5 ? { kind: "fault", fault: blameNobody("vote-stale") } : { kind: "ok" });
    pool.prune();
    expect([...pool.votes()]).toEqual([vote(1, 4, 5)]);
    expect(pool.size).toBe(1);
  });

  it("takes in only so many that may be of another branch", () => {
    judge = () => ({ kind: "wait" });
    const codes = Array.from({ length: 2_049 }, (_, i) => {
      const each = vote(1, 3, 4);
      const key = asKey(new Uint8Array(32));
      key[0] = i & 0xff;
      key[1] = i >> 8;
      return codeOf({ ...each, key });
    });
    expect(new Set(codes.slice(0, 2_048))).toEqual(new Set(["vote-waits"]));
    expect(codes[2_048]).toBe("vote-pool-full");
  });
});
