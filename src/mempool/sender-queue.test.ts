import fc from "fast-check";
import { expect, it } from "vitest";
import type { Entry } from "./entry.ts";
import { SenderQueue } from "./sender-queue.ts";
import { accountOf, transfer } from "./testing/pool.ts";

function entryOf(nonce: number, costAtoms: bigint): Entry {
  const item = transfer(1, nonce);
  return { item, name: "", costAtoms, feeRate: 1, addedMs: 0, replacements: 0, told: false, gone: false };
}

/** The same by counting. */
function readyByCounting(nonces: readonly number[], from: number): number {
  let ready = 0;
  while (nonces.includes(from + ready)) ready++;
  return nonces.some((nonce) => nonce <= from) ? ready : 0;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant("insert" as const), n: fc.nat({ max: 14 }) }) },
  fc.record({ what: fc.constant("takeBelow" as const), n: fc.nat({ max: 8 }) }),
  fc.record({ what: fc.constant("takeFrom" as const), n: fc.nat({ max: 14 }) }),
);

it("knows at once what counting would find", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const queue = new SenderQueue(accountOf(1), "");
      let model: Entry[] = [];
      for (const { what, n } of steps) {
        if (what === "insert") {
          const entry = entryOf(n, BigInt(n + 1));
          queue.insert(entry);
          model = [...model.filter((e) => e.item.transaction.nonce !== n), entry];
          model.sort((a, b) => a.item.transaction.nonce - b.item.transaction.nonce);
        } else if (what === "takeBelow") {
          queue.takeBelow(n);
          model = model.filter((e) => e.item.transaction.nonce >= n);
        } else {
          queue.takeFrom(n);
          model = model.slice(0, n);
        }
        const nonces = model.map((e) => e.item.transaction.nonce);
        expect(queue.entries).toEqual(model);
        expect(queue.sizeBytes).toBe(model.reduce((sum, e) => sum + e.item.bytes.length, 0));
        for (let nonce = 0; nonce < 17; nonce++) {
          expect([nonce, queue.readyCount(nonce)]).toEqual([nonce, readyByCounting(nonces, nonce)]);
          expect(queue.placeOf(nonce)).toBe(nonces.filter((other) => other < nonce).length);
          expect(queue.at(nonce)?.item.transaction.nonce ?? null).toBe(nonces.includes(nonce) ? nonce : null);
          const above = model.filter((e) => e.item.transaction.nonce >= nonce);
          expect(queue.costFrom(nonce)).toBe(above.reduce((sum, e) => sum + e.costAtoms, 0n));
        }
      }
    }),
  );
});
