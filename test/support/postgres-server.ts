/** A PostgreSQL of one's own: a new cluster in a folder that is removed, reached over a socket in it, without the network. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import postgres from "postgres";
import type { DatabaseOptions } from "#stratum";
import { requireProgram } from "./requires.ts";

export interface PostgresServer extends AsyncDisposable {
  /** Another empty database with each call. */
  createDatabase(): Promise<Extract<DatabaseOptions, { kind: "postgres" }>>;
  /** All connections end at once; what was committed stays. */
  halt(): Promise<void>;
  resume(): Promise<void>;
}

const NOBODY = 65_534;
const USER = "pool";
const START_MS = 50_000;

/** @returns the folder of `initdb` and `postgres`: of the path, or where Debian puts them; null when there is none */
export function postgresPrograms(): string | null {
  const debian = "/usr/lib/postgresql";
  const versions = listOf(debian).map((version) => join(debian, version, "bin"));
  const dirs = [...versions, ...(process.env.PATH ?? "").split(delimiter)];
  return dirs.find((dir) => isProgram(join(dir, "initdb")) && isProgram(join(dir, "postgres"))) ?? null;
}

/** As `postgresPrograms`, for tests that skip where there are none. @throws Error under CI */
export function requirePostgres(context: Parameters<typeof requireProgram>[1]): string {
  return postgresPrograms() ?? dirname(requireProgram("postgres", context));
}

/** @param programs as `postgresPrograms` found them */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const dir = mkdtempSync(join(tmpdir(), "agon-pg-"));
  // The server refuses to run as root.
  const identity = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (identity.uid !== undefined) chownSync(dir, NOBODY, NOBODY);
  const data = join(dir, "data");
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  execFileSync(
    join(programs, "initdb"),
    ["-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"],
    { ...identity, env, cwd: dir, stdio: "pipe" },
  );
  const settings = [
    "listen_addresses=",
    `unix_socket_directories=${dir}`,
    "max_connections=20",
    "shared_buffers=16MB",
    "fsync=off",
  ];
  const launch = async (): Promise<ChildProcess> => {
    const started = spawn(join(programs, "postgres"), ["-D", data, ...settings.flatMap((one) => ["-c", one])], {
      ...identity,
      env,
      cwd: dir,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await untilReady(started);
    return started;
  };
  let server = await launch();
  const urlOf = (name: string) => `postgres://${USER}@localhost/${name}?host=${encodeURIComponent(dir)}`;
  let made = 0;
  const halt = async (): Promise<void> => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGQUIT");
    await ended;
  };
  return {
    async createDatabase() {
      const name = `pool_${made++}`;
      const admin = postgres(`postgres://${USER}@localhost/postgres`, { host: dir, max: 1, onnotice: () => {} });
      await admin.unsafe(`create database ${name}`);
      await admin.end();
      return { kind: "postgres", url: urlOf(name) };
    },
    halt,
    async resume() {
      server = await launch();
    },
    async [Symbol.asyncDispose]() {
      await halt();
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`PostgreSQL does not start: ${said}`)), START_MS);
    server.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4_000);
      if (!said.includes("ready to accept connections")) return;
      clearTimeout(timer);
      resolve();
    });
    server.once("exit", (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
  });
}

function listOf(dir: string): string[] {
  try {
    return readdirSync(dir).sort((a, b) => Number(b) - Number(a));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return !readFileSync(path).subarray(0, 2).equals(Buffer.from("#!"));
  } catch {
    return false;
  }
}
