/** Builds the pages into the ignored folder `build/web`, only when something they are made of has changed. */
import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

export interface WebBuild {
  /** True when a build ran, false when the pages were up to date or could not be built. */
  readonly built: boolean;
  /** True when `build/web` now holds pages made of the present sources. */
  readonly ok: boolean;
  readonly ms: number;
}

export interface WebBuildOptions {
  readonly log: (line: string) => void;
  /** Builds even when nothing has changed. */
  readonly force?: boolean;
  /** The folder that holds `web` and `src`; the project's own unless a test says otherwise. */
  readonly root?: string;
  /** Gives up a build when it aborts. */
  readonly signal?: AbortSignal;
}

const ownRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const timeoutMs = 300_000;
const maxErrorLines = 20;
const maxSwaps = 20;
const sources = [
  "web",
  "src/base",
  "src/crypto",
  "src/model",
  "src/spec",
  "src/games",
  "src/consensus",
  "src/ledger",
  "src/production/miner",
  "src/wallet/core",
  "src/api/contract",
  "package.json",
  "package-lock.json",
];

/** Never throws: a node must run where its pages do not build. */
export async function ensureWebBuilt(options: WebBuildOptions): Promise<WebBuild> {
  const root = options.root ?? ownRoot;
  const started = performance.now();
  const done = (built: boolean, ok: boolean): WebBuild => ({ built, ok, ms: Math.round(performance.now() - started) });
  try {
    if (!existsSync(configOf(root))) {
      options.log("the pages are not built: web/vite.config.ts is missing");
      return done(false, false);
    }
    const stamp = await computeStamp(root);
    if (options.force !== true && (await readStamp(root)) === stamp) return done(false, true);
    await build(root, stamp, options.signal);
    return done(true, true);
  } catch (error) {
    options.log(`the pages do not build: ${error instanceof Error ? error.message : String(error)}`);
    return done(false, false);
  }
}

function configOf(root: string): string {
  return join(root, "web", "vite.config.ts");
}

function outDirOf(root: string): string {
  return join(root, "build", "web");
}

/** SHA-256 over the path and content of every source file, in path order. */
async function computeStamp(root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) {
    for (const file of await listFiles(join(root, source))) {
      const content = await readFile(file);
      hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest("hex");
}

async function listFiles(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [path];
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function readStamp(root: string): Promise<string | null> {
  return readFile(join(outDirOf(root), ".stamp"), "utf8").catch(() => null);
}

/** Builds beside the pages in use and then swaps the folders, so that nobody is served half of a build. */
async function build(root: string, stamp: string, signal: AbortSignal | undefined): Promise<void> {
  const next = join(root, "build", `web-${randomUUID()}`);
  await mkdir(dirname(next), { recursive: true });
  try {
    await runVite(root, next, signal);
    await writeFile(join(next, ".stamp"), stamp);
    await swap(next, outDirOf(root));
  } finally {
    await rm(next, { recursive: true, force: true });
  }
}

/** Somebody who builds at the same time may have put other pages there in between: the last ones stay. */
async function swap(next: string, target: string): Promise<void> {
  const old = `${next}-old`;
  try {
    for (let tries = 1; ; tries++) {
      await rename(target, old).catch(() => {});
      try {
        return await rename(next, target);
      } catch (error) {
        if (tries >= maxSwaps) throw error;
        await rm(old, { recursive: true, force: true });
      }
    }
  } finally {
    await rm(old, { recursive: true, force: true });
  }
}

/** In a process of its own: the bundler's memory goes away with it. */
function runVite(root: string, target: string, signal: AbortSignal | undefined): Promise<void> {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const args = [vite, "build", "--config", configOf(root), "--outDir", target, "--emptyOutDir", "--logLevel", "warn"];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: join(root, "web"),
      stdio: ["ignore", "pipe", "pipe"],
      killSignal: "SIGKILL",
      ...(signal === undefined ? {} : { signal }),
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const output: string[] = [];
    const keep = (chunk: Buffer): void => void output.push(chunk.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) done();
      else fail(new Error(`vite ended with ${signal ?? code}\n${firstLines(output.join(""))}`));
    });
  });
}

/** The bundler colours its messages wherever they go, and follows them with a stack of its own. */
function firstLines(text: string): string {
  return stripVTControlCharacters(text).trim().split("\n").slice(0, maxErrorLines).join("\n");
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const { built, ok, ms } = await ensureWebBuilt({ log, force: process.argv.includes("--force") });
  log(ok ? `pages ${built ? "built" : "up to date"} in ${ms} ms` : "pages not built");
  process.exitCode = ok ? 0 : 1;
}
