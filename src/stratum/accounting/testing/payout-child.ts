/**
 * A pool that finds blocks and pays for ever, until it is killed: shares, credits and payouts over a SQLite file and a
 * chain in another. `node payout-child.ts <folder>`; each line it prints is the height of its chain.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { testAddress } from "./share-maker.ts";
import { createSigner, createTestChain, createTestPool, REWARD_ATOMS } from "./test-pool.ts";

const dir = process.argv[2]!;
const chain = createTestChain(join(dir, "chain.jsonl"));
const { height } = await chain.head();
const pool = await createTestPool({
  database: { kind: "sqlite", file: join(dir, "pool.db") },
  chain,
  terms: { scheme: "pplns", feePpm: 10_000, windowBlocks: 2 },
  thresholdAtoms: REWARD_ATOMS / 2n,
  // Shares of two processes never are the same.
  seed: height + process.pid,
});

for (let round = 0; ; round++) {
  const share = (who: number) =>
    pool.maker.unworked({ address: testAddress(who), work: BigInt(100 + 50 * who), timeMs: pool.clock.nowMs() });
  await pool.count([share(1), share(2), share(3)]);
  await pool.find(share(round % 4));
  await pool.accounting.settle();
  await pool.accounting.pay();
  if (round % 7 === 6) {
    // What a reorganisation takes out comes back later, or is paid again by the same bytes.
    chain.revert(2);
    chain.forgetWaiting();
    await pool.accounting.settle();
  }
  chain.mine(createSigner(1).address, 0n);
  writeSync(1, `${(await chain.head()).height}\n`);
}
