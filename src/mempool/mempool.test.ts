import { beforeEach, describe, expect, it } from "vitest";
import { blameNobody } from "#base";
import type { PreparedTransaction } from "#model";
import { accountOf, createWorld, MIN_FEE, SIZE_BYTES, transfer, type World } from "./testing/pool.ts";

const RICH = 10n ** 12n;
let world: World;
beforeEach(() => {
  world = openWorld();
});

function openWorld(options: Parameters<typeof createWorld>[0] = {}): World {
  const made = createWorld(options);
  for (let no = 1; no <= 5; no++) made.set(no, { nonce: 0, balanceAtoms: RICH });
  return made;
}

function rate(item: PreparedTransaction): number {
  return Number((item.transaction.feeAtoms * 1_000n) / BigInt(item.bytes.length));
}

const selected = (pool = world.pool): number[] => [...pool.select()].map((item) => item.transaction.nonce);

describe("admission", () => {
  it("takes what the sender's account can pay, once, and says so when it comes again", async () => {
    const item = transfer(1, 0);
    expect(await world.submit(item)).toBe("ok");
    expect(await world.submit(item)).toBe("ok");
    expect(world.pool.count).toBe(1);
    expect(world.pool.sizeBytes).toBe(SIZE_BYTES);
    expect(world.told).toEqual(["+1:0 relay"]);
  });

  it("refuses an unknown sender, a used nonce and what was never paid for", async () => {
    expect(await world.submit(transfer(9, 0))).toBe("tx-sender-unknown");
    world.set(1, { nonce: 3, balanceAtoms: 10_000n });
    expect(await world.submit(transfer(1, 2))).toBe("tx-nonce-used");
    expect(await world.submit(transfer(1, 3, { amountAtoms: 10_000n - MIN_FEE }))).toBe("ok");
    expect(await world.submit(transfer(1, 4))).toBe("tx-overspend");
    expect(world.pool.pendingCost(accountOf(1))).toBe(10_000n);
  });

  it("holds what lies behind a gap, tells nobody, and lets it go when the gap is filled", async () => {
    expect(await world.submit(transfer(1, 2), false)).toBe("ok");
    expect(await world.submit(transfer(1, 1), false)).toBe("ok");
    expect(world.pool.isHeld(transfer(1, 2).id)).toBe(true);
    expect(world.told).toEqual([]);
    expect(selected()).toEqual([]);
    expect(world.pool.nextNonce(accountOf(1))).toBe(0);
    expect(await world.submit(transfer(1, 0), false)).toBe("ok");
    // Whoever brought the first spreads that one itself; the others were held back by us.
    expect(world.told).toEqual(["+1:0", "+1:1 relay", "+1:2 relay"]);
    expect(world.pool.isHeld(transfer(1, 2).id)).toBe(false);
    expect(selected()).toEqual([0, 1, 2]);
    expect(world.pool.nextNonce(accountOf(1))).toBe(3);
  });

  it("lets held ones go when a block fills the gap", async () => {
    await world.submit(transfer(1, 1), false);
    world.include([transfer(1, 0)]);
    expect(world.told).toEqual(["+1:1 relay"]);
  });

  it("holds 64 nonces ahead of the next usable one and not one more", async () => {
    await world.submit(transfer(1, 0));
    expect(await world.submit(transfer(1, 65))).toBe("ok");
    expect(await world.submit(transfer(1, 66))).toBe("tx-nonce-gap");
    await world.submit(transfer(1, 1));
    expect(await world.submit(transfer(1, 66))).toBe("ok");
  });

  it("bounds number and size of one sender's transactions", async () => {
    world = openWorld({ maxTransactionsPerSender: 3 });
    for (const nonce of [0, 1, 2]) expect(await world.submit(transfer(1, nonce))).toBe("ok");
    expect(await world.submit(transfer(1, 3))).toBe("tx-sender-full");
    expect(await world.submit(transfer(2, 0))).toBe("ok");
    world = openWorld({ maxBytesPerSender: 2 * SIZE_BYTES + 1 });
    for (const nonce of [0, 1]) expect(await world.submit(transfer(1, nonce))).toBe("ok");
    expect(await world.submit(transfer(1, 2))).toBe("tx-sender-full");
  });

  it("counts what is in a block that is being written as spent and used, not twice", async () => {
    const items = [0, 1, 2].map((nonce) => transfer(1, nonce));
    world.set(1, { nonce: 0, balanceAtoms: 5n * (MIN_FEE + 1_000n) });
    for (const item of items) await world.submit(item);
    // The state has moved, the news has not come yet.
    world.set(1, { nonce: 2, balanceAtoms: 3n * (MIN_FEE + 1_000n) });
    expect(selected()).toEqual([2]);
    expect(world.pool.nextNonce(accountOf(1))).toBe(3);
    expect(await world.submit(transfer(1, 3))).toBe("ok");
    expect(await world.submit(transfer(1, 4))).toBe("ok");
    expect(await world.submit(transfer(1, 5))).toBe("tx-overspend");
    expect(await world.submit(transfer(1, 5 + 65, { amountAtoms: 0n, feeAtoms: 0n }))).toBe("tx-nonce-gap");
    expect(selected()).toEqual([2, 3, 4]);
  });
});

