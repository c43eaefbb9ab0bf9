/** The other side of the submission benchmarks: a client that costs as little as it can. */
import { Agent, request } from "node:http";
import type { Body } from "./workload.ts";

const TIMEOUT_MS = 60_000;

/**
 * Each connection sends one body after the other.
 * @returns how long each answer took, in ms
 * @throws Error when a transaction is refused
 */
export async function postAll(api: string, bodies: readonly Body[], connections: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const url = new URL("/v1/transactions", api);
  const latencies: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < bodies.length) {
      const body = bodies[next++]!;
      const begin = performance.now();
      const answer = await send(url, agent, body);
      latencies.push(performance.now() - begin);
      if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text.slice(0, 300)}`);
      const refused = /"error":\{[^}]*\}/.exec(answer.text);
      if (refused !== null) throw new Error(refused[0]);
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  agent.destroy();
  return latencies;
}

function send(url: URL, agent: Agent, body: Body): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": body.type, "content-length": body.bytes.length };
    const call = request(url, { method: "POST", agent, headers, timeout: TIMEOUT_MS }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    call.on("timeout", () => call.destroy(new Error("no answer")));
    call.on("error", reject);
    call.end(body.bytes);
  });
}
