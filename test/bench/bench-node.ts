/** Starting, watching and stopping a benchmark's nodes. */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { SettingValue } from "#base";

export interface BenchNode {
  readonly api: string;
  readonly token: string;
  readonly p2p: readonly string[];
  readonly pid: number;
  readonly readyMs: number;
  stop(): Promise<void>;
}

export async function startBenchNode(flags: Readonly<Record<string, SettingValue>>): Promise<BenchNode> {
  const begin = performance.now();
  const all = { "node.logLevel": "error", "api.port": 0, "p2p.port": 0, "api.requestsPerSecond": 1_000_000, ...flags };
  const child: ChildProcess = fork(join(import.meta.dirname, "node-child.ts"), [JSON.stringify(all)], {
    execArgv: (process.env.AGON_BENCH_NODE_ARGS ?? "").split(" ").filter((one) => one !== ""),
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = await new Promise<{ api: string; token: string; p2p: string[] }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { api: string; token: string; p2p: string[] }));
    child.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
  });
  return {
    ...ready,
    pid: child.pid!,
    readyMs: performance.now() - begin,
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Value of one Prometheus metric without labels. */
export async function metric(node: BenchNode, name: string): Promise<number> {
  const text = await (await fetch(`${node.api}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no metric ${name}`);
  return Number(line.slice(name.length + 1));
}

export async function status(node: BenchNode): Promise<{ head: { height: number; hash: string }; peers: number }> {
  return (await (await fetch(`${node.api}/v1/status`)).json()) as never;
}

/** CPU seconds of all threads of a process. */
export function cpuSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/stat`);
}

/** CPU seconds of the thread that runs everything but signature checks. */
export function mainThreadSeconds(pid: number): number {
  return secondsIn(`/proc/${pid}/task/${pid}/stat`);
}

function secondsIn(file: string): number {
  const fields = readFileSync(file, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Anonymous memory now: mapped pages of the database are the system's to take back. */
export function anonymousMiB(pid: number): number {
  return statusMiB(pid, "RssAnon");
}

export function residentMiB(pid: number): number {
  return statusMiB(pid, "VmRSS");
}

function statusMiB(pid: number, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? 0) / 1024;
}

export async function waitFor(
  condition: () => Promise<boolean>,
  limitMs: number,
  what: string,
  periodMs = 25,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what} did not happen in ${limitMs} ms`);
    await delay(periodMs);
  }
}
