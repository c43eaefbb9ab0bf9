/** Transfers over HTTP until they are in blocks and durable, one node, client beside it on the same cores. */
import { join } from "node:path";
import { anonymousMiB, type BenchNode, cpuSeconds, metric, startBenchNode, waitFor } from "./bench-node.ts";
import { type BenchOptions, type BenchRow, percentileOf } from "./bench-row.ts";
import { postAll } from "./http-client.ts";
import { bareRateOf } from "./verify-floor.ts";
import { type Body, binaryBodies, createWorkload, jsonBodies, type Workload } from "./workload.ts";

const RECEIVERS = 100_000;
const WARM_UP_BODIES = 4;
const INCLUSION_MS = 180_000;

interface Variant {
  readonly name: string;
  readonly bodies: readonly Body[];
  readonly connections: number;
}

interface Measured {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly peakMiB: number;
  /** Ms until each 202. */
  readonly latencies: readonly number[];
  /** Bare checks per second, the mean of before and after. */
  readonly floor: number;
}

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const [many, fewer, alone] = quick ? [4_000, 2_000, 20] : [100_000, 20_000, 300];
  const work = createWorkload(many, RECEIVERS);
  try {
    report(`${many} transfers as bytes`);
    const binary = await measure(work, {
      name: "bytes",
      bodies: binaryBodies(work.transfers, 500),
      connections: 8,
    });
    report(`${many} transfers as JSON`);
    const json = await measure(work, {
      name: "json",
      bodies: jsonBodies(work.transfers, 100, work.spec.addressPrefix),
      connections: 8,
    });
    report(`${fewer} transfers one by one`);
    const single = await measure(work, {
      name: "single",
      bodies: binaryBodies(work.transfers.slice(0, fewer), 1),
      connections: 64,
    });
    report(`${alone} transfers one after the other`);
    const quiet = await measure(work, {
      name: "alone",
      bodies: binaryBodies(work.transfers.slice(0, alone), 1),
      connections: 1,
    });
    return [
      { name: "bare signature checks, two threads", value: binary.floor, unit: "1/s" },
      rateRow("transfers until included, bytes, 500 a request", binary, 28_000),
      { name: "… CPU of the node for each", value: binary.cpuMicros, unit: "us", goal: 65 },
      { name: "… anonymous memory of the node, peak", value: binary.peakMiB, unit: "MiB" },
      ...latencyRows("… until a request of 500 is durable", binary.latencies),
      rateRow("transfers until included, JSON, 100 a request", json, 20_000),
      { name: "… CPU of the node for each", value: json.cpuMicros, unit: "us" },
      rateRow("transfers until included, one a request, 64 connections", single, 5_000),
      { name: "… CPU of the node for each", value: single.cpuMicros, unit: "us" },
      ...latencyRows("… until it is durable", single.latencies),
      ...latencyRows("one transfer at a time until it is durable", quiet.latencies),
    ];
  } finally {
    work.remove();
  }
}

function rateRow(name: string, { perSecond, floor }: Measured, goal: number): BenchRow {
  return { name, value: perSecond, unit: "1/s", floor, ratio: perSecond / floor, goal };
}

function latencyRows(name: string, latencies: readonly number[]): BenchRow[] {
  return [0.5, 0.95].map((share) => ({
    name: `${name}, p${100 * share}`,
    value: percentileOf(latencies, share),
    unit: "ms",
  }));
}

async function measure(work: Workload, { name, bodies, connections }: Variant): Promise<Measured> {
  const before = await bareRateOf(work);
  const node = await startBenchNode({
    "node.data": join(work.folder, `data-${name}`),
    "node.spec": work.specFile,
    "mining.enabled": true,
    "mining.hashRate": 2_048,
  });
  try {
    const warmUp = bodies.slice(0, WARM_UP_BODIES);
    await postAll(node.api, warmUp, connections);
    const already = countOf(warmUp);
    await included(node, already);
    const cpu = cpuSeconds(node.pid);
    const begin = performance.now();
    let peakMiB = anonymousMiB(node.pid);
    const watch = setInterval(() => {
      peakMiB = Math.max(peakMiB, anonymousMiB(node.pid));
    }, 100);
    const latencies = await postAll(node.api, bodies.slice(WARM_UP_BODIES), connections);
    const total = countOf(bodies);
    await included(node, total);
    const seconds = (performance.now() - begin) / 1_000;
    clearInterval(watch);
    const count = total - already;
    const cpuMicros = ((cpuSeconds(node.pid) - cpu) * 1e6) / count;
    const floor = (before + (await bareRateOf(work))) / 2;
    return { perSecond: count / seconds, cpuMicros, peakMiB, latencies, floor };
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
