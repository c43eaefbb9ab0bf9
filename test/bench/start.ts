/** How soon a node with a chain answers, and what it takes while nothing happens. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { anonymousMiB, residentMiB, startBenchNode, status } from "./bench-node.ts";
import { type BenchOptions, type BenchRow, medianOf } from "./bench-row.ts";
import { buildChain, emptyBlocks } from "./chain-builder.ts";
import { createWorkload } from "./workload.ts";

const IDLE_MS = 5_000;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const [height, starts, idleMs] = quick ? [200, 1, 200] : [10_000, 5, IDLE_MS];
  const work = createWorkload(0, 0);
  try {
    const data = join(work.folder, "start");
    report(`making ${height} blocks`);
    await buildChain(work.spec, data, emptyBlocks(height));
    const times: number[] = [];
    let idle = { anonymous: 0, resident: 0 };
    for (let i = 0; i < starts; i++) {
      report(`start ${i + 1} of ${starts}`);
      const begin = performance.now();
      const node = await startBenchNode({ "node.data": data, "node.spec": work.specFile });
      const { head } = await status(node);
      times.push(performance.now() - begin);
      if (head.height !== height) throw new Error(`it starts at ${head.height}`);
      if (i === starts - 1) {
        await delay(idleMs);
        idle = { anonymous: anonymousMiB(node.pid), resident: residentMiB(node.pid) };
      }
      await node.stop();
    }
    return [
      {
        name: `start at height ${height} until the API answers, median`,
        value: medianOf(times),
        unit: "ms",
        goal: 2_000,
      },
      { name: "idle node, anonymous memory", value: idle.anonymous, unit: "MiB", goal: 200 },
      { name: "idle node, resident memory", value: idle.resident, unit: "MiB" },
    ];
  } finally {
    work.remove();
  }
}
