import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { repositoryRoot } from "../test/support/root.ts";
import { tempDir } from "../test/support/temp.ts";

/** Prints what it was given, then does what its first argument says. */
const program = `
import { createInterface } from "node:readline";
export async function main(argv: string[]): Promise<number> {
  process.on("SIGTERM", () => { console.log("terminated"); process.exit(7); });
  process.on("SIGINT", () => { console.log("interrupted"); process.exit(8); });
  console.log(JSON.stringify({ major: Number(process.versions.node.split(".")[0]), argv, pid: process.pid }));
  if (argv[0] === "wait") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (argv[0] === "die") process.kill(process.pid, "SIGKILL");
  if (argv[0] === "echo") for await (const line of createInterface(process.stdin)) console.error(line.toUpperCase());
  return argv.length;
}
`;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function installLauncher(withModules: boolean): string {
  const root = tempDir("agon-launcher");
  mkdirSync(join(root, "bin"));
  mkdirSync(join(root, "src", "cli"), { recursive: true });
  copyFileSync(join(repositoryRoot, "bin", "agon.js"), join(root, "bin", "agon.js"));
  writeFileSync(join(root, "package.json"), '{"type": "module"}');
  writeFileSync(join(root, "src", "cli", "main.ts"), program);
  if (withModules) symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
  return join(root, "bin", "agon.js");
}

function findOlderNode(): string | null {
  for (const dir of (process.env.PATH ?? "").split(delimiter)) {
    try {
      const version = execFileSync(join(dir, "node"), ["--version"], { encoding: "utf8", stdio: "pipe" });
      if (Number.parseInt(version.slice(1), 10) < 24) return join(dir, "node");
    } catch {
      // No Node in this folder.
    }
  }
  return null;
}

function start(
  node: string,
  launcher: string,
  args: string[],
): { child: ChildProcessWithoutNullStreams; ended: Promise<Ended> } {
  const child = spawn(node, [launcher, ...args]);
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    text.stdout += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    text.stderr += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, ...text }));
  return { child, ended };
}

async function startAndGreet(node: string, launcher: string, args: string[]) {
  const { child, ended } = start(node, launcher, args);
  const [line] = await once(createInterface(child.stdout), "line");
  const greeting: { major: number; argv: string[]; pid: number } = JSON.parse(line);
  return { child, ended, greeting };
}

it("runs the command under this Node, and ends with its exit code", async () => {
  const { greeting, ended } = await startAndGreet(process.execPath, installLauncher(true), ["a", "--b=c"]);
  expect(greeting).toMatchObject({ major: 24, argv: ["a", "--b=c"] });
  expect((await ended).code).toBe(2);
});

it("says what to do when nothing is installed", async () => {
  const { code, stderr } = await start(process.execPath, installLauncher(false), []).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('run "npm ci"');
});

it("hands over to the bundled Node: arguments, input, output, exit code", async (context) => {
  const older = findOlderNode() ?? context.skip("needs a Node older than 24 in PATH");
  const { child, ended, greeting } = await startAndGreet(older, installLauncher(true), ["echo", "", "ä b"]);
  expect(greeting).toMatchObject({ major: 24, argv: ["echo", "", "ä b"] });
  child.stdin.end("hello\n");
  expect(await ended).toMatchObject({ code: 3, stderr: "HELLO\n" });
});

it.for([
  ["SIGTERM", 7, "terminated"],
  ["SIGINT", 8, "interrupted"],
] as const)("passes %s on", async ([signal, code, said], context) => {
  const older = findOlderNode() ?? context.skip("needs a Node older than 24 in PATH");
  const { child, ended } = await startAndGreet(older, installLauncher(true), ["wait"]);
  child.kill(signal);
  const end = await ended;
  expect(end.code).toBe(code);
  expect(end.stdout).toContain(said);
});

it("dies of the signal that its command dies of", async (context) => {
  const older = findOlderNode() ?? context.skip("needs a Node older than 24 in PATH");
  expect(await start(older, installLauncher(true), ["die"]).ended).toMatchObject({ code: null, signal: "SIGKILL" });
});

it("takes its command along when it is killed outright", async (context) => {
  const older = findOlderNode() ?? context.skip("needs a Node older than 24 in PATH");
  const { child, ended } = await startAndGreet(older, installLauncher(true), ["wait"]);
  child.kill("SIGKILL");
  // The pipes close when the command has ended as well.
  expect((await ended).stdout).toContain("terminated");
});

it("says what is missing under an older Node", async (context) => {
  const older = findOlderNode() ?? context.skip("needs a Node older than 24 in PATH");
  const { code, stderr } = await start(older, installLauncher(false), []).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^agon: Agon needs Node 24 or newer, and this is Node \d+\..*npm ci/);
});
