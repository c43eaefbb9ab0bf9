/** A full block whose signatures were seen in the mempool goes through the import line, and is durable. */
import { join } from "node:path";
import { prepareKnownFor } from "#chain";
import { chainIdOf } from "#spec";
import { type BenchOptions, type BenchRow, medianOf } from "./bench-row.ts";
import { importKnown, nextBlock, openOffline } from "./chain-builder.ts";
import { createWorkload, cut } from "./workload.ts";

const RECEIVERS = 100_000;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const [blocks, size] = quick ? [3, 500] : [20, 5_000];
  const work = createWorkload(blocks * size, RECEIVERS);
  try {
    const offline = await openOffline(work.spec, join(work.folder, "import"));
    report(`${blocks} blocks of ${size} transfers`);
    const times: number[] = [];
    for (const part of cut(work.transfers.map(prepareKnownFor(chainIdOf(work.spec))), size)) {
      const block = nextBlock(offline, part);
      const begin = performance.now();
      await importKnown(offline, block, part);
      times.push(performance.now() - begin);
    }
    await offline.close();
    return [
      { name: `import of a block of ${size} known transfers, median`, value: medianOf(times), unit: "ms", goal: 40 },
      { name: "… worst", value: Math.max(...times), unit: "ms" },
    ];
  } finally {
    work.remove();
  }
}
