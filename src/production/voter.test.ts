import { beforeEach, describe, expect, it } from "vitest";
import { blameNobody, err, silentLogger } from "#base";
import { verifySignature } from "#crypto";
import { type Vote, voteMessage } from "#model";
import { chainIdOf } from "#spec";
import { driveFor, driveSettle, driveUntil } from "../../test/support/drive.ts";
import { minerOf } from "../../test/support/forge.ts";
import { testSigning, testValidator } from "../../test/support/validators.ts";
import { Producer } from "./producer.ts";
import type { SigningPort } from "./signing.ts";
import { openStakeWorld, type StakeWorld } from "./testing/stake-world.ts";
import { Voter } from "./voter.ts";

const VALIDATORS = ["a", "b", "c"].map(testValidator);
const EPOCH_SLOTS = 6;
/** Two slots into an epoch, votes are due. */
const DUE_SLOTS = 2;

let world: StakeWorld;
let producer: Producer;
let votes: Vote[];
let obstacle: string | null;
let failures: number;
beforeEach(async () => {
  world = await openStakeWorld(VALIDATORS);
  [votes, obstacle, failures] = [[], null, 0];
  producer = produce(testSigning(VALIDATORS));
});

function produce(signing: SigningPort): Producer {
  const { chain, events, clock } = world;
  return new Producer(
    { signers: VALIDATORS.map(({ signer }) => signer), address: minerOf(7) },
    {
      ...{ chain, events, clock, signing, log: silentLogger, pending: () => [], obstacle: () => null },
      sealer: { hashRate: () => 0, stop: async () => {}, seal: async () => null },
      votes: () => votes,
    },
  );
}

function create(who: readonly number[], signing: SigningPort = testSigning(VALIDATORS)): Voter {
  const { chain, events, clock } = world;
  return new Voter(
    { keys: who.map((no) => VALIDATORS[no]!.key) },
    {
      ...{ chain, events, clock, signing, log: silentLogger, obstacle: () => obstacle },
      async submit(vote) {
        if (failures-- > 0) throw new Error("nobody takes it");
        votes.push(vote);
      },
    },
  );
}

const targets = (): number[] => votes.map(({ target }) => target.epoch);
const toSlot = (slot: number): Promise<void> =>
  driveUntil(world.clock, () => world.slotNow() >= slot, (slot + 2) * world.slotMs);
async function stop(...all: { stop(): Promise<void> }[]): Promise<void> {
  for (const one of all) await driveSettle(world.clock, one.stop());
  expect(world.clock.nextDueMs()).toBeNull();
}

describe("voting", () => {
  it("is done once an epoch, at its moment, for each key, and makes the chain final", async () => {
    const voter = create([0, 1, 2]);
    voter.start();
    producer.start();
    await toSlot(EPOCH_SLOTS + DUE_SLOTS);
    expect(world.slotNow()).toBe(EPOCH_SLOTS + DUE_SLOTS);
    await driveFor(world.clock, 1);
    expect(targets()).toEqual([1, 1, 1]);
    await toSlot(4 * EPOCH_SLOTS);
    expect(targets()).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect(world.chain.head.snapshot.justified.epoch).toBe(3);
    expect(world.chain.finalizedHeight).toBeGreaterThan(EPOCH_SLOTS);
    for (const vote of votes)
      expect(verifySignature(vote.signature, voteMessage(chainIdOf(world.spec), vote), vote.key)).toBe(true);
    await stop(voter, producer);
  });

  it("needs no new block: the clock alone wakes it", async () => {
    const voter = create([0]);
    producer.start();
    await toSlot(EPOCH_SLOTS + 1);
    await driveSettle(world.clock, producer.stop());
    voter.start();
    await toSlot(EPOCH_SLOTS + DUE_SLOTS + 1);
    expect(targets()).toEqual([1]);
    await stop(voter);
  });

  it("waits for an obstacle to clear, within the epoch", async () => {
    const voter = create([0]);
    obstacle = "catching up";
    voter.start();
    producer.start();
    await toSlot(EPOCH_SLOTS + 4);
    expect(targets()).toEqual([]);
    obstacle = null;
    await toSlot(EPOCH_SLOTS + 5);
    expect(targets()).toEqual([1]);
    await stop(voter, producer);
  });

  it("passes a vote on again until somebody takes it, and signs it once", async () => {
    let signed = 0;
    const good = testSigning(VALIDATORS);
    const counting: SigningPort = {
      sign(job) {
        signed++;
        return good.sign(job);
      },
    };
    failures = 2;
    const voter = create([0], counting);
    voter.start();
    producer.start();
    await toSlot(2 * EPOCH_SLOTS);
    expect(targets()).toEqual([1]);
    expect(signed).toBe(1);
    await stop(voter, producer);
  });

  it("gives up a vote that nobody takes, and goes on with the next", async () => {
    failures = 10;
    const voter = create([0]);
    voter.start();
    producer.start();
    await toSlot(4 * EPOCH_SLOTS);
    expect(targets().at(-1)).toBe(3);
    expect(new Set(targets()).size).toBe(targets().length);
    await stop(voter, producer);
  });

  it("does not ask again for what the guard has refused, and says so", async () => {
    let asked = 0;
    const refusing: SigningPort = {
      async sign() {
        asked++;
        return err(blameNobody("guard-refused", { asked: "a vote", signed: "another" }));
      },
    };
    const voter = create([0], refusing);
    voter.start();
    producer.start();
    await toSlot(2 * EPOCH_SLOTS);
    expect(asked).toBe(1);
    expect(world.notices).toMatchObject([{ code: "vote-not-signed", active: true }]);
    await stop(voter, producer);
  });

  it("goes on after a disk that failed", async () => {
    const good = testSigning(VALIDATORS);
    let broken = 3;
    const voter = create([0], {
      async sign(job) {
        if (broken-- > 0) throw new Error("the disk failed");
        return good.sign(job);
      },
    });
    voter.start();
    producer.start();
    await toSlot(2 * EPOCH_SLOTS);
    expect(targets()).toEqual([1]);
    await stop(voter, producer);
  });
});
