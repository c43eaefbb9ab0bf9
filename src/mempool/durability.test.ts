import { beforeEach, describe, expect, it } from "vitest";
import { keys } from "#storage";
import { createWorld, transfer, type World } from "./testing/pool.ts";

let world: World;
beforeEach(() => {
  world = createWorld({ journalBlocks: 4 });
  for (let no = 1; no <= 3; no++) world.set(no, { nonce: 0, balanceAtoms: 10n ** 12n });
});

const batches = (): number => [...world.store.range(keys.journal.all)].length;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const nonces = (): number[] => [...world.pool.items()].map((item) => item.transaction.nonce);

describe("what was acknowledged", () => {
  it("is there after a kill, held ones too, in an order that admits it", async () => {
    for (const nonce of [2, 0, 1, 5]) await world.submit(transfer(1, nonce));
    expect(world.restart()).toBe(4);
    expect([...world.pool.select()].length).toBe(3);
    expect(world.restart()).toBe(4);
  });

  it("is durable before the answer also for whoever gives it a second time", async () => {
    const item = transfer(1, 0);
    const answers: string[] = [];
    // Neither may be answered before the one commit under way has ended.
    const both = [1, 2].map((no) => world.submit(item).then((answer) => answers.push(`${no} ${answer}`)));
    const lost = world.store.crash();
    expect(answers).toEqual([]);
    expect([...lost.range(keys.journal.all)].length).toBe(0);
    await Promise.race([Promise.all(both), turn()]);
    expect(answers).toEqual([]);
  });

  it("is written when it comes again after the disk had failed", async () => {
    const item = transfer(1, 0);
    world.store.failNext("disk-full");
    await expect(world.submit(item)).rejects.toMatchObject({ code: "disk-full" });
    expect(world.pool.has(item.id)).toBe(true);
    expect(batches()).toBe(0);
    expect(await world.submit(item)).toBe("ok");
    expect(batches()).toBe(1);
    expect(world.restart()).toBe(1);
  });

  it("is written later, when nobody gives it again, by whoever hears that the disk is well", async () => {
    world.store.failAll("disk-failed");
    await expect(world.submit(transfer(1, 0))).rejects.toMatchObject({ code: "disk-failed" });
    await expect(world.pool.secure()).rejects.toMatchObject({ code: "disk-failed" });
    world.store.failAll(null);
    await world.pool.secure();
    expect(world.restart()).toBe(1);
  });

  it("comes back after a kill even where its block is taken back later", async () => {
    const item = transfer(1, 0);
    await world.submit(item);
    const block = world.include([item]);
    expect(world.restart()).toBe(0);
    world.include([]);
    world.reorganise([block], [[], []]);
    expect(nonces()).toEqual([0]);
    await turn();
    expect(world.restart()).toBe(1);
  });

  it("is one of more than a newcomer may have, and stays", async () => {
    const many = Array.from({ length: 5_000 }, (_, nonce) => transfer(1, nonce));
    const block = world.include(many);
    for (let i = 0; i < 6; i++) world.include([]);
    await world.submit(transfer(1, 5_000));
    world.reorganise([block], [[]]);
    await turn();
    // The one that came last was written down first.
    expect(batches()).toBeGreaterThan(2);
    expect(world.restart()).toBe(5_001);
    expect([...world.pool.select()].length).toBe(5_001);
  });
});

describe("the journal", () => {
  it("is emptied once blocks lie deep enough, and not before", async () => {
    const item = transfer(1, 0);
    await world.submit(item);
    world.include([item]);
    for (let i = 0; i < 3; i++) world.include([]);
    await turn();
    expect(batches()).toBe(1);
    world.include([]);
    await turn();
    expect(batches()).toBe(0);
  });

  it("does not grow by reorganisations", async () => {
    const items = [0, 1].map((nonce) => transfer(1, nonce));
    for (const item of items) await world.submit(item);
    for (let i = 0; i < 5; i++) world.reorganise([world.include([items[0]!])], [[], []]);
    await turn();
    expect(batches()).toBe(2);
    world.include(items);
    for (let i = 0; i < 4; i++) world.include([]);
    await turn();
    expect(batches()).toBe(0);
  });

  it("forgets what was replaced, dropped or evicted, and what it read back and found used", async () => {
    await world.submit(transfer(1, 0));
    await world.submit(transfer(1, 0, { feeAtoms: 5_000n }));
    await world.submit(transfer(2, 0));
    world.include([transfer(2, 0, { amountAtoms: 1n })]);
    expect(world.restart()).toBe(1);
    expect([...world.pool.items()][0]!.transaction.feeAtoms).toBe(5_000n);
    for (let i = 0; i < 5; i++) world.include([]);
    await turn();
    expect(batches()).toBe(1);
  });

  it("keeps what a failed sweep did not remove for the next one", async () => {
    const item = transfer(1, 0);
    await world.submit(item);
    world.include([item]);
    for (let i = 0; i < 3; i++) world.include([]);
    world.store.failNext("disk-failed");
    world.include([]);
    await turn();
    expect(batches()).toBe(1);
    world.include([]);
    await turn();
    expect(batches()).toBe(0);
  });

  it("that is damaged is said to be so, and nothing is dropped in silence", async () => {
    await world.store.commit([{ key: keys.journal(3), value: Uint8Array.of(9, 9, 9, 9, 9) }]);
    expect(() => world.restart()).toThrow(expect.objectContaining({ code: "data-damaged" }));
  });
});
