import { beforeEach, describe, expect, it } from "vitest";
import { silentLogger, toHex } from "#base";
import { type SearchJob, searchNonce } from "#consensus";
import type { PreparedTransaction } from "#model";
import { buildTransfer, devAccount } from "#wallet/core";
import { driveFor, driveSettle, driveUntil } from "../../test/support/drive.ts";
import { easyChainId, forgeBlock, minerOf, openTestChain, type TestChain } from "../../test/support/forge.ts";
import { Producer } from "./producer.ts";
import type { Sealer } from "./sealer.ts";

let world: TestChain;
let producer: Producer;
let pending: PreparedTransaction[];
let obstacle: string | null;
/** Jobs under way or done, in order; each ends when the test says so. */
let jobs: { readonly job: SearchJob; readonly finish: () => void; aborted: boolean }[];

const solve = (job: SearchJob): Uint8Array => job.seal(searchNonce(job, { from: 0, count: 2 ** 20 })!);
/** Ends each search when told to. */
const patient: Sealer = {
  hashRate: () => 0,
  stop: async () => {},
  seal: (job, signal) =>
    new Promise((resolve) => {
      const one = { job, aborted: signal.aborted, finish: () => resolve(solve(job)) };
      jobs.push(one);
      signal.addEventListener("abort", () => {
        one.aborted = true;
        resolve(null);
      });
    }),
};
const quick: Sealer = { ...patient, seal: async (job) => solve(job) };

beforeEach(async () => {
  world = await openTestChain();
  [pending, jobs, obstacle] = [[], [], null];
  producer = create(patient);
});

