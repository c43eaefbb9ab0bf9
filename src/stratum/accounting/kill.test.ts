/** kill -9 of a pool that pays, at any point, again and again: nobody is paid twice, and nobody is forgotten (rule PAYOUT-6). */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Random, seededRandom } from "#base";
import { formatAddress } from "#crypto";
import { decodeTransaction } from "#model";
import { bundleScript } from "../../../test/support/bundle.ts";
import { testSeed } from "../../../test/support/seed.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { testAddress } from "./testing/share-maker.ts";
import {
  createSigner,
  createTestChain,
  createTestPool,
  PREFIX,
  REWARD_ATOMS,
  type TestPool,
} from "./testing/test-pool.ts";

const CHILD = fileURLToPath(new URL("./testing/payout-child.ts", import.meta.url));
const LANES = 2;
const KILLS = 25;

test(`${LANES * KILLS} kills during payout leave exact balances`, { timeout: 900_000 }, async () => {
  const random = seededRandom(testSeed);
  const dirs = Array.from({ length: LANES }, (_, i) => tempDir(`kill-${i}`));
  // A start is most of what this test takes.
  using child = await bundleScript(CHILD);
  await Promise.all(dirs.map((dir) => killAgainAndAgain(child.path, dir, random)));
  for (const dir of dirs) await checkWhatIsLeft(dir);
});

async function killAgainAndAgain(script: string, dir: string, random: Random): Promise<void> {
  for (let i = 0; i < KILLS; i++) await runAndKill(script, dir, random);
}

/** After some rounds of paying, and a moment that falls anywhere in the next. */
function runAndKill(script: string, dir: string, random: Random): Promise<void> {
  const lines = 1 + random.below(3);
  const restMs = random.below(8);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, dir], { stdio: ["ignore", "pipe", "inherit"] });
    let seen = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      seen += chunk.toString().split("\n").length - 1;
      if (seen >= lines) setTimeout(() => child.kill("SIGKILL"), restMs);
    });
    child.once("exit", (code, signal) =>
      signal === "SIGKILL" ? resolve() : reject(new Error(`the pool ended by itself with ${code}`)),
    );
  });
}

async function checkWhatIsLeft(dir: string): Promise<void> {
  const chain = createTestChain(join(dir, "chain.jsonl"));
  await using pool = await createTestPool({
    database: { kind: "sqlite", file: join(dir, "pool.db") },
    chain,
    thresholdAtoms: REWARD_ATOMS / 2n,
  });
  // Until everything that was promised is deep in the chain.
  for (let i = 0; i < 8; i++) {
    await pool.accounting.settle();
    await pool.accounting.pay();
    pool.mine(6);
  }
  await pool.accounting.settle();
  const books = await pool.accounting.checkBooks();
  expect(books.problems).toEqual([]);
  expect(books.payingAtoms).toBe(0n);
  expect(books.paidAtoms).toBeGreaterThan(0n);
  expect(await pool.accounting.surplusAtoms()).toBe(0n);
  await checkPayments(pool);
}

/** What the chain gave each miner is what the books say, and each nonce of the pool's key carried one transaction. */
async function checkPayments({ database, chain }: TestPool): Promise<void> {
  const rows = await database.reader
    .selectFrom("payout_outputs")
    .innerJoin("payouts", "payouts.id", "payout_outputs.payout")
    .select(["miner", "amount", "state", "bytes", "nonce"])
    .execute();
  const miners = await database.reader.selectFrom("miners").selectAll().execute();
  for (let who = 0; who < 4; who++) {
    const miner = miners.find(({ address }) => address === formatAddress(testAddress(who), PREFIX));
    const sum = rows.filter((row) => row.miner === miner?.id).reduce((total, { amount }) => total + BigInt(amount), 0n);
    expect(chain.balanceOf(testAddress(who))).toBe(sum);
  }
  const nonces = new Set(rows.map(({ nonce }) => nonce));
  const account = await chain.account(createSigner().address);
  expect(account!.nonce).toBe(nonces.size);
  expect([...nonces].sort((a, b) => a - b)).toEqual(Array.from({ length: nonces.size }, (_, i) => i));
  for (const { bytes, nonce, state } of rows) {
    const tx = decodeTransaction(new Uint8Array(bytes));
    expect(tx.ok && tx.value.nonce).toBe(nonce);
    expect(state).toBe("confirmed");
  }
}
