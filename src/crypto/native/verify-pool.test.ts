import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { asHash, asKey, concatBytes, type Hash, OperationError, seededRandom } from "#base";
import { ed25519PublicKey, ed25519Sign, sha256 } from "#crypto/platform";
import { tempDir } from "../../../test/support/temp.ts";
import { addressOf } from "../address.ts";
import { taggedHash } from "../hash.ts";
import { opensslEd25519 } from "../platform/ed25519-openssl.ts";
import { transactionDigests } from "./transaction-digests.ts";
import { createVerifyPool, type VerifyPool, type VerifyPoolOptions, type VerifyPoolParts } from "./verify-pool.ts";

const chainId = sha256(new Uint8Array([1]));
const seed = new Uint8Array(32).fill(3);
const key = ed25519PublicKey(seed);
const random = seededRandom(5);

/** The canonical bytes, put together field by field. */
function transaction(nonce: number, payload: Uint8Array, chain: Hash = chainId): Uint8Array {
  const view = new DataView(new ArrayBuffer(54));
  view.setUint8(0, 1);
  view.setUint8(1, 1);
  new Uint8Array(view.buffer).set(key, 2);
  view.setBigUint64(34, BigInt(nonce), true);
  view.setBigUint64(42, 1500n, true);
  const head = new Uint8Array(view.buffer, 0, 50);
  const signed = taggedHash("agon/tx-sign/v1", chain, head, Uint8Array.of(54, 0, 0, 0), payload);
  return concatBytes(head, Uint8Array.of(118, 0, 0, 0), ed25519Sign(signed, seed), payload);
}

const transfers = Array.from({ length: 40 }, (_, nonce) => transaction(nonce, random.bytes(28)));
const idOf = (bytes: Uint8Array): Hash => taggedHash("agon/tx/v1", chainId, bytes);

const pools: VerifyPool[] = [];
async function runningPool(options: Partial<VerifyPoolOptions> = {}, parts?: VerifyPoolParts): Promise<VerifyPool> {
  const pool = createVerifyPool({ chainId, ...options }, parts);
  pools.push(pool);
  await pool.start();
  return pool;
}
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.stop();
});

const spawnReal = (setup: unknown): Worker =>
  new Worker(new URL("./verify-worker.ts", import.meta.url), { workerData: setup });

describe("digests", () => {
  test("are those of the plain computation", () => {
    const digests = transactionDigests(chainId);
    for (const payload of [random.bytes(16_448), random.bytes(28), new Uint8Array(0), random.bytes(56)]) {
      const bytes = transaction(7, payload);
      expect(digests.id(bytes)).toEqual(idOf(bytes));
      const unsigned = concatBytes(bytes.subarray(0, 50), Uint8Array.of(54, 0, 0, 0), payload);
      expect(digests.signingHash(bytes)).toEqual(taggedHash("agon/tx-sign/v1", chainId, unsigned));
    }
  });
});

describe("verdicts", () => {
  test("ids, senders and validity, in order, from the workers and from this thread", async () => {
    const pool = await runningPool();
    const forged = transfers.map((bytes, i) => (i % 3 === 0 ? bytes.with(60, bytes[60]! ^ 1) : bytes));
    const batch = Array.from({ length: 15 }, () => forged).flat();
    const answers = await pool.verify(batch);
    expect(answers.length).toBe(600);
    answers.forEach((answer, i) => {
      const bytes = batch[i]!;
      expect(answer).toEqual({ valid: (i % 40) % 3 !== 0, id: idOf(bytes), sender: addressOf(asKey(key)) });
    });
    expect(forged.map((bytes) => pool.verifyNow(bytes))).toEqual(answers.slice(0, 40));
    expect(pool.depth).toBe(0);
  });

  test("every changed byte and another chain make it not valid", async () => {
    const pool = await runningPool();
    const bytes = transfers[0]!;
    const changed = Array.from(bytes, (byte, at) => bytes.with(at, byte ^ 0x10));
    const answers = await pool.verify([...changed, transaction(0, random.bytes(28), asHash(new Uint8Array(32)))]);
    expect(answers.map(({ valid }) => valid)).not.toContain(true);
  });

  test("bytes of any length are answered", async () => {
    const pool = await runningPool();
    const batch = [0, 1, 33, 117, 118, 16_566, 16_567, 300_000].map((length) => new Uint8Array(length));
    const answers = await pool.verify([...batch, transfers[0]!, ...batch]);
    expect(answers.map(({ valid }) => valid)).toEqual([...batch.map(() => false), true, ...batch.map(() => false)]);
    expect(answers[0]!.id).toEqual(new Uint8Array(32));
    expect(answers[7]!.sender).toEqual(new Uint8Array(20));
    expect(await pool.verify([])).toEqual([]);
  });

  test("the largest payloads, more than a slot holds", async () => {
    const pool = await runningPool({ slots: 2, slotBytes: 40_000 });
    const batch = Array.from({ length: 9 }, (_, nonce) => transaction(nonce, random.bytes(16_448)));
    const answers = await pool.verify(batch);
    expect(answers.map(({ valid }) => valid)).toEqual(batch.map(() => true));
    expect(answers.map(({ id }) => id)).toEqual(batch.map(idOf));
  });

  test("node:crypto reads shared memory too, should it stand in", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(transfers[0]!.length));
    shared.set(transfers[0]!);
    const hash = transactionDigests(chainId).signingHash(shared);
    expect(opensslEd25519().verify(shared.subarray(54, 118), hash, shared.subarray(2, 34))).toBe(true);
  });
});

