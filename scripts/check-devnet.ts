/**
 * Starts `npm start` as a newcomer would, and demands that three nodes report one head at height 5 or more before it
 * ends by itself, and that no process of it is left.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { commonHeight, startDevnet } from "./devnet-process.ts";

const runSeconds = 60;
const leastHeight = 5;
const nodeCount = 3;
/** For starting and stopping, beyond the time it runs. */
const marginMs = 45_000;

const started = performance.now();
const devnet = startDevnet("npm", ["start", "--", "--fresh", "--for", String(runSeconds)]);
const overdue = setTimeout(devnet.kill, runSeconds * 1000 + marginMs);
const pids = new Set<number>();
let last = "the console did not answer";
let agreed: { readonly height: number; readonly afterMs: number } | null = null;

while (agreed === null && devnet.running()) {
  const nodes = (await devnet.nodes()) ?? [];
  for (const { pid } of nodes) if (pid !== null) pids.add(pid);
  if (nodes.length > 0) last = nodes.map(({ name, head }) => `${name} ${head?.height ?? "?"}`).join(", ");
  const height = commonHeight(nodes, nodeCount);
  if (height !== null && height >= leastHeight) agreed = { height, afterMs: performance.now() - started };
  else await sleep(500);
}

const code = await devnet.ended;
clearTimeout(overdue);
const left = [...pids].filter(isAlive);
devnet.kill();

const complaints = [
  ...(agreed === null ? [`no one head of ${nodeCount} nodes at height ${leastHeight} or more: ${last}`] : []),
  ...(code === 0 ? [] : [`npm start ended with ${code}`]),
  ...(left.length === 0 ? [] : [`still running afterwards: ${left.join(", ")}`]),
];
for (const complaint of complaints) process.stderr.write(`devnet: ${complaint}\n`);
if (agreed !== null) {
  const seconds = (agreed.afterMs / 1000).toFixed(1);
  process.stdout.write(`devnet: ${nodeCount} nodes at height ${agreed.height} after ${seconds} s\n`);
}
process.exitCode = complaints.length === 0 ? 0 : 1;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
