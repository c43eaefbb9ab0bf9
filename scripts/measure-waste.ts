/**
 * What mining wastes, through the whole line and under the same blocks: a devnet of three nodes on the chain `test`, which has a
 * new block every 5 s or so, `agon pool` with `agon mine --pool`, and `agon mine --solo` beside it as the reference:
 * `node scripts/measure-waste.ts [--seconds 120] [--threads 1]`. Fails when the pool's miner wastes 1 % or more.
 *
 * In vain are: hashes for a block that the node has already seen another in place of (from the node's news of a head until the
 * miner turns to it, times its rate), hashes that were not tried for want of work, and those of shares that were refused although
 * they were not late. Beside that stands what the miner counts by itself, which knows nothing of the time before it was told.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Totals } from "#production/miner";
import { devAddress } from "./dev-address.ts";
import { startWhole, type WholePool } from "./pool-whole.ts";

const goal = 0.01;
/** The chain follows the hash rate by doublings a minute; its first blocks come as fast as they are found. */
const steadySpacingMs = 2_500;
const steadyBlocks = 8;

interface Head {
  readonly atMs: number;
  readonly height: number;
  readonly hash: string;
}

interface Line {
  readonly event: string;
  readonly timeMs: number;
  readonly height?: number;
  readonly parent?: string;
  readonly verdict?: string;
  readonly why?: string;
}

interface Miner {
  readonly process: ChildProcess;
  readonly lines: Line[];
  readonly ended: Promise<unknown>;
}

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "120" }, threads: { type: "string", default: "1" } },
});
const put = (text: string): void => void process.stdout.write(`${text}\n`);
const program = join(import.meta.dirname, "..", "bin", "agon.js");

const pool = await startWhole({ nodes: 3, pool: ["--difficulty", "0.001", "--share-seconds", "0.25"] });
const heads: Head[] = [];
const stop = new AbortController();
try {
  void watchHeads();
  await warmUp();
  await measure();
} finally {
  stop.abort();
  await pool.stop();
}

async function watchHeads(): Promise<void> {
  try {
    for await (const event of pool.devnet.client.events({ signal: stop.signal }))
      if (event.type === "block-applied")
        heads.push({ atMs: Date.now(), height: event.block.height, hash: event.block.hash });
  } catch (error) {
    if (!stop.signal.aborted) put(`heads are not seen any more: ${String(error)}`);
  }
}

/** Until the difficulty fits the miners. */
async function warmUp(): Promise<void> {
  const miners = startMiners(pool, ["--for", "600"]);
  for (let spacingMs = 0; spacingMs < steadySpacingMs; await delay(500)) {
    const last = heads.slice(-steadyBlocks);
    if (last.length === steadyBlocks) spacingMs = (Date.now() - last[0]!.atMs) / steadyBlocks;
  }
  for (const { process } of miners) process.kill("SIGTERM");
  await Promise.all(miners.map(({ ended }) => ended));
  put(`the difficulty fits at block ${heads.at(-1)!.height}`);
}

async function measure(): Promise<void> {
  const before = await sharesOf(pool);
  const [atPool, solo] = startMiners(pool, ["--for", String(values.seconds)]);
  await Promise.all([atPool.ended, solo.ended]);
  const after = await sharesOf(pool);
  const ratio = describe("at the pool", atPool, ({ height }, head) => height! > head.height);
  describe("solo", solo, ({ parent }, { hash }) => parent === hash);
  const counts = [...after].map(([result, count]) => `${count - (before.get(result) ?? 0)} ${result}`);
  put(`the pool counts ${counts.filter((text) => !text.startsWith("0 ")).join(", ")}`);
  if (ratio >= goal) process.exitCode = 1;
}

function startMiners({ url, devnet }: WholePool, more: readonly string[]): [Miner, Miner] {
  const threads = ["--threads", String(values.threads)];
  return [
    startMiner(["--pool", url, "--address", devAddress(3), ...threads, ...more]),
    startMiner(["--solo", "--api", devnet.url, "--data", devnet.data, "--to", devAddress(4), ...threads, ...more]),
  ];
}

function startMiner(argv: readonly string[]): Miner {
  const child = spawn(process.execPath, [program, "mine", ...argv, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
  const lines: Line[] = [];
  createInterface(child.stdout).on("line", (text) => lines.push(JSON.parse(text) as Line));
  return { process: child, lines, ended: once(child, "close") };
}

/** @returns the part of the hashes that were in vain */
function describe(name: string, { lines }: Miner, isWorkOn: (line: Line, head: Head) => boolean): number {
  const totals = lines.find(({ event }) => event === "summary") as unknown as Totals | undefined;
  if (totals === undefined) throw new Error(`the miner ${name} ended without a summary`);
  const works = lines.filter(({ event }) => event === "work");
  const late = latenessOf(works, isWorkOn);
  const { hashes, hashRate, wasted, accepted, stale, rejected, lost, blocks } = totals;
  const meanMs = late.reduce((sum, ms) => sum + ms, 0) / late.length;
  const lateHashes = (late.reduce((sum, ms) => sum + ms, 0) / 1_000) * hashRate;
  const perShare = accepted + stale + rejected + lost === 0 ? 0 : hashes / (accepted + stale + rejected + lost);
  const ratio = (lateHashes + wasted.idle + (rejected + lost) * perShare) / (hashes + wasted.idle);
  const percent = (part: number): string => `${((100 * part) / (hashes + wasted.idle)).toFixed(3)} %`;
  put(`${name}: ${(hashRate / 1e6).toFixed(2)} MH/s, ${blocks} blocks of ${late.length}`);
  put(
    `  turns to a new head after ${meanMs.toFixed(1)} ms in the mean, ${quantile(late, 0.5)} half of the time, ${quantile(late, 0.95)} mostly`,
  );
  put(
    `  late ${percent(lateHashes)}, idle ${percent(wasted.idle)}, refused ${percent((rejected + lost) * perShare)}: in vain ${(100 * ratio).toFixed(3)} %`,
  );
  put(
    `  counts itself: stale ${percent(wasted.stale)}, idle ${percent(wasted.idle)}, shares ${percent(wasted.shares)}: ${(100 * wasted.ratio).toFixed(3)} %`,
  );
  put(`  ${accepted} shares accepted, ${stale} stale, ${rejected} rejected, ${lost} lost`);
  for (const { verdict, why } of lines)
    if (verdict === "rejected" || verdict === "lost") put(`  ${verdict}: ${why ?? "no answer"}`);
  return ratio;
}

/** For each head that came while the miner worked: how long it went on with the one before. */
function latenessOf(works: readonly Line[], isWorkOn: (line: Line, head: Head) => boolean): number[] {
  const [first, last] = [works[0]!.timeMs, works.at(-1)!.timeMs];
  return heads.flatMap((head, i) => {
    if (head.atMs <= first || head.atMs > last) return [];
    const turned = works.find((line) => isWorkOn(line, head))?.timeMs ?? Number.POSITIVE_INFINITY;
    const nextMs = heads[i + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return [Math.max(0, Math.min(turned, nextMs) - head.atMs)];
  });
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[Math.floor(sorted.length * share)] ?? 0} ms`;
}

async function sharesOf({ client }: WholePool): Promise<Map<string, number>> {
  const found = (await client.metrics()).matchAll(/^agon_stratum_shares_total\{result="([^"]+)"\} (\d+)$/gm);
  return new Map([...found].map(([, result, count]) => [result!, Number(count)]));
}
