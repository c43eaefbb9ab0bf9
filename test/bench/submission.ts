/** One run of submission: a fresh node, bodies over several connections, until all their transfers are in blocks. */
import { join } from "node:path";
import {
  anonymousMiB,
  type BenchNode,
  cpuSeconds,
  mainThreadSeconds,
  metric,
  startBenchNode,
  waitFor,
} from "./bench-node.ts";
import { postAll } from "./http-client.ts";
import { besideFloor, type Floor } from "./verify-floor.ts";
import type { Body, Workload } from "./workload.ts";

/** A share of the bodies goes before, unmeasured: by then the code is compiled. */
const WARM_UP_SHARE = 1 / 6;
const INCLUSION_MS = 180_000;
/** A block about every 125 ms, or exactly. */
const PRODUCTION = {
  pow: { "mining.enabled": true, "mining.hashRate": 2_048 },
  pos: { "validator.key": "dev:0", "node.alone": true },
} as const;

export interface Variant {
  /** Names the node's folder. */
  readonly name: string;
  readonly bodies: readonly Body[];
  readonly connections: number;
  readonly quick: boolean;
}

export interface Submission {
  readonly perSecond: number;
  /** Of the node's process, per transfer. */
  readonly cpuMicros: number;
  /** Of that its main thread, which does all but check signatures. */
  readonly mainMicros: number;
  readonly peakMiB: number;
  /** Ms until each 202. */
  readonly latencies: readonly number[];
  readonly floor: Floor;
}

export function submitAll(work: Workload, variant: Variant): Promise<Submission> {
  return besideFloor(work, variant.quick, () => submitTo(work, variant));
}

async function submitTo(work: Workload, { name, bodies, connections }: Variant): Promise<Omit<Submission, "floor">> {
  const node = await startBenchNode({
    "node.data": join(work.folder, `data-${name}`),
    "node.spec": work.specFile,
    ...PRODUCTION[work.spec.engine.kind],
  });
  try {
    const { pid } = node;
    const cut = Math.ceil(bodies.length * WARM_UP_SHARE);
    const warmUp = bodies.slice(0, cut);
    await postAll(node.api, warmUp, connections);
    const already = countOf(warmUp);
    await included(node, already);
    const cpu = cpuSeconds(pid);
    const main = mainThreadSeconds(pid);
    const begin = performance.now();
    let peakMiB = anonymousMiB(pid);
    const watch = setInterval(() => {
      peakMiB = Math.max(peakMiB, anonymousMiB(pid));
    }, 100);
    const latencies = await postAll(node.api, bodies.slice(cut), connections);
    const total = countOf(bodies);
    await included(node, total);
    const seconds = (performance.now() - begin) / 1_000;
    clearInterval(watch);
    const count = total - already;
    const cpuMicros = ((cpuSeconds(pid) - cpu) * 1e6) / count;
    const mainMicros = ((mainThreadSeconds(pid) - main) * 1e6) / count;
    return { perSecond: count / seconds, cpuMicros, mainMicros, peakMiB, latencies };
  } finally {
    await node.stop();
  }
}

function countOf(bodies: readonly Body[]): number {
  return bodies.reduce((sum, body) => sum + body.count, 0);
}

function included(node: BenchNode, count: number): Promise<void> {
  return waitFor(
    async () => (await metric(node, "agon_transactions_included_total")) >= count,
    INCLUSION_MS,
    `inclusion of ${count} transfers`,
  );
}
