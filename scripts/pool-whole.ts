/** The whole of what an operator runs, to be put under load: a devnet, and `agon pool` with its books, receipts and logs. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, createClient } from "#api/contract";
import { type RunningAgon, startAgon } from "../test/e2e/agon-process.ts";
import { type DevnetUnderTest, startDevnet } from "../test/e2e/devnet-under-test.ts";
import type { LoadTarget, PoolUsage } from "./pool-load.ts";

export interface WholeOptions {
  readonly nodes: number;
  /** Of the chain; `test` unless it is given. */
  readonly spec?: string;
  /** Options of `agon pool run` beside those of places and ports. */
  readonly pool: readonly string[];
  /** Options of `agon devnet` beside those. */
  readonly devnet?: readonly string[];
}

export interface WholePool extends LoadTarget {
  readonly client: Client;
  readonly devnet: DevnetUnderTest;
  /** `stratum+tcp://…` */
  readonly url: string;
  /** Kills the pool's process and starts it anew on its books. */
  restart(signal: NodeJS.Signals): Promise<void>;
}

/** Of processor time in /proc. */
const MICROS_OF_TICK = 10_000;
/** For a collection of garbage. */
const COLLECT_MS = 500;
const MIB = 2 ** 20;

export async function startWhole(options: WholeOptions): Promise<WholePool> {
  const folder = await mkdtemp(join(tmpdir(), "agon-pool-"));
  const more = ["--nodes", String(options.nodes), "--spec", options.spec ?? "test", ...(options.devnet ?? [])];
  const devnet = await startDevnet(join(folder, "net"), more);
  const undo = async (): Promise<void> => {
    await devnet.stop("SIGTERM");
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    let pool = await startPool(folder, devnet, ["--port", "0", "--api-port", "0", ...options.pool]);
    const { api, stratum } = pool.said as { readonly api: string; readonly stratum: readonly string[] };
    const client = createClient({ baseUrl: api, fetch, timeoutMs: 30_000 });
    const port = Number(new URL(stratum[0]!).port);
    return {
      ...{ port, client, devnet, url: stratum[0]! },
      usage: (collect) => usageOf(pool, client, collect),
      async restart(signal) {
        await pool.stop(signal);
        const ports = ["--port", String(port), "--api-port", new URL(api).port];
        pool = await startPool(folder, devnet, [...ports, ...options.pool]);
      },
      async stop() {
        await pool.stop("SIGTERM");
        await undo();
      },
    };
  } catch (error) {
    await undo();
    throw error;
  }
}

function startPool(folder: string, devnet: DevnetUnderTest, more: readonly string[]): Promise<RunningAgon> {
  const near = ["--node", devnet.url, "--node-data", devnet.data, "--data", join(folder, "pool"), "--from", "dev-0"];
  const env = { NODE_OPTIONS: `--import=${join(import.meta.dirname, "collect-on-signal.ts")}` };
  return startAgon(["pool", ...near, "--log-level", "warn", ...more], { env });
}

async function usageOf({ pid }: RunningAgon, client: Client, collect: boolean): Promise<PoolUsage> {
  if (collect) {
    process.kill(pid, "SIGUSR2");
    await delay(COLLECT_MS);
  }
  const metrics = await client.metrics();
  const read = (name: string): number => {
    const value = new RegExp(`^${name.replace(/[{}"]/g, "\\$&")} (\\S+)$`, "m").exec(metrics)?.[1];
    if (value === undefined) throw new Error(`the pool has no metric ${name}`);
    return Number(value);
  };
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? Number.NaN);
  // utime and stime are fields 14 and 15; the name, field 2, may hold blanks.
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return {
    cpuMicros: (Number(stat[11]) + Number(stat[12])) * MICROS_OF_TICK,
    residentMiB: kib("VmRSS") / 1_024,
    anonymousMiB: kib("RssAnon") / 1_024,
    heapMiB: read("agon_nodejs_heap_size_used_bytes") / MIB,
    accepted: read('agon_stratum_shares_total{result="accepted"}'),
  };
}
