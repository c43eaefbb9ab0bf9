import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asHash, fromHex, seededRandom } from "#base";
import { ed25519PublicKey, verifySignature } from "#crypto";
import { type Bundle, bundleScript } from "../../../test/support/bundle.ts";
import { testSeed } from "../../../test/support/seed.ts";
import { tempDir } from "../../../test/support/temp.ts";
import { openSigningGuard } from "./signing-guard.ts";
import { CHILD_CHAIN_ID, CHILD_SEED } from "./testing/signing-child.ts";

const KILLS = 100;
/** Folders that are signed in at the same time. */
const LANES = 4;

type Signed = { readonly message: string; readonly signature: string } & (
  | { readonly domain: "block"; readonly slot: number }
  | { readonly domain: "vote"; readonly source: number; readonly target: number }
);

let child: Bundle;
beforeAll(async () => {
  child = await bundleScript(join(import.meta.dirname, "testing", "signing-child.ts"));
});
afterAll(() => child?.[Symbol.dispose]());

/** Starts a child, kills it so long after its first signature, and gives what it said. */
function signAndKill(folder: string, from: number, seed: number, lifeMs: number): Promise<Signed[]> {
  const signing = spawn(process.execPath, [child.path, folder, `${from}`, `${seed}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    const said: Signed[] = [];
    createInterface(signing.stdout).on("line", (line) => {
      if (said.length === 0) setTimeout(() => signing.kill("SIGKILL"), lifeMs);
      said.push(JSON.parse(line) as Signed);
    });
    signing.on("error", reject);
    signing.on("close", (_, signal) =>
      signal === "SIGKILL" ? resolve(said) : reject(new Error("the child ended by itself")),
    );
  });
}

/** Second blocks of a slot, second votes for a target, and votes with another around them. */
function contradictions(signed: readonly Signed[]): number {
  const slots = signed.flatMap((one) => (one.domain === "block" ? [one.slot] : []));
  const votes = signed.flatMap((one) => (one.domain === "vote" ? [one] : []));
  const targets = votes.map(({ target }) => target);
  let surrounded = 0;
  /** Highest target among votes of an earlier source. */
  let reached = 0;
  for (const [, group] of [...Map.groupBy(votes, ({ source }) => source)].sort(([a], [b]) => a - b)) {
    surrounded += group.filter(({ target }) => target < reached).length;
    reached = Math.max(reached, ...group.map(({ target }) => target));
  }
  return slots.length - new Set(slots).size + (targets.length - new Set(targets).size) + surrounded;
}

async function lane(folder: string, kills: number, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const signed: Signed[] = [];
  const highest = { slot: 0, source: 0, target: 0 };
  for (let kill = 0; kill < kills; kill++) {
    const from = Math.max(highest.slot, highest.target);
    const said = await signAndKill(folder, from, random.below(2 ** 31), random.below(25));
    for (const one of said) {
      signed.push(one);
      if (one.domain === "block") highest.slot = Math.max(highest.slot, one.slot);
      else
        Object.assign(highest, {
          source: Math.max(highest.source, one.source),
          target: Math.max(highest.target, one.target),
        });
    }
    const guard = await openSigningGuard({ folder, chainId: CHILD_CHAIN_ID });
    const { lastBlockSlot, lastVoteSource, lastVoteTarget } = guard.protections()[0]!.protection;
    await guard.close();
    expect(lastBlockSlot ?? 0).toBeGreaterThanOrEqual(highest.slot);
    expect(lastVoteSource ?? 0).toBeGreaterThanOrEqual(highest.source);
    expect(lastVoteTarget ?? 0).toBeGreaterThanOrEqual(highest.target);
  }
  expect(contradictions(signed)).toBe(0);
  const key = ed25519PublicKey(CHILD_SEED);
  for (const { message, signature } of signed.slice(-50))
    expect(verifySignature(fromHex(signature)!, asHash(fromHex(message)!), key)).toBe(true);
  return signed.length;
}

test.each<[string, number, readonly (readonly [number] | readonly [number, number])[]]>([
  ["none", 0, [[1], [2], [1, 2], [1, 3], [2, 4]]],
  ["a second block", 1, [[5], [6], [5]]],
  [
    "a second vote",
    1,
    [
      [1, 3],
      [2, 3],
    ],
  ],
  [
    "a surrounding vote",
    1,
    [
      [2, 3],
      [1, 4],
    ],
  ],
  [
    "a surrounded vote",
    1,
    [
      [1, 9],
      [3, 8],
    ],
  ],
])("what contradicts itself is found: %s", (_, count, pairs) => {
  const told = { message: "", signature: "" };
  const signed = pairs.map(
    ([a, b]): Signed =>
      b === undefined ? { ...told, domain: "block", slot: a } : { ...told, domain: "vote", source: a, target: b },
  );
  expect(contradictions(signed)).toBe(count);
});

test("killed between signing and sending, a validator never signs twice", { timeout: 240_000 }, async () => {
  const seed = testSeed;
  const counts = await Promise.all(Array.from({ length: LANES }, (_, no) => lane(tempDir(), KILLS / LANES, seed + no)));
  for (const count of counts) expect(count).toBeGreaterThanOrEqual(KILLS / LANES);
});
