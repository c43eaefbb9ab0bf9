/**
 * Seven validators with the numbers of `pos-dev`: `node scripts/soak-pos.ts [--nodes 7]`. Demands first finality within
 * 75 s of genesis, goes through the scenario of pos-scenario.ts, and has one node's chain executed again from genesis.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "#api/contract";
import { type DevnetProcess, startDevnet } from "./devnet-process.ts";
import { type Network, runPosScenario } from "./pos-scenario.ts";

const FIRST_FINALITY_S = 75;
const START_MS = 120_000;

const { values } = parseArgs({ options: { nodes: { type: "string", default: "7" } } });
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const data = await mkdtemp(join(tmpdir(), "agon-soak-pos-"));
const tell = (line: string): void => void process.stdout.write(`soak: ${line}\n`);
const running = { devnet: run() };
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  await running.devnet.stop();
  await rm(data, { recursive: true, force: true });
}

async function soak(): Promise<boolean> {
  const networks = [await connect(running.devnet)];
  const restart = async (): Promise<Network> => {
    await running.devnet.stop();
    running.devnet = run();
    const network = await connect(running.devnet);
    networks.push(network);
    return network;
  };
  const seen = await runPosScenario(networks[0]!, restart, tell);
  const { height, hash, stateRoot } = seen.compared;
  tell(`all nodes have block ${hash} with state root ${stateRoot} at height ${height}`);
  const report = await networks.at(-1)!.client.devnet.validate("node-1");
  tell(`the chain of node-1, ${report.checkedBlocks} blocks, is ${report.valid ? "valid" : "not valid"}`);
  const isSoon = seen.firstFinalityS <= FIRST_FINALITY_S;
  if (!isSoon) tell(`first finality took ${seen.firstFinalityS.toFixed(1)} s, more than ${FIRST_FINALITY_S}`);
  return isSoon && report.valid;
}

function run(): DevnetProcess {
  const devnetOptions = ["--engine", "pos", "--nodes", values.nodes, "--data", data, "--no-pages"];
  return startDevnet(process.execPath, [join(root, "bin", "agon.js"), "devnet", ...devnetOptions]);
}

/** Resolves when every node runs. */
async function connect(started: DevnetProcess): Promise<Network> {
  for (const endMs = performance.now() + START_MS; performance.now() < endMs && started.running(); await sleep(500)) {
    const nodes = (await started.nodes()) ?? [];
    if (nodes.length < Number(values.nodes) || nodes.some(({ state }) => state !== "running")) continue;
    const token = readFileSync(join(data, "api-token"), "utf8").trim();
    return { client: createClient({ baseUrl: started.url()!, token, fetch }) };
  }
  throw new Error("the devnet did not come up");
}
