/** A node whose disk fills up: it takes nothing, says so, loses nothing, and goes on by itself when space returns. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { ApiError, type Client, createClient } from "#api/contract";
import { toHex } from "#base";
import { encodeParts, type PreparedTransaction } from "#model";
import { readSpec, validateChain } from "#node";
import { builtInSpec, chainIdOf } from "#spec";
import { buildRecord, buildTransfer, devAccount } from "#wallet/core";
import { requireProgram, requireRoot } from "../support/requires.ts";
import { tempDir } from "../support/temp.ts";
import { type RunningAgon, startAgon } from "./agon-process.ts";

const spec = builtInSpec("dev");
const chainId = chainIdOf(spec);
const DISK_BYTES = 12 * 2 ** 20;
const PATIENCE_MS = 120_000;
const BALLAST_BYTES = 6 * 2 ** 20;

interface Load {
  readonly acknowledged: PreparedTransaction[];
  nonce: number;
}

/** A small disk that goes with the test. */
function mountDisk(): string {
  const path = join(tempDir("agon-disk"), "disk");
  mkdirSync(path);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", path]);
  onTestFinished(() => void execFileSync("umount", [path]));
  return path;
}

async function start(data: string): Promise<{ readonly node: RunningAgon; readonly client: Client }> {
  const node = await startAgon([
    ...["node", "--data", data, "--spec", "dev", "--api-port", "0", "--p2p-port", "0", "--log-level", "silent"],
  ]);
  onTestFinished(async () => void (await node.stop("SIGKILL")));
  const token = readFileSync(join(data, "api-token"), "utf8").trim();
  return { node, client: createClient({ baseUrl: String(node.said.api), token, fetch, timeoutMs: 60_000 }) };
}

/** 16 KiB a piece, so that the disk is soon full. */
function nextRecord(load: Load): PreparedTransaction {
  const data = new Uint8Array(16_000).fill(load.nonce);
  return buildRecord({ chainId, seed: devAccount(1).seed, nonce: load.nonce, record: { mediaType: 1, data } });
}

/** @returns the code of the first error, with its words checked */
async function sendUntilRefused(client: Client, load: Load): Promise<string> {
  for (let sent = 0; sent < 2_000; sent++) {
    const item = nextRecord(load);
    try {
      const { results } = await client.submitBytes(encodeParts([item.bytes]));
      if (!("id" in results[0]!)) return results[0]!.error.code;
      load.acknowledged.push(item);
      load.nonce++;
      if (load.nonce % 10 === 0) await client.mine({ blocks: 1 });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      expect(error.message.split(" ").length).toBeGreaterThan(3);
      return error.code;
    }
  }
  return "never";
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; await delay(50))
    if (await condition()) return;
  throw new Error(`${what} did not happen`);
}

async function expectAllThere(client: Client, { acknowledged }: Load): Promise<void> {
  for (const item of acknowledged) {
    const { status } = await client.transaction(toHex(item.id));
    expect(["pending", "included"]).toContain(status);
  }
}

describe("a disk that is full", () => {
  it("makes the node read-only, loses nothing that was acknowledged, and is used again when space returns", async (context) => {
    requireRoot(context);
    requireProgram("mount", context);
    const disk = mountDisk();
    const ballast = join(disk, "ballast");
    writeFileSync(ballast, new Uint8Array(BALLAST_BYTES));
    const data = join(disk, "node");
    const { node, client } = await start(data);
    const load: Load = { acknowledged: [], nonce: 0 };
    expect(["disk-full", "node-read-only", "cannot-produce"]).toContain(await sendUntilRefused(client, load));
    expect(load.acknowledged.length).toBeGreaterThan(10);

    // It says so, everywhere.
    await until(async () => (await client.status()).readOnly !== undefined, "read-only");
    const status = await client.status();
    expect(status.readOnly).toMatch(/no space left/);
    expect(status.notices.join()).toContain("disk-full");
    const health = await fetch(`${node.said.api}/health`);
    expect([health.status, await health.json()]).toMatchObject([503, { ok: false }]);
    expect(await client.metrics()).toMatch(/^agon_read_only 1$/m);
    expect(await sendUntilRefused(client, load)).toMatch(/^(node-read-only|disk-full)$/);
    await expect(client.mine({ blocks: 1 })).rejects.toMatchObject({ code: "cannot-produce" });

    // It still answers, and has all that it acknowledged.
    await expectAllThere(client, load);
    expect((await client.status()).head.height).toBeGreaterThan(0);

    // Space returns: nobody has to do anything.
    rmSync(ballast);
    await until(async () => (await client.status()).readOnly === undefined, "recovery");
    expect((await fetch(`${node.said.api}/health`)).status).toBe(200);
    expect((await client.status()).notices).toEqual([]);
    const item = nextRecord(load);
    const { results } = await client.submitBytes(item.bytes);
    expect(results).toEqual([{ id: toHex(item.id) }]);
    load.acknowledged.push(item);
    await client.mine({ blocks: 2 });
    const { head } = await client.status();

    // Nor is anything lost when it is killed now.
    await node.stop("SIGKILL");
    const again = await start(data);
    expect((await again.client.status()).head).toEqual(head);
    await expectAllThere(again.client, load);
    expect(await again.node.stop("SIGTERM")).toBe(0);
    expect(await validateChain(data, readSpec("dev"))).toMatchObject({ head: head.hash, stateRoot: head.stateRoot });
    expect(statfsSync(disk).bavail).toBeGreaterThan(0);
  });

  it("at a start leads to an error in words, and the data to no harm", async (context) => {
    requireRoot(context);
    requireProgram("mount", context);
    const disk = mountDisk();
    const data = join(disk, "node");
    const { node, client } = await start(data);
    const item = buildTransfer({
      chainId,
      seed: devAccount(1).seed,
      nonce: 0,
      outputs: [{ to: devAccount(2).address, amountAtoms: 5_000n }],
    });
    await client.submitBytes(item.bytes);
    await client.mine({ blocks: 3 });
    await node.stop("SIGTERM");
    const ballast = join(disk, "ballast");
    try {
      writeFileSync(ballast, new Uint8Array(DISK_BYTES));
    } catch {
      // To the last byte.
    }
    const started = await start(data).then(
      async (running) => {
        await running.node.stop("SIGTERM");
        return "started";
      },
      (error: Error) => error.message,
    );
    expect(started).toMatch(/^started$|no space|cannot be used|disk is full/);
    rmSync(ballast);
    const again = await start(data);
    expect((await again.client.status()).head.height).toBe(3);
    await again.node.stop("SIGTERM");
  });

  it("because files may not grow, also where nobody is root: the same", async (context) => {
    const prlimit = requireProgram("prlimit", context);
    const { node, client } = await start(join(tempDir("agon-limit"), "node"));
    const limit = (bytes: string): void =>
      void execFileSync(prlimit, ["--pid", String(node.said.pid), `--fsize=${bytes}:`]);
    limit("65536");
    const load: Load = { acknowledged: [], nonce: 0 };
    expect(await sendUntilRefused(client, load)).toMatch(/^(disk-full|disk-failed|node-read-only|cannot-produce)$/);
    await until(async () => (await client.status()).readOnly !== undefined, "read-only");
    await expectAllThere(client, load);
    limit("unlimited");
    await until(async () => (await client.status()).readOnly === undefined, "recovery");
    const item = nextRecord(load);
    expect((await client.submitBytes(item.bytes)).results).toEqual([{ id: toHex(item.id) }]);
    expect(await node.stop("SIGTERM")).toBe(0);
  });
});
