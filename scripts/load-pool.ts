/**
 * A pool under load, for as long as one likes:
 * `node scripts/load-pool.ts [--whole] [--connections 2000] [--rate 5000] [--seconds 60] [--head-ms 5000]`.
 * Miners and pool are processes of their own. Alone, the pool is its Stratum server, and a stub of a node has a new head every
 * `--head-ms`; with `--whole` it is `agon pool` as operators run it, with books, payouts and a node of the chain `test`, whose
 * blocks come every 5 s or so. Fails when answers or CPU miss their goals, when shares are refused that are not late, when pool
 * and miners do not agree on how many there were, or when memory keeps growing.
 */
import { parseArgs } from "node:util";
import { type LoadSample, type LoadTarget, loadPool } from "./pool-load.ts";
import { startStub } from "./pool-stub.ts";
import { startWhole } from "./pool-whole.ts";

/** What is called a leak, in runs that are long enough to tell. */
const maxGrowthMiBPerMinute = 1;
const leastSecondsForGrowth = 720;
const minuteMs = 60_000;

const { values } = parseArgs({
  options: {
    whole: { type: "boolean", default: false },
    connections: { type: "string", default: "2000" },
    rate: { type: "string", default: "5000" },
    seconds: { type: "string", default: "60" },
    "head-ms": { type: "string", default: "5000" },
  },
});
const connections = Number(values.connections);
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const put = (text: string): void => void process.stdout.write(`${text}\n`);

const target = values.whole ? await startOwn() : await startStub({ headMs: Number(values["head-ms"]) });
try {
  await load(target);
} finally {
  await target.stop();
}

async function load(target: LoadTarget): Promise<void> {
  const isLong = seconds >= leastSecondsForGrowth;
  const times = { sampleMs: isLong ? minuteMs : 10_000, collect: isLong };
  const result = await loadPool({ connections, sharesPerSecond: rate, seconds, ...times, report, onTrouble }, target);
  for (const [name, value] of Object.entries(result)) put(`${name.padEnd(20)} ${Number(value.toFixed(3))}`);
  if (isLong && result.growthMiBPerMinute > maxGrowthMiBPerMinute) process.exitCode = 1;
  if (result.p99Ms >= 50 || result.cpuMicrosPerShare > 100) process.exitCode = 1;
  if (result.refused > result.stale || result.lost > 0 || result.difference !== 0) process.exitCode = 1;
}

function onTrouble(error: unknown): void {
  put(`no sample: ${String(error)}`);
}

function report({ second, sent, accepted, refused, p99Ms, cpuMicrosPerShare, usage, heapGrowthMiB }: LoadSample): void {
  const { heapMiB, residentMiB, anonymousMiB } = usage;
  const codes = [...refused].map(([code, count]) => `, ${count} refused with ${code}`).join("");
  put(
    `${new Date().toISOString().slice(11, 19)} ${String(second).padStart(4)} s: ${sent} sent, ${accepted} accepted${codes}, ` +
      `p99 ${p99Ms.toFixed(2)} ms, ${cpuMicrosPerShare.toFixed(0)} µs a share, ` +
      `heap ${heapMiB.toFixed(1)} (${heapGrowthMiB < 0 ? "" : "+"}${heapGrowthMiB.toFixed(1)}), resident ${residentMiB.toFixed(0)}, ` +
      `of these anonymous ${anonymousMiB.toFixed(0)} MiB`,
  );
}

/** Terms by which the rate of shares is what is asked for, and payouts are made too. */
async function startOwn(): Promise<LoadTarget> {
  const pool = await startWhole({
    nodes: 1,
    pool: [
      ...["--difficulty", String(2 ** -31), "--share-seconds", String(Math.min(600, connections / rate).toFixed(3))],
      ...["--max-connections", String(connections + 100), "--max-connections-per-host", String(connections + 100)],
      ...["--threshold", "2"],
    ],
  });
  return {
    ...pool,
    async stop() {
      const { blocks, round, paid } = await pool.client.pool.status();
      put(`${round.id - 1} rounds ended, blocks ${JSON.stringify(blocks)}, paid ${paid} atoms`);
      await pool.stop();
    },
  };
}
