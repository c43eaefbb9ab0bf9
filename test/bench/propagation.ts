/** How long a full block takes along a line of nodes that all have its transfers already. */
import { join } from "node:path";
import { readServerEvents } from "#api/contract";
import { OperationError } from "#base";
import { type BenchNode, metric, startBenchNode, status, waitFor } from "./bench-node.ts";
import { type BenchOptions, type BenchRow, percentileOf } from "./bench-row.ts";
import { postAll } from "./http-client.ts";
import { binaryBodies, createWorkload, cut, type Workload } from "./workload.ts";

const NODES = 4;
const RECEIVERS = 100_000;
const LIMIT_MS = 120_000;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const [blocks, size] = quick ? [2, 500] : [20, 5_000];
  const work = createWorkload(blocks * size, RECEIVERS);
  const line: BenchNode[] = [];
  const watching = new AbortController();
  try {
    for (let i = 0; i < NODES; i++) line.push(await startInLine(work, i, line[i - 1]));
    await waitFor(async () => (await status(line[0]!)).peers === 1, LIMIT_MS, "the line");
    const watches = line.map((node) => watchBlocks(node, watching.signal));
    const hops: number[][] = line.map(() => []);
    for (const [round, transfers] of cut(work.transfers, size).entries()) {
      report(`block ${round + 1} of ${blocks}`);
      await postAll(line[0]!.api, binaryBodies(transfers, 500), 4);
      for (const node of line) await waitFor(() => holds(node, size), LIMIT_MS, `${size} pending transfers`);
      const arrivals = watches.map((watch) => watch.next());
      await mine(line[0]!);
      const times = await Promise.all(arrivals);
      times.forEach((time, i) => {
        hops[i]!.push(time - times[0]!);
      });
    }
    return [
      ...rowsOf(`block of ${size} known transfers, at the third node of a line`, hops[2]!),
      ...rowsOf("… at the fourth, three hops away", hops[3]!, 150),
    ];
  } finally {
    watching.abort();
    for (const node of line.reverse()) await node.stop();
    work.remove();
  }
}

function rowsOf(name: string, times: readonly number[], goal?: number): BenchRow[] {
  return [
    { name: `${name}, p50`, value: percentileOf(times, 0.5), unit: "ms" },
    { name: `${name}, p95`, value: percentileOf(times, 0.95), unit: "ms", ...(goal === undefined ? {} : { goal }) },
  ];
}

/** Each has room for the one before and the one behind it, so that peer exchange makes no other way. */
function startInLine(work: Workload, place: number, before: BenchNode | undefined): Promise<BenchNode> {
  return startBenchNode({
    "node.data": join(work.folder, `node-${place}`),
    "node.spec": work.specFile,
    "p2p.bootstrap": before?.p2p ?? [],
    "p2p.targetOutbound": before === undefined ? 0 : 1,
    "p2p.maxInbound": 1,
  });
}

async function holds(node: BenchNode, count: number): Promise<boolean> {
  return (await metric(node, "agon_mempool_transactions")) === count;
}

async function mine(node: BenchNode): Promise<void> {
  const answer = await fetch(`${node.api}/v1/admin/mine`, {
    method: "POST",
    headers: { authorization: `Bearer ${node.token}`, "content-type": "application/json" },
    body: JSON.stringify({ blocks: 1 }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (answer.status !== 200) throw new OperationError("bench-mine", await answer.text());
}

interface BlockWatch {
  /** Resolves to when the next block was heard of. */
  next(): Promise<number>;
}

function watchBlocks(node: BenchNode, signal: AbortSignal): BlockWatch {
  let waiting: PromiseWithResolvers<number> | null = null;
  const read = async (): Promise<void> => {
    const response = await fetch(`${node.api}/v1/events`, { signal });
    for await (const event of readServerEvents(response))
      if (event.event === "block-applied") waiting?.resolve(performance.now());
  };
  read().catch((error: unknown) => {
    if (!signal.aborted) waiting?.reject(error);
  });
  return {
    next() {
      waiting = Promise.withResolvers<number>();
      return waiting.promise;
    },
  };
}
