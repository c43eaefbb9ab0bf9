/** Compiles the search kernel and writes it as a module of the engine, so that neither installing nor starting needs a compiler. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { kernelSource } from "./kernel-source.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
export const KERNEL_MODULE = join(ROOT, "src", "consensus", "pow", "kernel", "kernel-bytes.ts");
const LINE_CHARS = 116;
/** Passes that make it smaller and leave the order alone: what the compiler does besides makes it slower. */
const PASSES = "simplify-locals-notee-nostructure,coalesce-locals,reorder-locals";
const FLAGS = ["--optimizeLevel", "0", "--runPasses", PASSES, "--noAssert", "--runtime", "stub", "--enable", "simd"];
const ONE_PAGE = ["--initialMemory", "1", "--maximumMemory", "1"];

/** @returns the text of the module */
export async function buildKernel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "agon-kernel-"));
  try {
    await writeFile(join(folder, "kernel.ts"), kernelSource());
    const asc = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
    const args = [asc, "kernel.ts", "--outFile", "kernel.wasm", ...FLAGS, ...ONE_PAGE];
    await promisify(execFile)(process.execPath, args, { cwd: folder });
    return moduleOf(await readFile(join(folder, "kernel.wasm")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function moduleOf(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(new RegExp(`.{1,${LINE_CHARS}}`, "g")) ?? [];
  return `/** The search for a nonce in WebAssembly, as base64. Made by scripts/build-kernel.ts of scripts/kernel-source.ts. */
export const KERNEL_BASE64 = \`
${lines.join("\n")}
\`;
`;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url))
  await writeFile(KERNEL_MODULE, await buildKernel());