function create(sealer: Sealer): Producer {
  const { chain, events, clock } = world;
  return new Producer(
    { signers: [{ key: devAccount(0).key, reveal: () => null }], address: minerOf(7) },
    { ...{ chain, events, clock, sealer, log: silentLogger }, pending: () => pending, obstacle: () => obstacle },
  );
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const height = (): number => world.chain.head.header.height;
const pay = (nonce: number): PreparedTransaction =>
  buildTransfer({
    chainId: easyChainId,
    seed: devAccount(1).seed,
    nonce,
    outputs: [{ to: devAccount(2).address, amountAtoms: 5_000n }],
  });

describe("producing", () => {
  it("makes one block after the other, paid to its address", async () => {
    producer.start();
    expect(producer.running).toBe(true);
    for (let made = 1; made <= 3; made++) {
      await driveUntil(world.clock, () => jobs.length === made);
      jobs.at(-1)!.finish();
      await driveUntil(world.clock, () => height() === made);
    }
    expect(toHex(world.chain.head.header.proposer)).toBe(toHex(minerOf(7)));
    await driveSettle(world.clock, producer.stop());
  });

  it("starts over at once when somebody else's block comes", async () => {
    producer.start();
    await turn();
    const nowMs = world.clock.nowMs();
    await world.give(forgeBlock(world.chain));
    await turn();
    expect(jobs.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(world.clock.nowMs()).toBe(nowMs);
    jobs[1]!.finish();
    await turn();
    await turn();
    expect(height()).toBe(2);
    await driveSettle(world.clock, producer.stop());
  });

  it("takes new transactions in within a second, and goes on with a draft that nothing is missing from", async () => {
    producer.start();
    await driveFor(world.clock, 5_000);
    expect(jobs.length).toBe(1);
    pending = [pay(0)];
    world.events.emit("transaction-added", { item: pay(0), relay: false });
    await driveFor(world.clock, 1_000);
    expect(jobs.map(({ aborted }) => aborted)).toEqual([true, false]);
    jobs[1]!.finish();
    await driveUntil(world.clock, () => height() === 1);
    expect(world.chain.transactions(world.chain.head).map((item) => toHex(item.id))).toEqual([toHex(pay(0).id)]);
    await driveSettle(world.clock, producer.stop());
  });

  it("renews a draft before its time has run out", async () => {
    producer.start();
    await driveFor(world.clock, 700_000);
    expect(jobs.length).toBe(2);
    await driveSettle(world.clock, producer.stop());
  });

  it("waits while there is an obstacle, and goes on when it is gone", async () => {
    obstacle = "the disk is full";
    producer.start();
    await driveFor(world.clock, 10_000);
    expect(jobs.length).toBe(0);
    obstacle = null;
    await driveFor(world.clock, 2_000);
    expect(jobs.length).toBe(1);
    await driveSettle(world.clock, producer.stop());
  });

  it("goes on after a disk that failed", async () => {
    producer.start();
    await turn();
    world.store.failNext("disk-full");
    jobs[0]!.finish();
    await driveUntil(world.clock, () => jobs.length === 2);
    expect(height()).toBe(0);
    jobs[1]!.finish();
    await driveUntil(world.clock, () => height() === 1);
    await driveSettle(world.clock, producer.stop());
  });

  it("ends at once, whatever it waits for", async () => {
    obstacle = "something";
    producer.start();
    await turn();
    const nowMs = world.clock.nowMs();
    await producer.stop();
    expect(producer.running).toBe(false);
    expect(world.clock.nowMs()).toBe(nowMs);
    expect(world.clock.nextDueMs()).toBeNull();
  });
});

describe("mining on demand", () => {
  it("makes as many blocks as asked for, to the address given, on one another", async () => {
    const ids = await driveSettle(world.clock, producer.mine(5, minerOf(3), quick));
    expect(ids.length).toBe(5);
    expect(height()).toBe(5);
    expect(toHex(ids[4]!)).toBe(toHex(world.chain.head.id));
    expect(toHex(world.chain.head.header.proposer)).toBe(toHex(minerOf(3)));
  });

  it("counts only blocks that are on the chain, and goes over to a new head at once", async () => {
    const mined = producer.mine(1, minerOf(3), patient);
    await turn();
    await world.give(forgeBlock(world.chain));
    await turn();
    expect(jobs.map(({ aborted }) => aborted)).toEqual([true, false]);
    jobs[1]!.finish();
    expect((await driveSettle(world.clock, mined)).length).toBe(1);
    expect(height()).toBe(2);
  });

  it("stops the usual search meanwhile, which goes on afterwards", async () => {
    producer.start();
    await turn();
    await driveSettle(world.clock, producer.mine(3, minerOf(3), quick));
    expect(jobs.map(({ aborted }) => aborted)).toEqual([true]);
    await driveFor(world.clock, 2_000);
    expect(jobs.length).toBe(2);
    await driveSettle(world.clock, producer.stop());
  });

  it("says why when nothing may be produced", async () => {
    obstacle = "the node is read-only";
    await expect(producer.mine(1, minerOf(3), quick)).rejects.toMatchObject({
      code: "cannot-produce",
      message: "the node is read-only",
    });
  });

  it("passes on what the disk says", async () => {
    world.store.failNext("disk-full");
    await expect(producer.mine(1, minerOf(3), quick)).rejects.toMatchObject({ code: "disk-full" });
    expect((await producer.mine(1, minerOf(3), quick)).length).toBe(1);
  });

  it("ends when the caller or the node does, with what was made", async () => {
    const controller = new AbortController();
    const called = producer.mine(9, minerOf(3), patient, controller.signal);
    await turn();
    jobs[0]!.finish();
    await driveUntil(world.clock, () => jobs.length === 2);
    controller.abort();
    expect((await called).length).toBe(1);
    const other = producer.mine(9, minerOf(3), patient);
    await turn();
    await producer.stop();
    expect(await other).toEqual([]);
    expect(await producer.mine(9, minerOf(3), patient)).toEqual([]);
  });

  it("gives up when its own block is refused", async () => {
    const lying: Sealer = { ...patient, seal: async (job) => solve(job).fill(0) };
    await expect(producer.mine(1, minerOf(3), lying)).rejects.toMatchObject({ code: "cannot-produce" });
  });
});
