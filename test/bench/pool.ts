/** A pool's server under shares of many miners, and the same lines to a server that only answers. */

import { type LoadOptions, type LoadResult, loadPool } from "../../scripts/pool-load.ts";
import { type StubOptions, startStub } from "../../scripts/pool-stub.ts";
import type { BenchOptions, BenchRow } from "./bench-row.ts";

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const load = quick
    ? { connections: 50, sharesPerSecond: 500, seconds: 1, sampleMs: 10_000, collect: false }
    : { connections: 2_000, sharesPerSecond: 5_050, seconds: 10, sampleMs: 10_000, collect: false };
  report(`${load.connections} miners, ${load.sharesPerSecond} shares a second`);
  const pool = await measure(load, { headMs: quick ? 500 : 5_000 });
  report("the same lines, only answered");
  const floor = await measure(load, { headMs: 0, floor: true });
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

async function measure(load: LoadOptions, server: StubOptions): Promise<LoadResult> {
  const target = await startStub(server);
  try {
    return await loadPool(load, target);
  } finally {
    await target.stop();
  }
}
