/** Many miners in one process, real sockets, true shares: what a pool's server is measured with. */
import { fork } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { asAddress } from "#base";
import { formatAddress } from "#crypto";
import type { PoolUsage } from "./pool-child.ts";

export interface LoadOptions {
  readonly connections: number;
  readonly sharesPerSecond: number;
  readonly seconds: number;
  /** Time between new heads; 0 for none. */
  readonly headMs: number;
  /** Against a server that only answers. */
  readonly floor?: boolean;
  /** Called every ten seconds. */
  readonly report?: (text: string) => void;
}

export interface LoadResult {
  readonly sent: number;
  readonly accepted: number;
  readonly refused: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  /** Of the server's process, all its threads. */
  readonly cpuMicrosPerShare: number;
  /** Until every miner was connected and had work. */
  readonly connectMs: number;
  readonly residentMiB: number;
  /** Of the heap after collections, from the third to the last quarter of the run; 0 for runs of less than two minutes. */
  readonly growthMiBPerMinute: number;
}

interface Miner {
  readonly socket: Socket;
  readonly name: string;
  /** By id, when each share was sent. */
  readonly sent: Map<number, number>;
  extranonce1: string;
  rest: string;
  job: readonly unknown[] | null;
  jobId: string;
  header: Buffer;
  nonce: number;
}

const TICK_MS = 4;
const REPORT_MS = 10_000;
const EXTRANONCE2 = "00000000000000ff";

export async function loadPool(options: LoadOptions): Promise<LoadResult> {
  const { child, port } = await startChild(options);
  const usage = async (): Promise<PoolUsage> => {
    child.send("usage");
    return (await once(child, "message"))[0] as PoolUsage;
  };
  const latencies = createHistogram();
  const memory: number[] = [];
  const tally = { accepted: 0, refused: 0, sent: 0 };
  try {
    const connecting = performance.now();
    const miners: Miner[] = [];
    for (let i = 0; i < options.connections; i += 100)
      miners.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(100, options.connections - i) }, (_, k) =>
            joinPool(port, i + k, (miner, line) => take(miner, line, latencies, tally)),
          ),
        )),
      );
    const connectMs = performance.now() - connecting;
    const before = await usage();
    const started = performance.now();
    await send(miners, options, tally, async () => {
      const { residentMiB, heapMiB } = await usage();
      memory.push(heapMiB);
      options.report?.(
        `${tally.sent} shares, p99 ${latencies.percentile(0.99).toFixed(2)} ms, heap ${heapMiB.toFixed(1)} of ${residentMiB.toFixed(0)} MiB`,
      );
    });
    const elapsedMs = performance.now() - started;
    while (tally.accepted + tally.refused < tally.sent) await delay(5);
    const after = await usage();
    for (const miner of miners) miner.socket.destroy();
    const answered = tally.accepted + tally.refused;
    return {
      ...tally,
      ...{ perSecond: (answered * 1_000) / elapsedMs, connectMs, residentMiB: after.residentMiB },
      growthMiBPerMinute: growthOf(memory),
      p50Ms: latencies.percentile(0.5),
      p99Ms: latencies.percentile(0.99),
      worstMs: latencies.percentile(1),
      cpuMicrosPerShare: (after.cpuMicros - before.cpuMicros) / answered,
    };
  } finally {
    const exited = once(child, "exit");
    child.disconnect();
    await exited;
  }
}

