/** Many miners in one process, real sockets, true shares: what a pool is measured with. */
import { setTimeout as delay } from "node:timers/promises";
import { createHistogram, type Histogram } from "./load-histogram.ts";
import { joinPool, type LoadMiner, sendShare } from "./load-miner.ts";

export interface LoadOptions {
  readonly connections: number;
  readonly sharesPerSecond: number;
  readonly seconds: number;
  /** How often the pool's memory is looked at. */
  readonly sampleMs: number;
  /** Its garbage is collected before each look, so that growth can be told from garbage. */
  readonly collect: boolean;
  /** Called at each sample. */
  readonly report?: (sample: LoadSample) => void;
  /** A sample could not be taken; the load goes on. */
  readonly onTrouble?: (error: unknown) => void;
}

/** What is under load. */
export interface LoadTarget {
  readonly port: number;
  /** @param collect garbage first, which halts the pool for a moment */
  usage(collect: boolean): Promise<PoolUsage>;
  stop(): Promise<void>;
}

/** Of the pool's process. */
export interface PoolUsage {
  /** All its threads. */
  readonly cpuMicros: number;
  readonly residentMiB: number;
  /** Of the resident, what is no file's. */
  readonly anonymousMiB: number;
  /** Of JavaScript. */
  readonly heapMiB: number;
  /** As it counts itself. */
  readonly accepted: number;
}

/** What came since the last sample. */
export interface LoadSample {
  readonly second: number;
  readonly sent: number;
  readonly accepted: number;
  /** By code of STRATUM-3. */
  readonly refused: ReadonlyMap<number, number>;
  readonly p99Ms: number;
  readonly cpuMicrosPerShare: number;
  readonly usage: PoolUsage;
  /** Since the first sample. */
  readonly heapGrowthMiB: number;
}

export interface LoadResult {
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  /** Of the refused: error 21, for a job of the block before. */
  readonly stale: number;
  /** Not answered, since the connection ended. */
  readonly lost: number;
  /** What the pool says it accepted, less what its miners were told: 0, or somebody is wrong. */
  readonly difference: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly cpuMicrosPerShare: number;
  /** Until every miner was connected and had work. */
  readonly connectMs: number;
  readonly residentMiB: number;
  /** Of the heap after collections, from the third to the last quarter of the run; 0 for runs with less than 12 samples. */
  readonly growthMiBPerMinute: number;
}

const TICK_MS = 4;
const STALE = 21;
const JOINING = 100;

interface Counts {
  sent: number;
  accepted: number;
  lost: number;
  readonly refused: Map<number, number>;
}

export async function loadPool(options: LoadOptions, target: LoadTarget): Promise<LoadResult> {
  const [latencies, counts] = [createHistogram(), newCounts()];
  let [ofSample, lastCounts] = [createHistogram(), newCounts()];
  const heaps: number[] = [];
  const connecting = performance.now();
  const miners = await joinAll(
    target.port,
    options.connections,
    [latencies, { add: (ms) => ofSample.add(ms) }],
    counts,
  );
  const connectMs = performance.now() - connecting;
  const before = await target.usage(false);
  let last = before;
  const started = performance.now();
  await send(miners, options, counts, async () => {
    const usage = await target.usage(options.collect);
    heaps.push(usage.heapMiB);
    const fresh = difference(counts, lastCounts);
    options.report?.({
      ...{ second: Math.round((performance.now() - started) / 1_000), ...fresh, usage },
      p99Ms: ofSample.percentile(0.99),
      cpuMicrosPerShare: (usage.cpuMicros - last.cpuMicros) / fresh.sent,
      heapGrowthMiB: usage.heapMiB - heaps[0]!,
    });
    [ofSample, lastCounts, last] = [createHistogram(), copyOf(counts), usage];
  });
  const elapsedMs = performance.now() - started;
  const answered = (): number => counts.accepted + sum(counts.refused);
  while (answered() + counts.lost < counts.sent) await delay(5);
  const after = await target.usage(false);
  for (const miner of miners) miner.socket.destroy();
  return {
    ...{ sent: counts.sent, accepted: counts.accepted, lost: counts.lost },
    ...{ refused: sum(counts.refused), stale: counts.refused.get(STALE) ?? 0 },
    difference: after.accepted - before.accepted - counts.accepted,
    ...{ perSecond: (answered() * 1_000) / elapsedMs, connectMs, residentMiB: after.residentMiB },
    growthMiBPerMinute: growthOf(heaps, options.sampleMs),
    p50Ms: latencies.percentile(0.5),
    p99Ms: latencies.percentile(0.99),
    worstMs: latencies.percentile(1),
    cpuMicrosPerShare: (after.cpuMicros - before.cpuMicros) / answered(),
  };
}

