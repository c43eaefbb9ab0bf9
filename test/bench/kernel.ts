/** Nonces a second by each way of hashing: the kernel, plain JavaScript, sodium and Node, in turns on the same core. */
import { hash } from "node:crypto";
import { createRequire } from "node:module";
import { asHash, InvariantError, systemClock } from "#base";
import { createKernelSearch, createPartsJob, type NonceSearch, type SearchJob, searchNonce } from "#consensus";
import { createWorkerThreads } from "#production";
import { type BenchOptions, type BenchRow, medianOf } from "./bench-row.ts";

const MEGA = 1e6;
/** About 2^232 hashes. */
const HOPELESS_BITS = 0x0400ffff;
/** How often somebody finds a block. */
const NEW_JOB_MS = 5_000;

export async function run({ quick, report }: BenchOptions): Promise<readonly BenchRow[]> {
  const kernel = createKernelSearch();
  if (kernel === null) throw new InvariantError("no WebAssembly with vectors here");
  const ways = {
    kernel: searchWith(kernel, quick ? 100_000 : 4_000_000),
    plain: searchWith(searchNonce, quick ? 20_000 : 800_000),
    sodium: hashWith(sodiumTwice(), quick ? 20_000 : 500_000),
    node: hashWith(nodeTwice, quick ? 20_000 : 500_000),
  };
  report("one thread, each way in turn");
  const rates = takeTurns(ways, quick ? 2 : 9);
  report("two threads");
  const threads = await measureThreads(2, quick ? 300 : 4 * NEW_JOB_MS, quick ? 100 : NEW_JOB_MS);
  const row = (name: string, value: number, floor?: number): BenchRow =>
    floor === undefined ? { name, value, unit: "MH/s" } : { name, value, unit: "MH/s", floor, ratio: value / floor };
  return [
    { ...row("search, kernel, one thread", rates.kernel, rates.plain), goal: 6.5 },
    row("search, kernel, two threads", threads.rate, rates.kernel),
    row("search, plain JavaScript with midstate", rates.plain),
    row("sha256d of 80 bytes, sodium", rates.sodium, rates.plain),
    row("sha256d of 80 bytes, node:crypto", rates.node, rates.plain),
    {
      ...{ name: `in vain with a new job every ${NEW_JOB_MS / 1_000} s, two threads`, unit: "%", goal: 1 },
      value: threads.inVainPercent,
    },
  ];
}

/** @returns MH/s by way; others on the machine disturb all alike */
function takeTurns<Name extends string>(ways: Readonly<Record<Name, () => number>>, rounds: number) {
  const names = Object.keys(ways) as Name[];
  const seen = Object.fromEntries(names.map((name): [string, number[]] => [name, []])) as Record<Name, number[]>;
  for (const name of names) ways[name]();
  for (let round = 0; round < rounds; round++) for (const name of names) seen[name].push(ways[name]());
  return Object.fromEntries(names.map((name) => [name, medianOf(seen[name])])) as Record<Name, number>;
}

function searchWith(search: NonceSearch, count: number): () => number {
  const job = jobOf(1);
  // As threads do, in pieces.
  const piece = 8_192;
  return rateOf(count, () => {
    for (let from = 0; from < count; from += piece)
      if (search(job, { from, count: Math.min(piece, count - from) }) !== null)
        throw new InvariantError("found what nobody finds");
  });
}

function hashWith(twice: (header: Uint8Array) => Uint8Array, count: number): () => number {
  const header = jobOf(1).preimage.slice();
  const view = new DataView(header.buffer);
  let lowest = 255;
  return rateOf(count, () => {
    for (let nonce = 0; nonce < count; nonce++) {
      view.setUint32(76, nonce, true);
      lowest = Math.min(lowest, twice(header)[31]!);
    }
    if (lowest === 255) throw new InvariantError("nothing was hashed");
  });
}

function rateOf(count: number, task: () => void): () => number {
  return () => {
    const begin = performance.now();
    task();
    return count / (performance.now() - begin) / 1_000;
  };
}

function sodiumTwice(): (header: Uint8Array) => Uint8Array {
  const { crypto_hash_sha256 } = createRequire(import.meta.url)("sodium-native") as {
    crypto_hash_sha256(out: Uint8Array, input: Uint8Array): void;
  };
  const digest = Buffer.alloc(32);
  return (header) => {
    crypto_hash_sha256(digest, header);
    crypto_hash_sha256(digest, digest);
    return digest;
  };
}

function nodeTwice(header: Uint8Array): Uint8Array {
  return hash("sha256", hash("sha256", header, "buffer"), "buffer");
}

async function measureThreads(count: number, forMs: number, jobMs: number) {
  const threads = createWorkerThreads(count, systemClock());
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  let no = 0;
  const turn = (): void => threads.search({ job: jobOf(++no), once: false, onHit() {} });
  turn();
  // Until all of them run compiled code.
  while (threads.counts().tried < MEGA) await pause(10);
  const before = threads.counts();
  const begin = performance.now();
  // A machine that is busy may give them no core for so long.
  while (performance.now() - begin < forMs || threads.counts().tried === before.tried) {
    await pause(jobMs);
    turn();
  }
  const seconds = (performance.now() - begin) / 1_000;
  const { tried, stale, idle } = threads.counts();
  await threads.stop();
  const [hashes, lost] = [tried - before.tried, stale - before.stale + idle - before.idle];
  return { rate: hashes / seconds / MEGA, inVainPercent: (100 * lost) / (hashes + idle - before.idle) };
}

function jobOf(no: number): SearchJob {
  const pieces = { coinbaseHead: new Uint8Array(85), coinbaseTail: new Uint8Array(19) };
  const parent = asHash(new Uint8Array(32).fill(no));
  return createPartsJob({ version: 0x20000000, parent, minTimeS: 1, bits: HOPELESS_BITS, ...pieces }, (round) =>
    new Uint8Array(16).fill(round),
  );
}
