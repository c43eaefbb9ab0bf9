/**
 * A devnet under steady load: `npm run soak -- [--minutes 10] [--rate 50]`. Prints heads, mempool and memory as it
 * goes, and fails when the nodes stop agreeing, transfers are left behind, or memory keeps growing.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Client, createClient, type DevnetNode } from "#api/contract";
import { asHash, fromHex } from "#base";
import { formatAddress } from "#crypto";
import { encodeParts } from "#model";
import { buildTransfer, devAccount } from "#wallet/core";
import { commonHeight, startDevnet } from "./devnet-process.ts";

const nodeCount = 3;
const sampleMs = 10_000;
/** Growth of one node's anonymous memory in the second half of the run that is called a leak. */
const maxGrowthMibPerMinute = 5;
/** A shorter run does not get past the growth of every start. */
const leastMinutesForGrowth = 5;

interface Sample {
  readonly atMs: number;
  readonly memoryMib: readonly number[];
}

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, rate: { type: "string", default: "50" } },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const data = await mkdtemp(join(tmpdir(), "agon-soak-"));
const seconds = String(Math.ceil(minutes * 60) + 60);
const devnet = startDevnet(process.execPath, [
  join(root, "bin", "agon.js"),
  ...["devnet", "--nodes", String(nodeCount), "--fresh", "--data", data, "--for", seconds],
]);
try {
  process.exitCode = (await soak()) ? 0 : 1;
} finally {
  await devnet.stop();
  await rm(data, { recursive: true, force: true });
}

async function soak(): Promise<boolean> {
  const first = await waitForNodes();
  const clients = first.map(({ api }) => createClient({ baseUrl: api, fetch }));
  const senders = await Promise.all(clients.map(createSender));
  const samples: Sample[] = [];
  const started = performance.now();
  let nextSampleMs = 0;
  let sent = 0;
  for (let round = 0; performance.now() - started < minutes * 60_000; round++) {
    const roundStarted = performance.now();
    sent += await senders[round % senders.length]!.send(rate);
    const atMs = performance.now() - started;
    if (atMs >= nextSampleMs) {
      nextSampleMs += sampleMs;
      const nodes = (await devnet.nodes()) ?? [];
      samples.push({ atMs, memoryMib: nodes.map(memoryOf) });
      report(atMs, nodes, sent);
    }
    await sleep(Math.max(0, 1000 - (performance.now() - roundStarted)));
  }
  return conclude(samples, await waitForCalm(clients));
}

async function waitForNodes(): Promise<readonly DevnetNode[]> {
  for (let attempt = 0; attempt < 120 && devnet.running(); attempt++) {
    const nodes = await devnet.nodes();
    if (nodes !== null && (commonHeight(nodes, nodeCount) ?? 0) >= 1) return nodes;
    await sleep(500);
  }
  throw new Error("the devnet did not come up");
}

interface Sender {
  /** @returns how many were accepted */
  send(count: number): Promise<number>;
}

/** One account for each node, so that no node waits for what another was given. After a refusal the nonce is asked again. */
async function createSender(client: Client, index: number): Promise<Sender> {
  const { chain } = await client.status();
  const from = devAccount(index);
  const outputs = [{ to: devAccount(9).address, amountAtoms: 10_000n }];
  const address = formatAddress(from.address, chain.addressPrefix);
  const askNonce = async (): Promise<number> => (await client.account(address)).pendingNonce;
  let nonce = await askNonce();
  return {
    async send(count) {
      const batch = Array.from({ length: count }, (_, at) =>
        buildTransfer({ chainId: asHash(fromHex(chain.id)!), seed: from.seed, nonce: nonce + at, outputs }),
      );
      const { results } = await client.submitBytes(encodeParts(batch.map(({ bytes }) => bytes)));
      const accepted = results.filter((result) => "id" in result).length;
      nonce = accepted === count ? nonce + count : await askNonce();
      return accepted;
    },
  };
}

/** Anonymous memory in MiB: what the process itself holds, without files that are mapped. */
function memoryOf({ pid }: DevnetNode): number {
  try {
    const kib = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib) / 1024;
  } catch {
    return Number.NaN;
  }
}

function report(atMs: number, nodes: readonly DevnetNode[], sent: number): void {
  const heads = nodes.map(({ head }) => head?.height ?? "?").join(" ");
  const memory = nodes.map((node) => memoryOf(node).toFixed(0)).join(" ");
  process.stdout.write(`${(atMs / 1000).toFixed(0)} s: heads ${heads}, sent ${sent}, anonymous MiB ${memory}\n`);
}

/** What is pending in each node once the load has ended; all of it should get into blocks. */
async function waitForCalm(clients: readonly Client[]): Promise<{ pending: number; height: number | null }> {
  let pending = 0;
  let height: number | null = null;
  for (let attempt = 0; attempt < 60; attempt++) {
    const states = await Promise.all(clients.map((client) => client.status()));
    pending = Math.max(...states.map(({ mempool }) => mempool.count));
    height = commonHeight((await devnet.nodes()) ?? [], nodeCount);
    if (pending === 0 && height !== null) break;
    await sleep(500);
  }
  return { pending, height };
}

function conclude(samples: readonly Sample[], end: { pending: number; height: number | null }): boolean {
  const late = samples.slice(Math.floor(samples.length / 2));
  const growth = Array.from({ length: nodeCount }, (_, node) =>
    slopePerMinute(late.map(({ atMs, memoryMib }) => [atMs, memoryMib[node] ?? Number.NaN])),
  );
  process.stdout.write(
    `at the end: height ${end.height ?? "differs"}, pending ${end.pending}, ` +
      `growth ${growth.map((each) => each.toFixed(2)).join(" ")} MiB a minute\n`,
  );
  const leaks = minutes >= leastMinutesForGrowth && growth.some((each) => each > maxGrowthMibPerMinute);
  return end.height !== null && end.pending === 0 && !leaks;
}

/** Least squares. */
function slopePerMinute(points: readonly (readonly [number, number])[]): number {
  const mean = (pick: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  const top = mean(([x, y]) => (x - meanX) * (y - meanY));
  const bottom = mean(([x]) => (x - meanX) ** 2);
  return bottom === 0 ? 0 : (top / bottom) * 60_000;
}
