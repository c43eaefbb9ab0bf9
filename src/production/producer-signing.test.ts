import { beforeEach, describe, expect, it } from "vitest";
import { blameNobody, err, silentLogger } from "#base";
import type { SignJob } from "#consensus";
import { buildTransfer, devAccount } from "#wallet/core";
import { driveFor, driveSettle, driveUntil } from "../../test/support/drive.ts";
import { minerOf } from "../../test/support/forge.ts";
import { testSigning, testValidator } from "../../test/support/validators.ts";
import { Producer } from "./producer.ts";
import type { Sealer } from "./sealer.ts";
import type { SigningPort } from "./signing.ts";
import { openStakeWorld, type StakeWorld } from "./testing/stake-world.ts";

const VALIDATORS = ["a", "b"].map(testValidator);
const idle: Sealer = { hashRate: () => 0, stop: async () => {}, seal: async () => null };

let world: StakeWorld;
let obstacle: string | null;
/** Slots that were asked of the guard, in order. */
let asked: number[];
beforeEach(async () => {
  world = await openStakeWorld(VALIDATORS);
  [obstacle, asked] = [null, []];
});

function watched(signing: SigningPort): SigningPort {
  return {
    sign(job) {
      if (job.guard.domain === "block") asked.push(job.guard.slot);
      return signing.sign(job);
    },
  };
}

interface Setup {
  readonly signing?: SigningPort | null;
  readonly who?: readonly number[];
  /** Called before each draft. */
  readonly onDraft?: () => void;
}

function create({ signing = testSigning(VALIDATORS), who = [0, 1], onDraft = () => {} }: Setup = {}): Producer {
  const { chain, events, clock } = world;
  return new Producer(
    { signers: who.map((no) => VALIDATORS[no]!.signer), address: minerOf(7) },
    {
      chain: {
        draft(...args) {
          onDraft();
          return chain.draft(...args);
        },
        import: (candidates) => chain.import(candidates),
        get head() {
          return chain.head;
        },
      },
      ...{ events, clock, sealer: idle, log: silentLogger, pending: () => [], obstacle: () => obstacle },
      ...(signing === null ? {} : { signing: watched(signing) }),
    },
  );
}

const height = (): number => world.chain.head.header.height;
const slots = (): number[] =>
  Array.from({ length: height() }, (_, i) =>
    world.chain.engine.lottery!.slotAt(world.chain.blockAt(i + 1)!.header.timeMs),
  );

