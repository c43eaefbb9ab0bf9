import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createClient } from "#api/contract";
import { canonicalJson, quickStakeSpec, specToJson } from "#spec";
import { runPosScenario } from "../../scripts/pos-scenario.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { startAgon } from "./agon-process.ts";
import { type DevnetUnderTest, isAlive, startDevnet } from "./devnet-under-test.ts";
import { runInMemory } from "./memory-terminal.ts";
import { documentOf, EPOCH_SLOTS, STAKE_ENVIRONMENT, type StakeWorld, stakeCases } from "./stake-cases.ts";

const NODES = 7;
const POLL = { timeout: 120_000, interval: 200 } as const;
/** For what hangs: epochs pass at their own pace, on whatever machine. */
const SCENARIO_MS = 600_000;

let folder: TempFolder;
let devnet: DevnetUnderTest;
const pids = new Set<number>();

const start = async (more: readonly string[]): Promise<void> => {
  devnet = await startDevnet(join(folder.dir, "devnet"), ["--nodes", String(NODES), ...more]);
  for (const { pid } of await devnet.nodes()) pids.add(pid!);
};

beforeAll(async () => {
  folder = await createTempFolder("agon-pos");
  const spec = join(folder.dir, "fast.json");
  const numbers = { slotMs: 500, epochSlots: EPOCH_SLOTS, unbondEpochs: 8 };
  writeFileSync(spec, canonicalJson(specToJson(quickStakeSpec("pos-fast", numbers))));
  await start(["--spec", spec]);
}, SCENARIO_MS);
afterAll(async () => {
  await devnet?.stop("SIGKILL");
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await folder[Symbol.asyncDispose]();
});

const world = async (): Promise<StakeWorld> => {
  const { epoch } = await devnet.client.stake.finality();
  return { url: devnet.url, devnet: devnet.data, folder: folder.dir, epoch };
};

describe("on a devnet by stake", () => {
  for (const [path, cases] of Object.entries(stakeCases))
    it(`agon ${path}`, async () => {
      for (const { argv, code = 0, check, again = false } of cases) {
        const attempt = async (): Promise<void> => {
          const words = argv(await world());
          const run = await runInMemory([...words, "--json"], STAKE_ENVIRONMENT);
          expect({ argv: words, ...run }).toMatchObject({ code });
          check(documentOf(run) as never);
        };
        await (again ? vi.waitFor(attempt, POLL) : attempt());
      }
    });

  it("a node of a validator joins, and stops when told to", async () => {
    const { p2p, peerId } = await vi.waitFor(async () => {
      const first = await devnet.node("node-1");
      expect(first.peerId).not.toBe(null);
      return first;
    }, POLL);
    const running = await startAgon(
      [
        ...[
          "validator",
          "run",
          "--data",
          join(folder.dir, "mine"),
          "--bootstrap",
          `${p2p.split("/p2p/")[0]}/p2p/${peerId}`,
        ],
        ...["--api-port", "0", "--p2p-port", "0", "--log-level", "error"],
      ],
      { env: STAKE_ENVIRONMENT },
    );
    const client = createClient({ baseUrl: String(running.said.api), fetch });
    const follows = async () => (await client.status()).head.height > 0;
    await expect.poll(follows, POLL).toBe(true);
    expect(await running.stop("SIGTERM")).toBe(0);
  });

  it("nothing can be mined, and it is said in words", async () => {
    await expect(devnet.client.devnet.mine("node-1")).rejects.toMatchObject({
      ...{ status: 409, code: "not-mined", message: expect.stringContaining("nothing can be mined on pos-fast") },
    });
    const { entries } = await devnet.client.devnet.audit();
    expect(entries).toContainEqual(expect.objectContaining({ action: "faucet", ok: true }));
  });

  it("blocks become final, without one of seven validators, and after all of them were stopped", {
    timeout: SCENARIO_MS,
  }, async () => {
    const seen = await runPosScenario(
      devnet,
      async () => {
        await devnet.stop("SIGTERM");
        // The folder says which chain it is.
        await start([]);
        return devnet;
      },
      () => {},
      async () => {
        const demo = await runInMemory(["demo", "pos", "--console", devnet.url, "--data", devnet.data, "--json"]);
        expect(demo).toMatchObject({ code: 0 });
        const { ok, checks } = documentOf(demo) as { ok: boolean; checks: readonly object[] };
        expect([ok, checks.length >= 17]).toEqual([true, true]);
        for (const { pid } of await devnet.nodes()) if (pid !== null) pids.add(pid);
      },
    );
    expect(seen.missedSlots).toBeGreaterThan(0);
    const { nodes } = await devnet.client.devnet.nodes();
    expect(nodes.map(({ validator }) => validator)).toEqual(Array.from({ length: NODES }, (_, i) => `dev:${i}`));
  });
});
