/** A devnet as a user starts it: the command, its console, and its processes until the last has gone. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Client, createClient, type DevnetNode } from "#api/contract";
import { freePortRange } from "../support/ports.ts";
import { repositoryRoot } from "../support/root.ts";

const program = join(repositoryRoot, "bin", "agon.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DevnetUnderTest {
  readonly url: string;
  readonly data: string;
  readonly process: ChildProcess;
  /** With the token. */
  readonly client: Client;
  readonly ended: Promise<Ended>;
  nodes(): Promise<readonly DevnetNode[]>;
  node(name: string): Promise<DevnetNode>;
  /** Talks to the node itself, not through the console. */
  direct(name: string): Promise<Client>;
}

/** One command to its end. */
export function runAgon(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    text.stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    text.stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...text })));
  return { child, ended };
}

/** Resolves when all nodes answer. */
export async function startDevnet(data: string, more: readonly string[] = []): Promise<DevnetUnderTest> {
  const ports = await freePortRange(20);
  const given = ["--data", data, "--port", String(ports), "--node-ports", String(ports + 2), "--no-pages", "--json"];
  const { child, ended } = runAgon(["devnet", ...given, ...more]);
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout!).once("line", (line) => resolve((JSON.parse(line) as { url: string }).url));
    ended.then(({ code, stderr }) => reject(new Error(`the devnet ended with ${code}: ${stderr}`)));
  });
  const token = readFileSync(join(data, "api-token"), "utf8").trim();
  const client = createClient({ baseUrl: url, token, fetch });
  const nodes = async () => (await client.devnet.nodes()).nodes;
  const node = async (name: string): Promise<DevnetNode> => {
    const found = (await nodes()).find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const direct = async (name: string) => createClient({ baseUrl: (await node(name)).api, fetch });
  return { url, data, process: child, client, ended, nodes, node, direct };
}

/** A process that has ended and was not yet waited for has gone too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}
