/** The program as its users run it: a process of `bin/agon.js`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { repositoryRoot } from "../support/root.ts";

const program = join(repositoryRoot, "bin", "agon.js");

export interface Ended {
  readonly code: number | null;
  readonly out: Buffer;
  readonly err: string;
}

export interface AgonOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

/** Runs one command to its end. */
export async function agon(argv: readonly string[], options: AgonOptions = {}): Promise<Ended> {
  const child = start(argv, options);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout!.on("data", (piece: Buffer) => out.push(piece));
  child.stderr!.on("data", (piece: Buffer) => err.push(piece));
  child.stdin!.on("error", () => {});
  child.stdin!.end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}

export interface RunningAgon {
  /** The first line on standard output, read as JSON. */
  readonly said: Readonly<Record<string, unknown>>;
  readonly pid: number;
  /** @returns the exit code */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts a command that goes on, with `--json`, and waits for its first line. */
export async function startAgon(argv: readonly string[], options: AgonOptions = {}): Promise<RunningAgon> {
  const child = start([...argv, "--json"], options);
  let err = "";
  child.stderr!.on("data", (piece: Buffer) => {
    err += piece.toString();
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const line = once(createInterface(child.stdout!), "line").then(([text]) => text as string);
  const first = await Promise.race([line, ended]);
  if (typeof first !== "string") throw new Error(`agon ${argv.join(" ")} ended with ${first}: ${err}`);
  return {
    said: JSON.parse(first),
    pid: child.pid!,
    stop(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** Variables of this test run are none of the program's. */
function start(argv: readonly string[], { env = {} }: AgonOptions): ChildProcess {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AGON_"));
  return spawn(process.execPath, [program, ...argv], { env: { ...Object.fromEntries(own), ...env }, stdio: "pipe" });
}
