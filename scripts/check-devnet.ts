/**
 * Starts `npm start` as a newcomer would, and demands that three nodes report one head at height 5 or more before it
 * ends by itself, and that no process of it is left.
 */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

interface DevnetNode {
  readonly name: string;
  readonly pid: number | null;
  readonly head: { readonly height: number; readonly hash: string } | null;
}

const runSeconds = 60;
const leastHeight = 5;
const nodeCount = 3;
/** The devnet ends after `runSeconds`; installing nothing, it has this long to start and to stop. */
const marginMs = 45_000;

const child = spawn("npm", ["start", "--", "--fresh", "--for", String(runSeconds)], {
  stdio: ["ignore", "pipe", "inherit"],
  detached: true,
});
const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
const output: string[] = [];
child.stdout.on("data", (chunk: Buffer) => {
  output.push(chunk.toString());
  process.stdout.write(chunk);
});
const overdue = setTimeout(() => killGroup("SIGKILL"), runSeconds * 1000 + marginMs);

const agreed = await waitForAgreement();
const code = await ended;
clearTimeout(overdue);
const left = agreed.pids.filter(isAlive);
killGroup("SIGKILL");

const complaints = [
  ...(agreed.height === null
    ? [`no ${nodeCount} nodes with one head at height ${leastHeight} or more: ${agreed.last}`]
    : []),
  ...(code === 0 ? [] : [`npm start ended with ${code}`]),
  ...(left.length === 0 ? [] : [`still running afterwards: ${left.join(", ")}`]),
];
for (const complaint of complaints) process.stderr.write(`devnet: ${complaint}\n`);
if (agreed.height !== null) {
  process.stdout.write(
    `devnet: ${nodeCount} nodes agreed at height ${agreed.height} after ${Math.round(agreed.afterMs / 1000)} s\n`,
  );
}
process.exitCode = complaints.length === 0 ? 0 : 1;

interface Agreement {
  readonly height: number | null;
  readonly afterMs: number;
  readonly pids: readonly number[];
  readonly last: string;
}

async function waitForAgreement(): Promise<Agreement> {
  const started = performance.now();
  let last = "the console did not answer";
  let pids: number[] = [];
  while (child.exitCode === null && performance.now() - started < runSeconds * 1000 + marginMs) {
    const nodes = await fetchNodes();
    if (nodes !== null) {
      last = JSON.stringify(nodes.map(({ name, head }) => ({ name, head })));
      pids = [...new Set([...pids, ...nodes.flatMap(({ pid }) => (pid === null ? [] : [pid]))])];
      const height = commonHeight(nodes);
      if (height !== null) return { height, afterMs: performance.now() - started, pids, last };
    }
    await sleep(500);
  }
  return { height: null, afterMs: 0, pids, last };
}

function commonHeight(nodes: readonly DevnetNode[]): number | null {
  const heads = nodes.flatMap(({ head }) => (head === null ? [] : [head]));
  const [first] = heads;
  const agree = heads.length === nodeCount && heads.every(({ hash }) => hash === first!.hash);
  return agree && first!.height >= leastHeight ? first!.height : null;
}

/** The console's address is the first that the devnet prints: a port in use makes it move. */
async function fetchNodes(): Promise<DevnetNode[] | null> {
  const url = /http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+/.exec(output.join(""))?.[0];
  if (url === undefined) return null;
  try {
    const response = await fetch(`${url}/v1/devnet/nodes`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) return null;
    const { nodes }: { nodes: DevnetNode[] } = JSON.parse(await response.text());
    return nodes;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killGroup(signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended.
  }
}
