import { beforeEach, describe, expect, it } from "vitest";
import { createManualClock, silentLogger, toHex } from "#base";
import { driveFor, driveSettle, driveUntil } from "../../test/support/drive.ts";
import { minerOf } from "../../test/support/forge.ts";
import { testSigning, testValidator } from "../../test/support/validators.ts";
import { DoppelgaengerWatch } from "./doppelgaenger.ts";
import { Producer } from "./producer.ts";
import { openStakeWorld, type StakeWorld } from "./testing/stake-world.ts";
import { Voter } from "./voter.ts";

const VALIDATORS = ["a", "b"].map(testValidator);
const EPOCH_SLOTS = 6;

let world: StakeWorld;
let sees: boolean;
/** Keys that need no watch any more. */
let over: string[];
beforeEach(async () => {
  world = await openStakeWorld(VALIDATORS);
  [sees, over] = [true, []];
});

function watch(...who: readonly number[]): DoppelgaengerWatch {
  const { chain, events, clock } = world;
  const keys = who.map((no) => VALIDATORS[no]!.key);
  const watching = new DoppelgaengerWatch(
    { keys },
    {
      ...{ chain, events, clock, log: silentLogger, sees: () => sees },
      onOver: async (key) => void over.push(toHex(key)),
    },
  );
  watching.start();
  return watching;
}

/** A node elsewhere with these keys. */
function elsewhere(...who: readonly number[]): Producer {
  const { chain, events, clock } = world;
  return new Producer(
    { signers: who.map((no) => VALIDATORS[no]!.signer), address: minerOf(7) },
    {
      ...{ chain, events, clock, log: silentLogger, pending: () => [], obstacle: () => null },
      ...{
        signing: testSigning(VALIDATORS),
        sealer: { hashRate: () => 0, stop: async () => {}, seal: async () => null },
      },
    },
  );
}

const toSlot = (slot: number): Promise<void> => driveUntil(world.clock, () => world.slotNow() >= slot, 200_000);
const done = (): void => expect(world.clock.nextDueMs()).toBeNull();

describe("an imported key", () => {
  it("waits two whole epochs, and may sign when nobody else did", async () => {
    const others = elsewhere(1);
    others.start();
    await toSlot(2);
    const watching = watch(0);
    expect(watching.obstacle()).toContain("3 more epochs");
    await toSlot(3 * EPOCH_SLOTS - 1);
    expect(watching.obstacle()).toContain("1 more epoch");
    await toSlot(3 * EPOCH_SLOTS + 1);
    expect(watching.obstacle()).toBeNull();
    expect(over).toEqual([toHex(VALIDATORS[0]!.key)]);
    await driveSettle(world.clock, others.stop());
    done();
  });

  it("does not count the time in which the machine slept, or which its clock leapt over", () => {
    const clock = createManualClock(world.clock.nowMs());
    let aheadMs = 0;
    const { chain, events } = world;
    const watching = new DoppelgaengerWatch(
      { keys: [VALIDATORS[0]!.key] },
      {
        ...{ chain, events, log: silentLogger, sees: () => true, onOver: async (key) => void over.push(toHex(key)) },
        clock: { ...clock, nowMs: () => clock.nowMs() + aheadMs },
      },
    );
    watching.start();
    const epochMs = EPOCH_SLOTS * world.slotMs;
    for (const leapMs of [3_600_000, -7_200_000]) {
      aheadMs += leapMs;
      clock.runTo(clock.nowMs() + epochMs);
      expect(watching.obstacle()).toMatch(/\d more epoch/);
    }
    clock.runTo(clock.nowMs() + 2 * epochMs);
    expect([watching.obstacle(), over.length]).toEqual([null, 1]);
  });

  it("never signs when somebody else made a block with it", async () => {
    const others = elsewhere(0, 1);
    const watching = watch(0);
    others.start();
    await driveUntil(world.clock, () => world.notices.length > 0, 60_000);
    expect(world.notices).toMatchObject([{ code: "key-in-use", active: true }]);
    expect(watching.obstacle()).toMatch(
      new RegExp(`key ${toHex(VALIDATORS[0]!.key)} is in use elsewhere: it signed a block in slot \\d`),
    );
    await driveFor(world.clock, 5 * EPOCH_SLOTS * world.slotMs);
    expect(watching.obstacle()).toContain("in use elsewhere");
    expect(over).toEqual([]);
    await driveSettle(world.clock, others.stop());
    done();
  });

  it("never signs when somebody else voted with it", async () => {
    const others = elsewhere(1);
    others.start();
    const watching = watch(0);
    const { chain, events, clock } = world;
    const voter = new Voter(
      { keys: [VALIDATORS[0]!.key] },
      {
        ...{ chain, events, clock, log: silentLogger, obstacle: () => null, signing: testSigning(VALIDATORS) },
        submit: async (vote) => watching.sawVote(vote),
      },
    );
    voter.start();
    await driveUntil(clock, () => world.notices.length > 0, 60_000);
    expect(watching.obstacle()).toContain("a vote for epoch 1");
    await driveSettle(clock, voter.stop());
    await driveSettle(clock, others.stop());
    done();
  });

  it("does not mind what it signed where it was before", async () => {
    const before = elsewhere(0, 1);
    before.start();
    await toSlot(4);
    await driveSettle(world.clock, before.stop());
    const watching = watch(0);
    world.events.emit("block-stored", { id: world.chain.head.id, header: world.chain.head.header });
    expect(watching.obstacle()).toContain("more epochs");
    watching.stop();
    done();
  });

  it("does not count time in which the node sees nobody", async () => {
    const watching = watch(0);
    sees = false;
    await toSlot(5 * EPOCH_SLOTS);
    expect(watching.obstacle()).toContain("3 more epochs");
    sees = true;
    await toSlot(8 * EPOCH_SLOTS - 1);
    expect(watching.obstacle()).toContain("1 more epoch");
    await driveUntil(world.clock, () => watching.obstacle() === null, 3 * world.slotMs);
    done();
  });
});

it("keys that were made here need no watch", () => {
  expect(watch().obstacle()).toBeNull();
  done();
});