describe("replacement", () => {
  it("needs a higher rate, and a tenth or the fee of its size more, whichever is more", async () => {
    const first = transfer(1, 0);
    await world.submit(first);
    expect(await world.submit(transfer(1, 0, { feeAtoms: 2n * MIN_FEE - 1n }))).toBe("tx-replacement-fee");
    expect(await world.submit(transfer(1, 0, { feeAtoms: 2n * MIN_FEE }))).toBe("ok");
    expect(world.pool.dropped(first.id)).toEqual({ reason: "replaced" });
    expect(world.told).toEqual(["+1:0 relay", "-replaced", "+1:0 relay"]);
    const large = 100n * MIN_FEE;
    await world.submit(transfer(2, 0, { feeAtoms: large }));
    expect(await world.submit(transfer(2, 0, { feeAtoms: large + large / 10n - 1n }))).toBe("tx-replacement-fee");
    expect(await world.submit(transfer(2, 0, { feeAtoms: large + large / 10n }))).toBe("ok");
    expect(world.pool.count).toBe(2);
  });

  it("happens ten times to a nonce", async () => {
    let feeAtoms = MIN_FEE;
    for (let times = 0; times <= 10; times++, feeAtoms *= 2n)
      expect(await world.submit(transfer(1, 0, { feeAtoms }))).toBe("ok");
    expect(await world.submit(transfer(1, 0, { feeAtoms }))).toBe("tx-replaced-too-often");
  });

  it("frees what the old one would have taken", async () => {
    world.set(1, { nonce: 0, balanceAtoms: 10_000n });
    await world.submit(transfer(1, 0, { amountAtoms: 8_000n }));
    expect(await world.submit(transfer(1, 0, { amountAtoms: 7_080n, feeAtoms: 2n * MIN_FEE }))).toBe("ok");
    expect(world.pool.pendingCost(accountOf(1))).toBe(10_000n);
  });
});

describe("a full pool", () => {
  const room = 1_048_576;
  const fitting = Math.floor(room / SIZE_BYTES);

  it("lets the tails of those go that pay worst, asks for more, and less as time passes", async () => {
    world = openWorld({ maxBytes: room, maxTransactionsPerSender: 100_000, maxBytesPerSender: 2 ** 30 });
    const fill = Array.from({ length: fitting - 100 }, (_, nonce) => transfer(1, nonce, { feeAtoms: 5n * MIN_FEE }));
    await world.pool.submit(fill);
    // A dear one in front of a cheap tail: only the tail goes, and its price sets the floor.
    const dear = transfer(2, 0, { feeAtoms: 1_000n * MIN_FEE });
    const cheap = Array.from({ length: 99 }, (_, i) => transfer(2, 1 + i, { feeAtoms: 2n * MIN_FEE }));
    await world.pool.submit([dear, ...cheap]);
    expect(world.pool.floorRate).toBe(0);
    const results = await world.pool.submit([transfer(3, 0, { feeAtoms: 9n * MIN_FEE }), transfer(4, 0)]);
    expect(results[0]).toMatchObject({ ok: true });
    expect(results[1]).toMatchObject({ ok: false, error: { code: "tx-fee-floor" } });
    expect(world.pool.sizeBytes).toBeLessThanOrEqual(room * 0.95);
    expect(world.pool.has(dear.id)).toBe(true);
    expect(cheap.filter((item) => world.pool.has(item.id))).toEqual([]);
    expect(world.pool.dropped(cheap[0]!.id)).toEqual({ reason: "evicted" });
    const floor = world.pool.floorRate;
    expect(floor).toBe(rate(fill[0]!) + 1);
    expect(await world.submit(transfer(5, 0, { feeAtoms: 5n * MIN_FEE }))).toBe("tx-fee-floor");
    world.clock.runTo(world.clock.nowMs() + 600_000);
    expect(world.pool.floorRate).toBe(Math.floor(floor / 2));
    expect(await world.submit(transfer(5, 0, { feeAtoms: 5n * MIN_FEE }))).toBe("ok");
    world.clock.runTo(world.clock.nowMs() + 600_000 * 20);
    expect(world.pool.floorRate).toBe(0);
  });
});

