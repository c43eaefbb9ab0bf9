/**
 * Starts `npm start` as a newcomer would, and demands that three nodes report one head at height 5 or more before it
 * ends by itself, and that no process of it is left.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { commonHeight, type DevnetProcess, startDevnet } from "./devnet-process.ts";

const runSeconds = 60;
const leastHeight = 5;
const nodeCount = 3;
/** For starting, settling and stopping, beyond the time it runs: nothing but a devnet that hangs takes so long. */
const marginMs = 180_000;

process.exitCode = (await check()) ? 0 : 1;

async function check(): Promise<boolean> {
  const devnet = startDevnet("npm", ["start", "--", "--fresh", "--for", String(runSeconds)]);
  const overdue = setTimeout(devnet.kill, runSeconds * 1000 + marginMs);
  const pids = new Set<number>();
  const agreed = await waitForAgreement(devnet, pids);
  const code = await devnet.ended;
  clearTimeout(overdue);
  const left = [...pids].filter(isAlive);
  devnet.kill();
  const complaints = [
    ...(agreed ? [] : [`no one head of ${nodeCount} nodes at height ${leastHeight} or more`]),
    ...(code === 0 ? [] : [`npm start ended with ${code}`]),
    ...(left.length === 0 ? [] : [`still running afterwards: ${left.join(", ")}`]),
  ];
  for (const complaint of complaints) process.stderr.write(`devnet: ${complaint}\n`);
  return complaints.length === 0;
}

/** @param pids gets the process of every node that was seen */
async function waitForAgreement(devnet: DevnetProcess, pids: Set<number>): Promise<boolean> {
  const started = performance.now();
  while (devnet.running()) {
    const nodes = (await devnet.nodes()) ?? [];
    for (const { pid } of nodes) if (pid !== null) pids.add(pid);
    const height = commonHeight(nodes, nodeCount);
    if (height !== null && height >= leastHeight) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      process.stdout.write(`devnet: ${nodeCount} nodes at height ${height} after ${seconds} s\n`);
      return true;
    }
    await sleep(500);
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
