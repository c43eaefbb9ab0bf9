/** How soon a node with a chain answers, and what it takes while nothing happens. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { anonymousMiB, residentMiB, startBenchNode, status } from "./bench-node.ts";
import { type BenchOptions, type BenchRow, medianOf } from "./bench-row.ts";
import { buildChain, emptyBlocks } from "./chain-builder.ts";
import { type BenchEngine, createWorkload } from "./workload.ts";

const IDLE_MS = 5_000;

interface Measured {
  readonly times: readonly number[];
  readonly anonymous: number;
  readonly resident: number;
}

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const size = quick ? { height: 200, starts: 1, idleMs: 200 } : { height: 10_000, starts: 5, idleMs: IDLE_MS };
  const worked = await measure("pow", size, report);
  const staked = await measure("pos", size, report);
  return [...rowsOf("", size, worked), ...rowsOf("by stake: ", size, staked)];
}

interface Size {
  readonly height: number;
  readonly starts: number;
  readonly idleMs: number;
}

async function measure(
  engine: BenchEngine,
  { height, starts, idleMs }: Size,
  report: BenchOptions["report"],
): Promise<Measured> {
  const work = createWorkload(0, 0, engine);
  try {
    const data = join(work.folder, "start");
    report(`${engine}: making ${height} blocks`);
    await buildChain(work.spec, data, emptyBlocks(height));
    const times: number[] = [];
    let idle = { anonymous: 0, resident: 0 };
    for (let i = 0; i < starts; i++) {
      report(`${engine}: start ${i + 1} of ${starts}`);
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
    return { times, ...idle };
  } finally {
    work.remove();
  }
}

function rowsOf(prefix: string, { height }: Size, { times, anonymous, resident }: Measured): BenchRow[] {
  const name = `${prefix}start at height ${height} until the API answers, median`;
  return [
    { name, value: medianOf(times), unit: "ms", goal: 2_000 },
    { name: `${prefix}idle node, anonymous memory`, value: anonymous, unit: "MiB", goal: 200 },
    { name: `${prefix}idle node, resident memory`, value: resident, unit: "MiB" },
  ];
}