describe("selection", () => {
  it("takes the best rate first, each sender's in nonce order, of equals the older", async () => {
    const fees = [
      [1, 0, 3n],
      [1, 1, 9n],
      [2, 0, 5n],
      [2, 1, 1n],
      [3, 0, 5n],
    ] as const;
    for (const [from, nonce, times] of fees) {
      await world.submit(transfer(from, nonce, { feeAtoms: times * MIN_FEE }));
      world.clock.runTo(world.clock.nowMs() + 1);
    }
    const order = [...world.pool.select()].map((item) => Number(item.transaction.feeAtoms / MIN_FEE));
    expect(order).toEqual([5, 5, 3, 9, 1]);
    expect([...world.pool.items()].length).toBe(5);
  });
});

describe("following the chain", () => {
  it("lets go what a block holds, and what it made impossible", async () => {
    const [mine, late] = [transfer(1, 0), transfer(1, 1, { amountAtoms: RICH / 2n })];
    await world.submit(mine);
    await world.submit(late);
    const other = transfer(2, 0, { amountAtoms: 5n });
    await world.submit(transfer(2, 0));
    world.set(1, { nonce: 0, balanceAtoms: RICH / 2n });
    world.include([mine, other]);
    expect(world.pool.dropped(late.id)).toEqual({ reason: "invalid", code: "tx-overspend" });
    expect(world.pool.dropped(transfer(2, 0).id)).toEqual({ reason: "invalid", code: "tx-nonce-used" });
    expect(world.pool.dropped(mine.id)).toBeNull();
    expect(world.pool.count).toBe(0);
    expect(world.told.slice(3)).toEqual(["-included", "-tx-overspend", "-tx-nonce-used"]);
  });

  it("takes back what a reorganisation orphans, with what was pending, and tells of it", async () => {
    const items = [0, 1, 2, 3].map((nonce) => transfer(1, nonce));
    for (const item of items) await world.submit(item);
    const blocks = [world.include([items[0]!]), world.include([items[1]!, items[2]!])];
    expect(selected()).toEqual([3]);
    world.told.length = 0;
    world.reorganise(blocks, [[], [], [items[0]!]]);
    expect(selected()).toEqual([1, 2, 3]);
    expect(world.told).toEqual(["+1:1 relay", "+1:2 relay"]);
    expect(world.pool.sizeBytes).toBe(3 * SIZE_BYTES);
  });

  it("takes back more than a newcomer may have pending, at any fee", async () => {
    world = openWorld({ maxTransactionsPerSender: 3, maxNonceGap: 1, maxBytes: 1_048_576 });
    const items = Array.from({ length: 9 }, (_, nonce) => transfer(1, nonce));
    const blocks: ReturnType<World["include"]>[] = [];
    for (let at = 0; at < 9; at += 3) {
      for (const item of items.slice(at, at + 3)) expect(await world.submit(item)).toBe("ok");
      if (at < 6) blocks.push(world.include(items.slice(at, at + 3)));
    }
    world.reorganise(blocks, [[], [], []]);
    expect(selected()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await world.submit(transfer(1, 9))).toBe("tx-sender-full");
  });

  it("says why what was orphaned cannot come back", async () => {
    const item = transfer(1, 0);
    await world.submit(item);
    const block = world.include([item]);
    const rival = transfer(1, 0, { amountAtoms: 2_000n });
    world.reorganise([block], [[rival], []]);
    expect(world.pool.dropped(item.id)).toEqual({ reason: "invalid", code: "tx-nonce-used" });
    expect(world.pool.count).toBe(0);
  });
});

describe("what the state refuses for another reason than nonce and balance", () => {
  const BOND = 3;
  const refuseFirst = () =>
    world.refuse(({ transaction }) => (transaction.nonce === 0 ? blameNobody("unbond-exceeds") : null));

  it("is not taken in when it would be its sender's next", async () => {
    refuseFirst();
    expect(await world.submit(transfer(1, 0, { kind: BOND }))).toBe("unbond-exceeds");
    expect(await world.submit(transfer(1, 1, { kind: BOND }))).toBe("ok");
    expect(world.pool.count).toBe(1);
  });

  it("leaves when a block of others makes it so, and what comes after it waits for another in its place", async () => {
    const items = [transfer(1, 0, { kind: BOND }), transfer(1, 1), transfer(2, 0)];
    for (const item of items) expect(await world.submit(item)).toBe("ok");
    refuseFirst();
    world.include([items[2]!]);
    expect(world.pool.dropped(items[0]!.id)).toEqual({ reason: "invalid", code: "unbond-exceeds" });
    expect([world.pool.count, selected()]).toEqual([1, []]);
    world.refuse(() => null);
    expect(await world.submit(transfer(1, 0))).toBe("ok");
    expect(selected()).toEqual([0, 1]);
  });
});