describe("many callers", () => {
  test("share few slots, each getting its own answers", async () => {
    const pool = await runningPool({ slots: 2 });
    const batches = Array.from({ length: 20 }, (_, i) => transfers.slice(i % 7, 20 + i));
    const all = Promise.all(batches.map((batch) => pool.verify(batch)));
    expect(pool.depth).toBe(batches.flat().length);
    const answers = await all;
    answers.forEach((answer, i) => {
      expect(answer.map(({ id }) => id)).toEqual(batches[i]!.map(idOf));
      expect(answer.every(({ valid }) => valid)).toBe(true);
    });
    expect(pool.depth).toBe(0);
  });
});

describe("life and death", () => {
  test("work before the start and after the end is refused; a pool can be started again", async () => {
    const pool = createVerifyPool({ chainId });
    await expect(pool.verify(transfers)).rejects.toThrow(OperationError);
    await pool.start();
    expect((await pool.verify(transfers)).length).toBe(40);
    await pool.stop();
    await expect(pool.verify(transfers)).rejects.toMatchObject({ code: "verify-pool-stopped" });
    await pool.start();
    expect((await pool.verify(transfers)).length).toBe(40);
    await pool.stop();
  });

  test("stopping fails what is unfinished, waiting or not", async () => {
    const pool = await runningPool({ slots: 1 });
    const results = Promise.allSettled([pool.verify([...transfers, ...transfers]), pool.verify(transfers)]);
    await pool.stop();
    for (const result of await results)
      expect(result).toMatchObject({ status: "rejected", reason: { code: "verify-pool-stopped" } });
    expect(pool.depth).toBe(0);
  });

  test("the work of a dead worker is done by others", async () => {
    const workers: Worker[] = [];
    const spawn = (setup: unknown): Worker => {
      const worker = spawnReal(setup);
      workers.push(worker);
      return worker;
    };
    const pool = await runningPool({}, { spawn });
    const batch = Array.from({ length: 40 }, () => transfers).flat();
    const answers = pool.verify(batch);
    const ends = workers.slice(0, 2).map((worker) => worker.terminate());
    expect((await answers).map(({ id }) => id)).toEqual(batch.map(idOf));
    await Promise.all(ends);
    expect(workers.length).toBe(4);
    expect((await pool.verify(transfers)).every(({ valid }) => valid)).toBe(true);
  });

  test("where the native library cannot be loaded the workers use node:crypto", async () => {
    const preload = join(tempDir(), "without-sodium.cjs");
    writeFileSync(
      preload,
      `const Module = require("node:module");
       const load = Module._load;
       Module._load = (name, ...rest) => {
         if (name === "sodium-native") throw new Error("no build for this platform");
         return load(name, ...rest);
       };`,
    );
    const url = new URL("./verify-worker.ts", import.meta.url);
    const spawn = (setup: unknown): Worker => new Worker(url, { workerData: setup, execArgv: ["--require", preload] });
    const pool = await runningPool({}, { spawn });
    const forged = transfers[0]!.with(70, transfers[0]![70]! ^ 1);
    const answers = await pool.verify([...transfers, forged]);
    expect(answers).toEqual([...transfers, forged].map((bytes) => pool.verifyNow(bytes)));
    expect(answers.map(({ valid }) => valid)).toEqual([...transfers.map(() => true), false]);
  });

  test("work that kills its workers is given up, and so is a worker that cannot start", async () => {
    const script = (text: string) => (setup: unknown) => new Worker(text, { eval: true, workerData: setup });
    const spawn = script(`const { parentPort } = require("node:worker_threads");
      parentPort.on("message", () => process.exit(1));
      parentPort.postMessage("ready");`);
    const pool = await runningPool({}, { spawn });
    await expect(pool.verify(transfers)).rejects.toMatchObject({ code: "verify-worker-died" });

    const dying = createVerifyPool({ chainId }, { spawn: script("throw new Error('no')") });
    pools.push(dying);
    await expect(dying.start()).rejects.toMatchObject({ code: "verify-worker-died" });
    await expect(dying.verify(transfers)).rejects.toMatchObject({ code: "verify-worker-died" });
  });
});
