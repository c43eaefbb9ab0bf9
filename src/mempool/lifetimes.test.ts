import fc from "fast-check";
import { expect, it } from "vitest";
import { toHex } from "#base";
import type { ChainBlock } from "#events";
import type { PreparedTransaction } from "#model";
import { createWorld, MIN_FEE, SIZE_BYTES, transfer } from "./testing/pool.ts";

const SENDERS = 3;

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant("submit" as const),
      from: fc.integer({ min: 1, max: SENDERS }),
      ahead: fc.nat({ max: 6 }),
      times: fc.integer({ min: 1, max: 6 }),
      amount: fc.constantFrom(1_000n, 40_000n, 400_000n),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("mine" as const), count: fc.nat({ max: 6 }) }) },
  fc.record({ what: fc.constant("fork" as const), depth: fc.integer({ min: 1, max: 6 }), count: fc.nat({ max: 3 }) }),
  fc.record({ what: fc.constant("restart" as const) }),
);

/** Whatever is submitted, mined, reorganised and killed: none is lost, none is twice, none goes without a reason. */
it("each accepted transaction is pending, in the chain, or dropped for a reason", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const world = createWorld({ maxTransactionsPerSender: 8, journalBlocks: 3 });
      for (let no = 1; no <= SENDERS; no++) world.set(no, { nonce: 0, balanceAtoms: 3_000_000n });
      const accepted: PreparedTransaction[] = [];
      const blocks: ChainBlock[] = [];
      /** Drops are remembered by the running process only. */
      const gone = new Set<PreparedTransaction>();
      const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      for (const act of actions) {
        if (act.what === "submit") {
          const nonce = world.account(act.from).nonce + act.ahead;
          const item = transfer(act.from, nonce, { feeAtoms: BigInt(act.times) * MIN_FEE, amountAtoms: act.amount });
          if ((await world.submit(item)) === "ok") accepted.push(item);
        } else if (act.what === "mine") {
          blocks.push(world.include([...world.pool.select()].slice(0, act.count)));
        } else if (act.what === "fork") {
          const reverted = blocks.splice(-act.depth);
          // The other branch holds some of what this one did, in an order that is valid there.
          const again = reverted.flatMap((block) => block.transactions).slice(0, act.count);
          blocks.push(...world.reorganise(reverted, [again, ...reverted.map(() => [])]));
        } else {
          for (const item of accepted) if (world.pool.dropped(item.id) !== null) gone.add(item);
          await settled();
          world.restart();
        }
        const mined = new Set(blocks.flatMap((block) => block.transactions.map((item) => toHex(item.id))));
        for (const item of accepted) {
          const places = [mined.has(toHex(item.id)), world.pool.has(item.id)].filter((is) => is).length;
          expect(places).toBeLessThan(2);
          if (places === 0) expect(world.pool.dropped(item.id) !== null || gone.has(item)).toBe(true);
        }
        const pending = [...world.pool.items()];
        expect(world.pool.count).toBe(pending.length);
        expect(world.pool.sizeBytes).toBe(pending.length * SIZE_BYTES);
        // What may go into a block could all go into one, in this order, and was told.
        const next = Array.from({ length: SENDERS + 1 }, (_, no) => (no === 0 ? 0 : world.account(no).nonce));
        for (const item of world.pool.select()) {
          const from = item.transaction.sender[0]!;
          expect(item.transaction.nonce).toBe(next[from]!++);
          expect(world.pool.isHeld(item.id)).toBe(false);
        }
      }
    }),
  );
});
