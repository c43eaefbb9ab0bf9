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
import { besideFloor, type Floor } from "./verify-floor.ts";
import { type BenchEngine, createWorkload, cut, type Workload } from "./workload.ts";

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

interface Counts {
  readonly transfers: number;
  readonly empty: number;
}

interface Measured {
  readonly full: Synced & { readonly floor: Floor };
  readonly empty: Synced;
}

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const counts = quick ? { transfers: 2_000, empty: 2 } : { transfers: 100_000, empty: 10_000 };
  const staked = await measure("pos", counts, { quick, report });
  // Starting nodes is most of a quick run, and nothing would run that has not run above.
  const worked = quick ? staked : await measure("pow", counts, { quick, report });
  return [
    ...rowsOf("", counts, worked),
    ...rowsOf("by stake: ", counts, staked),
    shareRow(
      "… transfers, of the rate by work, each beside its floor",
      ofFloor(staked, counts),
      ofFloor(worked, counts),
    ),
    shareRow("… empty blocks, of the rate by work", worked.empty.seconds, staked.empty.seconds),
  ];
}

async function measure(engine: BenchEngine, counts: Counts, { quick, report }: BenchOptions): Promise<Measured> {
  const { transfers, empty } = counts;
  const work = createWorkload(transfers, RECEIVERS, engine);
  try {
    report(`${engine}: making a chain of ${transfers} transfers`);
    const prepare = prepareKnownFor(chainIdOf(work.spec));
    const full = join(work.folder, "full");
    await buildChain(work.spec, full, cut(work.transfers.map(prepare), TRANSFERS_A_BLOCK));
    report(`${engine}: sync of ${transfers} transfers`);
    const synced = await besideFloor(work, quick, () => syncFrom(work, full, transfers / TRANSFERS_A_BLOCK));
    // Starting nodes is most of a quick run, and here nothing would run that has not run above.
    if (quick) return { full: synced, empty: synced };
    report(`${engine}: making and taking a chain of ${empty} empty blocks`);
    const bare = join(work.folder, "empty");
    await buildChain(work.spec, bare, emptyBlocks(empty));
    return { full: synced, empty: await syncFrom(work, bare, empty) };
  } finally {
    work.remove();
  }
}

function ofFloor({ full }: Measured, { transfers }: Counts): number {
  return transfers / full.seconds / full.floor.perSecond;
}

function shareRow(name: string, mine: number, other: number): BenchRow {
  return { name, value: (100 * mine) / other, unit: "%", goal: 100 };
}

function rowsOf(prefix: string, counts: Counts, { full, empty }: Measured): BenchRow[] {
  const { transfers } = counts;
  const { floor } = full;
  const cpuMicros = (full.cpuSeconds * 1e6) / transfers;
  return [
    {
      ...{ name: `${prefix}sync of ${transfers} transfers, blocks of ${TRANSFERS_A_BLOCK}`, unit: "1/s" },
      ...{
        value: transfers / full.seconds,
        floor: floor.perSecond,
        ratio: ofFloor({ full, empty }, counts),
        goal: 35_000,
      },
    },
    {
      ...{ name: "… CPU of the node for each", value: cpuMicros, unit: "us" },
      ...{ floor: floor.cpuMicros, ratio: floor.cpuMicros / cpuMicros },
    },
    { name: "… of that the main thread", value: (full.mainSeconds * 1e6) / transfers, unit: "us" },
    { name: "… anonymous memory, peak", value: full.peakMiB, unit: "MiB", goal: 400 },
    { name: "… of that when the node had just started", value: full.startMiB, unit: "MiB" },
    {
      ...{ name: `${prefix}sync of ${counts.empty} empty blocks`, unit: "blocks/s" },
      ...{ value: counts.empty / empty.seconds, goal: 5_000 },
    },
    { name: "… CPU of the node for each", value: (empty.cpuSeconds * 1e6) / counts.empty, unit: "us" },
  ];
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
