import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonicalJson, quickStakeSpec, specToJson } from "#spec";
import { runPosScenario } from "../../scripts/pos-scenario.ts";
import { createTempFolder, type TempFolder } from "../support/temp.ts";
import { type DevnetUnderTest, isAlive, startDevnet } from "./devnet-under-test.ts";

const NODES = 7;

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
  const numbers = { slotMs: 500, epochSlots: 4, unbondEpochs: 8 };
  writeFileSync(spec, canonicalJson(specToJson(quickStakeSpec("pos-fast", numbers))));
  await start(["--spec", spec]);
});
afterAll(async () => {
  await devnet?.stop("SIGKILL");
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await folder[Symbol.asyncDispose]();
});

it("makes blocks final with seven validators, without one of them, and after all of them were stopped", async () => {
  const seen = await runPosScenario(
    devnet,
    async () => {
      await devnet.stop("SIGTERM");
      // The folder says which chain it is.
      await start([]);
      return devnet;
    },
    (line) => process.stdout.write(`pos-devnet: ${line}\n`),
  );
  expect(seen.missedSlots).toBeGreaterThan(0);
  const { nodes } = await devnet.client.devnet.nodes();
  expect(nodes.map(({ validator }) => validator)).toEqual(Array.from({ length: NODES }, (_, i) => `dev:${i}`));
});
