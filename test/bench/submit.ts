/** Transfers over HTTP until they are in blocks and durable, one node, client beside it on the same cores. */

import { Agent, request } from "node:http";
import { join } from "node:path";
import { asKey, utf8 } from "#base";
import { sha256 } from "#crypto";
import { decodeTransaction, signingHash } from "#model";
import { chainIdOf } from "#spec";
import { anonymousMiB, type BenchNode, cpuSeconds, metric, startBenchNode, waitFor } from "./bench-node.ts";
import type { BenchRow } from "./bench-row.ts";
import { bareVerificationRate } from "./verify-floor.ts";
import { batches, createWorkload, type Workload } from "./workload.ts";

const TRANSFERS = Number(process.env.AGON_BENCH_TRANSFERS ?? 100_000);
const RECEIVERS = 100_000;
const CONNECTIONS = 8;

export interface SubmitResult {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly peakMiB: number;
}

export async function run(): Promise<readonly BenchRow[]> {
  const work = createWorkload(TRANSFERS, RECEIVERS);
  try {
    const floor = await floorOf(work);
    const binary = await submitAll(work, batches(work.transfers, 500), "application/octet-stream");
    return [
      { name: "bare signature checks, two threads", value: floor, unit: "1/s" },
      {
        name: `${TRANSFERS} transfers over HTTP, 500 a request, until included`,
        value: binary.perSecond,
        unit: "1/s",
        floor,
        ratio: binary.perSecond / floor,
        goal: 28_000,
      },
      { name: "CPU of the node per transfer", value: binary.cpuMicros, unit: "us", goal: 65 },
      { name: "anonymous memory of the node, peak", value: binary.peakMiB, unit: "MiB" },
    ];
  } finally {
    work.remove();
  }
}

export async function floorOf(work: Workload): Promise<number> {
  const chainId = chainIdOf(work.spec);
  const some = work.transfers.slice(0, 5_000).map((bytes) => {
    const decoded = decodeTransaction(bytes);
    if (!decoded.ok) throw new Error(decoded.error.code);
    return {
      message: signingHash(chainId, bytes),
      signature: decoded.value.signature,
      key: asKey(decoded.value.sender),
    };
  });
  return bareVerificationRate({
    messages: some.map((one) => Buffer.from(one.message)),
    signatures: some.map((one) => Buffer.from(one.signature)),
    keys: some.map((one) => Buffer.from(one.key)),
  });
}

async function submitAll(work: Workload, bodies: readonly Uint8Array[], type: string): Promise<SubmitResult> {
  const node = await startBenchNode({
    "node.data": join(work.folder, `data-${sha256(utf8(type))[0]}`),
    "node.spec": work.specFile,
    "mining.enabled": true,
    "mining.hashRate": 65_536,
  });
  try {
    await post(node, bodies.slice(0, 4), type);
    const already = 4 * 500;
    await included(node, already);
    const cpu = cpuSeconds(node.pid);
    const begin = performance.now();
    let peakMiB = 0;
    const watch = setInterval(() => {
      peakMiB = Math.max(peakMiB, anonymousMiB(node.pid));
    }, 100);
    await post(node, bodies.slice(4), type);
    await included(node, work.transfers.length);
    const seconds = (performance.now() - begin) / 1_000;
    clearInterval(watch);
    const count = work.transfers.length - already;
    return { perSecond: count / seconds, cpuMicros: ((cpuSeconds(node.pid) - cpu) * 1e6) / count, peakMiB };
  } finally {
    await node.stop();
  }
}

function included(node: BenchNode, count: number): Promise<void> {
  return waitFor(
    async () => (await metric(node, "agon_transactions_included_total")) >= count,
    120_000,
    `inclusion of ${count} transfers`,
  );
}

/** Several connections, each sends one body after the other; a sender's order is kept because it waits for its turn. */
async function post(node: BenchNode, bodies: readonly Uint8Array[], type: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const url = new URL("/v1/transactions", node.api);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < bodies.length) {
      const body = bodies[next++]!;
      const answer = await send(url, agent, body, type);
      if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`);
      const refused = /"error":\{[^}]*\}/.exec(answer.text);
      if (refused !== null) throw new Error(refused[0]);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  agent.destroy();
}

function send(url: URL, agent: Agent, body: Uint8Array, type: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method: "POST", agent, headers: { "content-type": type }, timeout: 60_000 },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on("data", (part: Buffer) => parts.push(part));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}