async function startChild({ floor = false, headMs }: LoadOptions) {
  const child = fork(join(import.meta.dirname, "pool-child.ts"), [floor ? "floor" : "pool", String(headMs)], {
    execArgv: ["--expose-gc"],
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return { child, port };
}

async function joinPool(port: number, index: number, take: (miner: Miner, line: string) => void): Promise<Miner> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const account = new Uint8Array(20);
  new DataView(account.buffer).setUint32(0, index % 500);
  const name = `${formatAddress(asAddress(account), "tagon")}.${index}`;
  const miner: Miner = {
    ...{ socket, name, sent: new Map(), extranonce1: "", rest: "", job: null, jobId: "", header: Buffer.alloc(80) },
    nonce: 0,
  };
  socket.setEncoding("latin1");
  await once(socket, "connect");
  const ready = new Promise<void>((resolve, reject) => {
    socket.on("close", () => reject(new Error("the pool closed a connection")));
    socket.on("data", (text: string) => {
      const lines = (miner.rest + text).split("\n");
      miner.rest = lines.pop()!;
      for (const line of lines) take(miner, line);
      if (miner.job !== null && miner.extranonce1 !== "") resolve();
    });
  });
  socket.write('{"id":0,"method":"mining.subscribe","params":["load/1"]}\n');
  socket.write(`{"id":-1,"method":"mining.authorize","params":["${name}","x"]}\n`);
  await ready;
  return miner;
}

function take(miner: Miner, line: string, latencies: Histogram, tally: { accepted: number; refused: number }): void {
  const id = /^\{"id":(\d+)/.exec(line)?.[1];
  if (id === undefined || id === "0") {
    const { id, method, params, result } = JSON.parse(line) as Record<string, readonly unknown[]> & { id: unknown };
    if (id === 0) miner.extranonce1 = result![1] as string;
    else if (String(method) === "mining.notify") miner.job = params!;
    return;
  }
  const sentMs = miner.sent.get(Number(id));
  if (sentMs === undefined) return;
  miner.sent.delete(Number(id));
  latencies.add(performance.now() - sentMs);
  if (line.includes('"result":true')) tally.accepted++;
  else tally.refused++;
}

/** At the times of an even rate, however the answers come. */
async function send(
  miners: readonly Miner[],
  { sharesPerSecond, seconds }: LoadOptions,
  tally: { sent: number },
  report: () => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const total = sharesPerSecond * seconds;
  let reportedMs = started;
  while (tally.sent < total) {
    const due = Math.min(total, ((performance.now() - started) * sharesPerSecond) / 1_000);
    for (; tally.sent < due; tally.sent++) sendShare(miners[tally.sent % miners.length]!, tally.sent + 1);
    if (performance.now() - reportedMs >= REPORT_MS) {
      reportedMs += REPORT_MS;
      await report();
    }
    await delay(TICK_MS);
  }
}

function sendShare(miner: Miner, id: number): void {
  const [jobId, prevhash, coinb1, coinb2, , version, nbits, ntime] = miner.job as string[];
  if (jobId !== miner.jobId) {
    miner.jobId = jobId!;
    miner.header = Buffer.concat([
      Buffer.from(version!, "hex").reverse(),
      Buffer.from(prevhash!, "hex").swap32(),
      sha256d(Buffer.from(coinb1 + miner.extranonce1 + EXTRANONCE2 + coinb2, "hex")),
      Buffer.from(ntime!, "hex").reverse(),
      Buffer.from(nbits!, "hex").reverse(),
      Buffer.alloc(4),
    ]);
    miner.nonce = 0;
  }
  // Every second hash or so is a share at the lowest difficulty.
  do miner.header.writeUInt32LE(miner.nonce++, 76);
  while (sha256d(miner.header)[31]! > 0x7e);
  const nonce = (miner.nonce - 1).toString(16).padStart(8, "0");
  miner.sent.set(id, performance.now());
  miner.socket.write(
    `{"id":${id},"method":"mining.submit","params":["${miner.name}","${jobId}","${EXTRANONCE2}","${ntime}","${nonce}"]}\n`,
  );
}

/** By the lowest sample of each quarter: what is remembered of shares grows from head to head, and is then forgotten. */
function growthOf(samplesMiB: readonly number[]): number {
  const quarter = Math.floor(samplesMiB.length / 4);
  if (quarter < 3) return 0;
  const third = Math.min(...samplesMiB.slice(-2 * quarter, -quarter));
  return (Math.min(...samplesMiB.slice(-quarter)) - third) / ((quarter * REPORT_MS) / 60_000);
}

interface Histogram {
  add(ms: number): void;
  /** @param share from 0 to 1; so many lie below, within 0.02 ms */
  percentile(share: number): number;
}

/** Of constant size, for runs of hours. */
function createHistogram(): Histogram {
  const perMs = 50;
  const counts = new Uint32Array(perMs * 20_000);
  let total = 0;
  return {
    add(ms) {
      counts[Math.min(counts.length - 1, Math.floor(ms * perMs))]!++;
      total++;
    },
    percentile(share) {
      let left = Math.max(1, Math.ceil(total * share));
      const at = counts.findIndex((count) => {
        left -= count;
        return left <= 0;
      });
      return (at + 1) / perMs;
    },
  };
}

function sha256d(bytes: Buffer): Buffer {
  return hash("sha256", hash("sha256", bytes, "buffer"), "buffer");
}