describe("producing by signing", () => {
  it("fills every slot when all keys are here, at its start", async () => {
    const producer = create();
    producer.start();
    await driveFor(world.clock, 20 * world.slotMs);
    expect(slots()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(asked).toEqual(slots());
    await driveSettle(world.clock, producer.stop());
    expect(world.clock.nextDueMs()).toBeNull();
  });

  it("makes the blocks of its own key only, and drafts no more often than something happens", async () => {
    let drafts = 0;
    const producer = create({ who: [1], onDraft: () => drafts++ });
    producer.start();
    await driveFor(world.clock, 11 * world.slotMs);
    const { lottery } = world.chain.engine;
    expect(height()).toBeGreaterThan(0);
    expect(height()).toBeLessThan(11);
    for (let at = 1; at <= height(); at++) {
      const parent = world.chain.blockAt(at - 1)!.snapshot;
      expect(lottery!.leaderOf(slots()[at - 1]!, parent)).toEqual(VALIDATORS[1]!.key);
    }
    expect(drafts).toBeLessThan(40);
    await driveSettle(world.clock, producer.stop());
  });

  it("asks the guard once a slot, whatever it says, and says why nothing was signed", async () => {
    const refusing: SigningPort = {
      sign: async () =>
        err(blameNobody("guard-refused", { asked: "a block for slot 1", signed: "a block for slot 9" })),
    };
    const producer = create({ signing: refusing });
    producer.start();
    await driveFor(world.clock, 8 * world.slotMs);
    expect(height()).toBe(0);
    expect(asked).toEqual([...new Set(asked)]);
    expect(asked.length).toBeGreaterThan(5);
    expect(world.notices.at(-1)).toEqual({
      code: "block-not-signed",
      active: true,
      text: "a block was not signed: asked was a block for slot 1, and the key has signed a block for slot 9 before; it may be in use elsewhere",
    });
    await driveSettle(world.clock, producer.stop());
  });

  it("takes the notice back once it signs again", async () => {
    const good = testSigning(VALIDATORS);
    let refusals = 2;
    const signing: SigningPort = {
      sign: async (job: SignJob) =>
        refusals-- > 0 ? err(blameNobody("guard-unknown-key", { key: "ab" })) : good.sign(job),
    };
    const producer = create({ signing });
    producer.start();
    await driveUntil(world.clock, () => height() === 1);
    expect(world.notices.map(({ active }) => active)).toEqual([true, true, false]);
    expect(world.notices[0]!.text).toContain("import its protection first");
    await driveSettle(world.clock, producer.stop());
  });

  it("signs nothing twice when the disk fails after the signature", async () => {
    const producer = create();
    world.store.failNext("disk-full");
    producer.start();
    await driveUntil(world.clock, () => height() === 3);
    expect(asked.length).toBe(new Set(asked).size);
    expect(asked).toEqual([asked[0]!, ...slots()]);
    await driveSettle(world.clock, producer.stop());
  });

  it("goes on in the next slot when the guard's disk fails", async () => {
    let failures = 1;
    const good = testSigning(VALIDATORS);
    const signing: SigningPort = {
      async sign(job) {
        if (failures-- > 0) throw new Error("the disk failed");
        return good.sign(job);
      },
    };
    const producer = create({ signing });
    producer.start();
    await driveUntil(world.clock, () => height() === 2);
    expect(asked).toEqual([1, 2, 3]);
    await driveSettle(world.clock, producer.stop());
  });

  it("never signs a draft whose slot is over", async () => {
    const { chain } = world;
    const late = new Producer(
      { signers: VALIDATORS.map(({ signer }) => signer), address: minerOf(7) },
      {
        chain: {
          draft(...args) {
            const made = chain.draft(...args);
            // Drafting takes longer than a slot.
            if (made.kind === "draft") world.clock.runTo(made.block.expiresMs);
            return made;
          },
          import: (candidates) => chain.import(candidates),
          head: chain.head,
        },
        ...{ events: world.events, clock: world.clock, sealer: idle, log: silentLogger },
        ...{ pending: () => [], obstacle: () => obstacle, signing: watched(testSigning(VALIDATORS)) },
      },
    );
    late.start();
    await driveFor(world.clock, 5 * world.slotMs);
    expect(asked).toEqual([]);
    expect(world.slotNow()).toBeGreaterThan(3);
    await driveSettle(world.clock, late.stop());
  });

  it("drafts less after it was late, and so does not stay without blocks", async () => {
    const { chain, clock } = world;
    /** How many each draft holds; more than six take longer than a slot. */
    const drafts: number[] = [];
    const transfers = Array.from({ length: 20 }, (_, nonce) =>
      buildTransfer({
        ...{ chainId: chain.chainId, seed: devAccount(1).seed, nonce },
        outputs: [{ to: devAccount(2).address, amountAtoms: 5_000n }],
      }),
    );
    const slow = new Producer(
      { signers: VALIDATORS.map(({ signer }) => signer), address: minerOf(7) },
      {
        chain: {
          draft(...args) {
            const made = chain.draft(...args);
            if (made.kind !== "draft") return made;
            const count = made.block.transactions.length;
            drafts.push(count);
            if (count > 6) clock.runTo(made.block.expiresMs);
            return made;
          },
          import: (candidates) => chain.import(candidates),
          head: chain.head,
        },
        ...{ events: world.events, clock, sealer: idle, log: silentLogger, obstacle: () => null },
        pending: () => transfers.slice(chain.account(devAccount(1).address)!.nonce),
        signing: testSigning(VALIDATORS),
      },
    );
    slow.start();
    await driveUntil(clock, () => height() === 4);
    expect(drafts).toEqual([20, 10, 5, 7, 3, 4, 5]);
    await driveSettle(clock, slow.stop());
  });

  it("waits while there is an obstacle, and still takes the slot that is not over", async () => {
    obstacle = "no peer is connected";
    const producer = create();
    producer.start();
    await driveFor(world.clock, 3 * world.slotMs);
    expect(asked).toEqual([]);
    obstacle = null;
    await driveFor(world.clock, world.slotMs);
    expect(asked.length).toBeGreaterThan(0);
    await driveSettle(world.clock, producer.stop());
  });

  it("says that there is nobody to sign", async () => {
    const producer = create({ signing: null });
    await driveFor(world.clock, world.slotMs);
    await expect(producer.mine(1, minerOf(3))).rejects.toMatchObject({ code: "cannot-produce" });
    await producer.stop();
  });

  it("makes blocks on demand, each in its slot", async () => {
    const producer = create();
    const ids = await driveSettle(world.clock, producer.mine(4, minerOf(3)));
    expect(ids.length).toBe(4);
    expect(slots()).toEqual([1, 2, 3, 4]);
    await producer.stop();
  });
});
