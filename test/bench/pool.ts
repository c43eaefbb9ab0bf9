/** A pool's server under shares of many miners, and the same lines to a server that only answers. */

import { loadPool } from "../../scripts/pool-load.ts";
import type { BenchOptions, BenchRow } from "./bench-row.ts";

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const load = quick
    ? { connections: 50, sharesPerSecond: 500, seconds: 1, headMs: 500 }
    : { connections: 2_000, sharesPerSecond: 5_050, seconds: 10, headMs: 5_000 };
  report(`${load.connections} miners, ${load.sharesPerSecond} shares a second`);
  const pool = await loadPool(load);
  report("the same lines, only answered");
  const floor = await loadPool({ ...load, headMs: 0, floor: true });
  return [
    { name: "shares checked, of those offered", value: pool.perSecond, unit: "shares/s", goal: quick ? 490 : 5_000 },
    { name: "answer to a share, p50", value: pool.p50Ms, unit: "ms" },
    { name: "answer to a share, p99", value: pool.p99Ms, unit: "ms", goal: 50 },
    {
      ...{ name: "server CPU per share", value: pool.cpuMicrosPerShare, unit: "µs", goal: 100 },
      ...{ floor: floor.cpuMicrosPerShare, ratio: floor.cpuMicrosPerShare / pool.cpuMicrosPerShare },
    },
    { name: "all miners connected and at work", value: pool.connectMs, unit: "ms" },
  ];
}
