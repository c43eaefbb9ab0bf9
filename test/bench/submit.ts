/** Transfers over HTTP until they are in blocks and durable, one node, client beside it on the same cores. */
import { type BenchOptions, type BenchRow, percentileOf } from "./bench-row.ts";
import { type Submission, submitAll } from "./submission.ts";
import { binaryBodies, createWorkload, jsonBodies } from "./workload.ts";

const RECEIVERS = 100_000;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const [many, fewer, alone] = quick ? [2_000, 400, 12] : [120_000, 24_000, 360];
  const work = createWorkload(many, RECEIVERS);
  const stakeWork = createWorkload(many, RECEIVERS, "pos");
  try {
    report(`${many} transfers as bytes`);
    const binary = await submitAll(work, {
      name: "bytes",
      bodies: binaryBodies(work.transfers, 500),
      connections: 8,
      quick,
    });
    report(`${many} transfers as bytes, by stake`);
    const staked = await submitAll(stakeWork, {
      name: "stake",
      bodies: binaryBodies(stakeWork.transfers, 500),
      connections: 8,
      quick,
    });
    report(`${many} transfers as JSON`);
    const json = await submitAll(work, {
      name: "json",
      bodies: jsonBodies(work.transfers, 100, work.spec.addressPrefix),
      connections: 8,
      quick,
    });
    report(`${fewer} transfers one by one`);
    const single = await submitAll(work, {
      name: "single",
      bodies: binaryBodies(work.transfers.slice(0, fewer), 1),
      connections: 64,
      quick,
    });
    report(`${alone} transfers one after the other`);
    const lonely = { name: "alone", bodies: binaryBodies(work.transfers.slice(0, alone), 1), connections: 1, quick };
    // Starting nodes is most of a quick run, and here nothing would run that has not run above.
    const quiet = quick ? single : await submitAll(work, lonely);
    return [
      { name: "bare signature checks, two threads", value: binary.floor.perSecond, unit: "1/s" },
      rateRow("transfers until included, bytes, 500 a request", binary, 28_000),
      ...cpuRows(binary, 65),
      { name: "… anonymous memory of the node, peak", value: binary.peakMiB, unit: "MiB" },
      ...latencyRows("… until a request of 500 is durable", binary.latencies),
      rateRow("the same by stake, a slot every 125 ms", staked, 28_000),
      shareRow(staked, binary),
      ...cpuRows(staked, 65),
      rateRow("transfers until included, JSON, 100 a request", json, 20_000),
      ...cpuRows(json),
      rateRow("transfers until included, one a request, 64 connections", single, 5_000),
      ...cpuRows(single),
      ...latencyRows("… until it is durable", single.latencies),
      ...latencyRows("one transfer at a time until it is durable", quiet.latencies),
    ];
  } finally {
    work.remove();
    stakeWork.remove();
  }
}

function rateRow(name: string, { perSecond, floor }: Submission, goal: number): BenchRow {
  const ratio = perSecond / floor.perSecond;
  return { name, value: perSecond, unit: "1/s", floor: floor.perSecond, ratio, goal };
}

/** Each rate as a share of its own floor: the machine's speed drifts between the two. */
function shareRow(staked: Submission, worked: Submission): BenchRow {
  const share = staked.perSecond / staked.floor.perSecond / (worked.perSecond / worked.floor.perSecond);
  return { name: "… of that by work, each beside its floor", value: 100 * share, unit: "%", goal: 100 };
}

function cpuRows({ cpuMicros, mainMicros, floor }: Submission, goal?: number): BenchRow[] {
  return [
    {
      ...{ name: "… CPU of the node for each", value: cpuMicros, unit: "us" },
      ...{ floor: floor.cpuMicros, ratio: floor.cpuMicros / cpuMicros },
      ...(goal === undefined ? {} : { goal }),
    },
    { name: "… of that the main thread", value: mainMicros, unit: "us" },
  ];
}

function latencyRows(name: string, latencies: readonly number[]): BenchRow[] {
  return [0.5, 0.95].map((share) => ({
    name: `${name}, p${100 * share}`,
    value: percentileOf(latencies, share),
    unit: "ms",
  }));
}
