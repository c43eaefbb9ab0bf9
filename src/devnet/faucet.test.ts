import { expect, it } from "vitest";
import type { Account } from "#api/contract";
import { createManualClock } from "#base";
import { formatAddress } from "#crypto";
import { builtInSpec } from "#spec";
import { devAccount } from "#wallet/core";
import { createFaucet } from "./faucet.ts";
import type { NodeProcess } from "./node-process.ts";

const coins = (count: number): string => `${count}00000000`;
const text = (index: number): string => formatAddress(devAccount(index).address, "tagon");

/** A node that takes the nonces in order; `refusals` it begins with. */
function setUp({ refusals = 0, running = true } = {}) {
  const clock = createManualClock(1_000_000);
  const taken: number[] = [];
  let refused = 0;
  const faucet = createFaucet({
    ...{ clock, spec: builtInSpec("pos-dev") },
    fleet: { firstRunning: () => (running ? ({ api: "http://node" } as NodeProcess) : null) },
    clientOf: () => ({
      account: async (address) => {
        expect(address).toBe(text(9));
        return { pendingNonce: taken.length } as Account;
      },
      submitBytes: async (bytes) => {
        if (refused++ < refusals)
          return { results: [{ error: { code: "tx-nonce-used", message: "the nonce is used" } }] };
        taken.push(bytes.length);
        return { results: [{ id: "ab".repeat(32) }] };
      },
    }),
  });
  return { clock, faucet, taken };
}

it("gives what is asked for, or a thousand coins, one after the other", async () => {
  const { faucet, taken } = setUp();
  const [first, second] = await Promise.all([
    faucet.give({ address: text(1) }),
    faucet.give({ address: text(1), amount: coins(5) }),
  ]);
  expect(first).toMatchObject({ from: text(9), to: text(1), amount: coins(1_000), left: coins(19_000) });
  expect(second).toMatchObject({ amount: coins(5), left: coins(18_995) });
  expect(Number(first.fee)).toBe(taken[0]! * 10);
  expect(taken).toHaveLength(2);
});

it("limits an address, and all together, within an hour", async () => {
  const { clock, faucet } = setUp();
  await faucet.give({ address: text(1), amount: coins(15_000) });
  clock.runTo(clock.nowMs() + 30 * 60_000);
  const more = { address: text(1), amount: coins(5_001) };
  await expect(faucet.give(more)).rejects.toMatchObject({
    ...{ statusCode: 429, code: "faucet-limit" },
    message: expect.stringContaining("may have 5000 more; more again in 30 min"),
  });
  clock.runTo(clock.nowMs() + 30 * 60_000);
  await faucet.give(more);
  for (let i = 0; i < 24; i++) {
    const address = formatAddress(Uint8Array.from({ length: 20 }, () => i) as never, "tagon");
    await faucet.give({ address, amount: coins(20_000) });
  }
  await expect(faucet.give({ address: text(3), amount: coins(20_000) })).rejects.toMatchObject({ statusCode: 429 });
});

it("tries again when somebody else uses the payer, and says what a node refuses", async () => {
  expect(await setUp({ refusals: 2 }).faucet.give({ address: text(1) })).toMatchObject({ to: text(1) });
  const { faucet } = setUp({ refusals: 3 });
  await expect(faucet.give({ address: text(1) })).rejects.toMatchObject({ statusCode: 409, code: "tx-nonce-used" });
  // What was not given does not count.
  expect(await faucet.give({ address: text(1) })).toMatchObject({ left: coins(19_000) });
});

it("refuses what is no address or no amount, and says when nobody can give", async () => {
  const { faucet } = setUp();
  const main = formatAddress(devAccount(1).address, "agon");
  expect(() => faucet.give({ address: main })).toThrow("is no address of this chain (tagon1…)");
  expect(() => faucet.give({ address: text(1), amount: "999" })).toThrow("at least 0.00001 coins");
  await expect(setUp({ running: false }).faucet.give({ address: text(1) })).rejects.toMatchObject({
    ...{ statusCode: 503, code: "node-not-running" },
  });
});