async function joinAll(
  port: number,
  connections: number,
  latencies: readonly Pick<Histogram, "add">[],
  counts: Counts,
): Promise<LoadMiner[]> {
  const miners: LoadMiner[] = [];
  const answers = {
    answered(ms: number, code: number | null): void {
      for (const histogram of latencies) histogram.add(ms);
      if (code === null) counts.accepted++;
      else counts.refused.set(code, (counts.refused.get(code) ?? 0) + 1);
    },
    closed(unanswered: number): void {
      counts.lost += unanswered;
    },
  };
  for (let i = 0; i < connections; i += JOINING) {
    const some = Array.from({ length: Math.min(JOINING, connections - i) }, (_, k) => joinPool(port, i + k, answers));
    miners.push(...(await Promise.all(some)));
  }
  return miners;
}

/** At the times of an even rate, however the answers come. */
async function send(
  miners: readonly LoadMiner[],
  { sharesPerSecond, seconds, sampleMs, onTrouble = () => {} }: LoadOptions,
  counts: Counts,
  sample: () => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const total = sharesPerSecond * seconds;
  let sampledMs = started;
  let sampling: Promise<void> = Promise.resolve();
  while (counts.sent < total) {
    const due = Math.min(total, ((performance.now() - started) * sharesPerSecond) / 1_000);
    for (let turn = counts.sent; counts.sent < due; turn++) {
      const miner = miners[turn % miners.length]!;
      if (miner.isOpen) sendShare(miner, ++counts.sent);
      else if (!miners.some(({ isOpen }) => isOpen)) throw new Error("the pool has closed all connections");
    }
    if (performance.now() - sampledMs >= sampleMs) {
      sampledMs += sampleMs;
      // Miners go on meanwhile.
      sampling = sampling.then(sample).catch(onTrouble);
    }
    await delay(TICK_MS);
  }
  await sampling;
}

function newCounts(): Counts {
  return { sent: 0, accepted: 0, lost: 0, refused: new Map() };
}

function copyOf(counts: Counts): Counts {
  return { ...counts, refused: new Map(counts.refused) };
}

function difference(now: Counts, before: Counts): Pick<LoadSample, "sent" | "accepted" | "refused"> {
  const codes = [...now.refused].map(([code, count]) => [code, count - (before.refused.get(code) ?? 0)] as const);
  return {
    sent: now.sent - before.sent,
    accepted: now.accepted - before.accepted,
    refused: new Map(codes.filter(([, count]) => count > 0)),
  };
}

function sum(refused: ReadonlyMap<number, number>): number {
  return refused.values().reduce((all, count) => all + count, 0);
}

/** By the lowest sample of each quarter: what is remembered of shares grows from head to head, and is then forgotten. */
function growthOf(samplesMiB: readonly number[], sampleMs: number): number {
  const quarter = Math.floor(samplesMiB.length / 4);
  if (quarter < 3) return 0;
  const third = Math.min(...samplesMiB.slice(-2 * quarter, -quarter));
  return (Math.min(...samplesMiB.slice(-quarter)) - third) / ((quarter * sampleMs) / 60_000);
}
