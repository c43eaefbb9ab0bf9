/** A devnet as a user starts it: the command, its console, and its processes until the last has gone. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  ApiError,
  type Client,
  createClient,
  type DevnetMineRequest,
  type DevnetNode,
  type MineResult,
} from "#api/contract";
import { freePortRange } from "../support/ports.ts";
import { startAgon } from "./agon-process.ts";

export interface DevnetUnderTest {
  readonly url: string;
  readonly data: string;
  /** With the token. */
  readonly client: Client;
  nodes(): Promise<readonly DevnetNode[]>;
  node(name: string): Promise<DevnetNode>;
  /** Talks to the node itself, not through the console. */
  direct(name: string): Promise<Client>;
  mine(name: string, request?: DevnetMineRequest): Promise<MineResult>;
  /** @returns the exit code of the devnet, null when it was killed */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** What a devnet in this folder is told, on ports of its own. */
export async function devnetArguments(data: string, more: readonly string[] = []): Promise<readonly string[]> {
  const ports = await freePortRange(20);
  const own = ["--data", data, "--port", String(ports), "--node-ports", String(ports + 2), "--no-pages"];
  return ["devnet", ...own, ...more];
}

/** Resolves when all nodes answer. */
export async function startDevnet(data: string, more: readonly string[] = []): Promise<DevnetUnderTest> {
  const running = await startAgon(await devnetArguments(data, more));
  const url = String(running.said.url);
  const token = readFileSync(join(data, "api-token"), "utf8").trim();
  const client = createClient({ baseUrl: url, token, fetch, timeoutMs: 60_000 });
  const nodes = async () => (await client.devnet.nodes()).nodes;
  const node = async (name: string): Promise<DevnetNode> => {
    const found = (await nodes()).find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const direct = async (name: string) => createClient({ baseUrl: (await node(name)).api, fetch, timeoutMs: 60_000 });
  const mine = (name: string, request: DevnetMineRequest = {}) => whenCaughtUp(() => client.devnet.mine(name, request));
  return { url, data, client, nodes, node, direct, mine, stop: running.stop };
}

/** A node that just then catches up with others, who were lucky, mines for nobody: it is asked again. */
export async function whenCaughtUp(order: () => Promise<MineResult>): Promise<MineResult> {
  for (;;) {
    try {
      return await order();
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "cannot-produce")) throw error;
      await delay(50);
    }
  }
}

/**
 * A process that has ended and was not yet waited for has gone too.
 * @param word of its command line: its number may be another's by now
 */
export function isAlive(pid: number, word = "agon.js"): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
  } catch {
    return false;
  }
}
