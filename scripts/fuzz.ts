/** Runs every property test with many times its usual cases: `npm run fuzz -- [--times N] [vitest filters]`. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  options: { times: { type: "string", default: "50" }, seed: { type: "string", default: String(randomInt(2 ** 31)) } },
  allowPositionals: true,
});
const files = ["src", "test"].flatMap((folder) => listPropertyTests(join(root, folder)));
const chosen = files.filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
process.stdout.write(`${chosen.length} files, ${values.times} times the usual cases, AGON_SEED=${values.seed}\n`);

if (chosen.length === 0) process.exitCode = 1;
else {
  const args = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--testTimeout", "3600000", ...chosen];
  const env = { ...process.env, AGON_FUZZ: values.times, AGON_SEED: values.seed };
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: "inherit" });
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}

function listPropertyTests(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, "utf8").includes('from "fast-check"'))
    .map((path) => relative(root, path))
    .sort();
}
