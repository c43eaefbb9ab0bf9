/**
 * A pool's Stratum server under load, for as long as one likes:
 * `node scripts/load-pool.ts [--connections 2000] [--rate 5000] [--seconds 60] [--head-ms 5000]`.
 * Miners and server are two processes; fails when answers or CPU miss their goals, or when
 * memory keeps growing.
 */
import { parseArgs } from "node:util";
import { loadPool } from "./pool-load.ts";

/** What is called a leak, in runs that are long enough to tell. */
const maxGrowthMiBPerMinute = 1;
const leastSecondsForGrowth = 300;

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "2000" },
    rate: { type: "string", default: "5000" },
    seconds: { type: "string", default: "60" },
    "head-ms": { type: "string", default: "5000" },
  },
});

const result = await loadPool({
  connections: Number(values.connections),
  sharesPerSecond: Number(values.rate),
  seconds: Number(values.seconds),
  headMs: Number(values["head-ms"]),
  report: (text) => process.stdout.write(`${text}\n`),
});
for (const [name, value] of Object.entries(result))
  process.stdout.write(`${name.padEnd(20)} ${typeof value === "number" ? Number(value.toFixed(3)) : value}\n`);
const isLong = Number(values.seconds) >= leastSecondsForGrowth;
if (isLong && result.growthMiBPerMinute > maxGrowthMiBPerMinute) process.exitCode = 1;
if (result.p99Ms >= 50 || result.cpuMicrosPerShare > 100) process.exitCode = 1;
