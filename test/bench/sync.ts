/** A new node that takes a whole chain from another over loopback: one full of transfers, one of empty blocks. */
import { join } from "node:path";
import { prepareKnownFor } from "#chain";
import { chainIdOf } from "#spec";
import {
  anonymousMiB,
  type BenchNode,
  cpuSeconds,
  mainThreadSeconds,
  startBenchNode,
  status,
  waitFor,
} from "./bench-node.ts";
import type { BenchOptions, BenchRow } from "./bench-row.ts";
import { buildChain, emptyBlocks } from "./chain-builder.ts";
import { besideFloor } from "./verify-floor.ts";
import { createWorkload, cut, type Workload } from "./workload.ts";

const RECEIVERS = 100_000;
const TRANSFERS_A_BLOCK = 1_000;
const LIMIT_MS = 180_000;

interface Synced {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly mainSeconds: number;
  readonly startMiB: number;
  readonly peakMiB: number;
}

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const [transfers, empty] = quick ? [5_000, 500] : [100_000, 10_000];
  const work = createWorkload(transfers, RECEIVERS);
  try {
    report(`making a chain of ${transfers} transfers and one of ${empty} empty blocks`);
    const prepare = prepareKnownFor(chainIdOf(work.spec));
    const full = join(work.folder, "full");
    await buildChain(work.spec, full, cut(work.transfers.map(prepare), TRANSFERS_A_BLOCK));
    const bare = join(work.folder, "empty");
    await buildChain(work.spec, bare, emptyBlocks(empty));

    report(`sync of ${transfers} transfers`);
    const synced = await besideFloor(work, quick, () => syncFrom(work, full, transfers / TRANSFERS_A_BLOCK));
    report(`sync of ${empty} empty blocks`);
    const hollow = await syncFrom(work, bare, empty);
    const perSecond = transfers / synced.seconds;
    const cpuMicros = (synced.cpuSeconds * 1e6) / transfers;
    const { floor } = synced;
    return [
      {
        ...{ name: `sync of ${transfers} transfers, blocks of ${TRANSFERS_A_BLOCK}`, value: perSecond, unit: "1/s" },
        ...{ floor: floor.perSecond, ratio: perSecond / floor.perSecond, goal: 35_000 },
      },
      {
        ...{ name: "… CPU of the node for each", value: cpuMicros, unit: "us" },
        ...{ floor: floor.cpuMicros, ratio: floor.cpuMicros / cpuMicros },
      },
      { name: "… of that the main thread", value: (synced.mainSeconds * 1e6) / transfers, unit: "us" },
      { name: "… anonymous memory, peak", value: synced.peakMiB, unit: "MiB", goal: 400 },
      { name: "… of that when the node had just started", value: synced.startMiB, unit: "MiB" },
      { name: `sync of ${empty} empty blocks`, value: empty / hollow.seconds, unit: "blocks/s", goal: 5_000 },
      { name: "… CPU of the node for each", value: (hollow.cpuSeconds * 1e6) / empty, unit: "us" },
    ];
  } finally {
    work.remove();
  }
}

/** From the first peer to the last block. */
async function syncFrom(work: Workload, data: string, height: number): Promise<Synced> {
  const source = await startBenchNode({
    "node.data": data,
    "node.spec": work.specFile,
    "p2p.targetOutbound": 0,
  });
  let node: BenchNode | null = null;
  try {
    node = await startBenchNode({
      "node.data": `${data}-copy`,
      "node.spec": work.specFile,
      "p2p.bootstrap": source.p2p,
      "p2p.targetOutbound": 1,
    });
    const { pid } = node;
    const copy = node;
    const startMiB = anonymousMiB(pid);
    await waitFor(async () => (await status(copy)).peers > 0, LIMIT_MS, "a connection", 2);
    const cpu = cpuSeconds(pid);
    const main = mainThreadSeconds(pid);
    const begin = performance.now();
    let peakMiB = startMiB;
    const arrived = async (): Promise<boolean> => {
      peakMiB = Math.max(peakMiB, anonymousMiB(pid));
      return (await status(copy)).head.height >= height;
    };
    await waitFor(arrived, LIMIT_MS, `height ${height}`);
    const seconds = (performance.now() - begin) / 1_000;
    return {
      seconds,
      cpuSeconds: cpuSeconds(pid) - cpu,
      mainSeconds: mainThreadSeconds(pid) - main,
      startMiB,
      peakMiB,
    };
  } finally {
    await node?.stop();
    await source.stop();
  }
}
