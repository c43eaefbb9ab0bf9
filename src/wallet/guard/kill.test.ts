import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { asHash, fromHex, seededRandom } from "#base";
import { ed25519PublicKey, verifySignature } from "#crypto";
import { testSeed } from "../../../test/support/seed.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { openSigningGuard } from "./signing-guard.ts";
import { CHILD_CHAIN_ID, CHILD_SEED } from "./testing/signing-child.ts";

const KILLS = 100;
/** Folders that are signed in at the same time. */
const LANES = 4;
const CHILD = join(import.meta.dirname, "testing", "signing-child.ts");

type Signed = { readonly message: string; readonly signature: string } & (
  | { readonly domain: "block"; readonly slot: number }
  | { readonly domain: "vote"; readonly source: number; readonly target: number }
);

/** Children start twice as fast when they find each other's compiled modules. */
const cache = mkdtempSync(join(tmpdir(), "agon-compiled-"));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

/** Starts a child, kills it so long after its first signature, and gives what it said. */
function signAndKill(folder: string, from: number, seed: number, lifeMs: number): Promise<Signed[]> {
  const child = spawn(process.execPath, [CHILD, folder, `${from}`, `${seed}`], {
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    const said: Signed[] = [];
    createInterface(child.stdout).on("line", (line) => {
      if (said.length === 0) setTimeout(() => child.kill("SIGKILL"), lifeMs);
      said.push(JSON.parse(line) as Signed);
    });
    child.on("error", reject);
    child.on("close", (_, signal) =>
      signal === "SIGKILL" ? resolve(said) : reject(new Error("the child ended by itself")),
    );
  });
}

/** Pairs of one slot, of one target, or one around the other. */
function contradictions(signed: readonly Signed[]): number {
  const slots = signed.flatMap((one) => (one.domain === "block" ? [one.slot] : []));
  const votes = signed.flatMap((one) => (one.domain === "vote" ? [one] : []));
  const targets = votes.map(({ target }) => target);
  const surrounding = votes.filter((outer) =>
    votes.some((inner) => outer.source < inner.source && inner.target < outer.target),
  );
  return slots.length - new Set(slots).size + (targets.length - new Set(targets).size) + surrounding.length;
}

async function lane(folder: string, kills: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const signed: Signed[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const last = Math.max(0, ...signed.map((one) => (one.domain === "block" ? one.slot : one.target)));
    signed.push(...(await signAndKill(folder, last, random.below(2 ** 31), random.below(25))));
    const guard = await openSigningGuard({ folder, chainId: CHILD_CHAIN_ID });
    const { lastBlockSlot, lastVoteSource, lastVoteTarget } = guard.protections()[0]!.protection;
    await guard.close();
    for (const one of signed) {
      if (one.domain === "block") expect(lastBlockSlot).toBeGreaterThanOrEqual(one.slot);
      else expect([lastVoteSource! >= one.source, lastVoteTarget! >= one.target]).toEqual([true, true]);
    }
  }
  expect(contradictions(signed)).toBe(0);
  const key = ed25519PublicKey(CHILD_SEED);
  for (const { message, signature } of signed.slice(-50))
    expect(verifySignature(fromHex(signature)!, asHash(fromHex(message)!), key)).toBe(true);
  return signed.length;
}

test("killed between signing and sending, a validator never signs twice", { timeout: 180_000 }, async () => {
  const seed = testSeed;
  const counts = await Promise.all(Array.from({ length: LANES }, (_, no) => lane(tempDir(), KILLS / LANES, seed + no)));
  for (const count of counts) expect(count).toBeGreaterThanOrEqual(KILLS / LANES);
});
