import { beforeEach, describe, expect, it } from "vitest";
import { asHash, asKey, asSignature, blameNobody, blameSender, concatBytes, type Fault } from "#base";
import { encodeVote, VOTE_BYTES, type Vote } from "#model";
import type { RoguePeer } from "../../../test/support/rogue-peer.ts";
import { topicsOf } from "../wire/protocols.ts";
import { createVoteRelay, type VoteRelay } from "./relay-votes.ts";
import { ADDRESS, CHAIN, log, openScene, type Scene } from "./testing/scene.ts";

const TOPIC = topicsOf(CHAIN).votes;
let scene: Scene;
let relay: VoteRelay;
let rogue: RoguePeer;
let ready: boolean;
let taken: number[];
let judge: (vote: Vote) => Fault | null;
/** Sizes of what the other side of the rogue heard, in votes. */
let heard: number[];

function vote(no: number): Vote {
  const id = asHash(new Uint8Array(32).fill(7));
  return {
    source: { epoch: no, id },
    target: { epoch: no + 1, id },
    key: asKey(new Uint8Array(32).fill(1)),
    signature: asSignature(new Uint8Array(64)),
  };
}

beforeEach(async () => {
  scene = await openScene();
  [ready, taken, heard] = [true, [], []];
  judge = () => null;
  relay = createVoteRelay({
    ...{ chainId: CHAIN, transport: scene.self, reports: scene.reports, log },
    isReady: () => ready,
    take(each) {
      taken.push(each.source.epoch);
      return judge(each);
    },
  });
  rogue = await scene.rogue("A");
  const witness = await scene.rogue("W");
  rogue.transport.subscribe(TOPIC, { maxBytes: 2 ** 20 }, async () => "ignore");
  witness.transport.subscribe(TOPIC, { maxBytes: 2 ** 20 }, async (_from, bytes) => {
    heard.push(bytes.length / VOTE_BYTES);
    return "ignore";
  });
  await scene.settle(rogue.transport.dial(ADDRESS, 1_000));
  await scene.settle(witness.transport.dial(ADDRESS, 1_000));
});

async function gossip(...votes: readonly Vote[]): Promise<void> {
  await scene.settle(rogue.transport.publish(TOPIC, concatBytes(...votes.map(encodeVote))));
  await scene.run(200);
}

describe("gossip of votes", () => {
  it("is passed on when one of them is new", async () => {
    await gossip(vote(1), vote(2));
    judge = () => blameNobody("vote-known");
    await gossip(vote(3));
    expect([taken, heard, scene.reported]).toEqual([[1, 2, 3], [2], []]);
  });

  it("is stopped at a false one, whose sender pays; the others are sent on by us", async () => {
    judge = (each) => (each.source.epoch === 2 ? blameSender("vote-signature") : null);
    await gossip(vote(1), vote(2), vote(3));
    expect([heard, scene.reported]).toEqual([[2], ["A vote-signature"]]);
  });

  it.each([
    ["nothing", 0],
    ["half a vote", VOTE_BYTES / 2],
    ["one byte too many", VOTE_BYTES + 1],
  ])("of %s is refused", async (_what, length) => {
    await scene.settle(rogue.transport.publish(TOPIC, new Uint8Array(length).fill(9)));
    await scene.run(200);
    expect([taken, heard, scene.reported]).toEqual([[], [], ["A votes-malformed"]]);
  });

  it("of an epoch beyond 2^53 is refused", async () => {
    const bytes = encodeVote(vote(1));
    bytes.fill(0xff, 0, 8);
    await scene.settle(rogue.transport.publish(TOPIC, bytes));
    await scene.run(200);
    expect(scene.reported).toEqual(["A votes-malformed"]);
  });

  it("of somebody who has not met us is not looked at", async () => {
    ready = false;
    await gossip(vote(1));
    expect([taken, heard]).toEqual([[], []]);
  });

  it("goes out in messages of at most 64", async () => {
    relay.publish(Array.from({ length: 130 }, (_, i) => vote(i)));
    await scene.run(200);
    expect(heard).toEqual([64, 64, 2]);
  });
});
