/** A node whose disk fills up: it goes read-only, says so, loses nothing, and goes on when there is space again. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { ApiError, createClient } from "#api/contract";
import { toHex } from "#base";
import { builtInSpec, chainIdOf } from "#spec";
import { buildTransfer, devAccount } from "#wallet/core";
import { requireProgram, requireRoot } from "../support/requires.ts";
import { tempDir } from "../support/temp.ts";
import { type RunningAgon, startAgon } from "./agon-process.ts";

const chainId = chainIdOf(builtInSpec("dev"));
const DISK_MIB = 24;
const RECOVERY_MS = 20_000;

describe("a full disk", () => {
  it("turns the node read-only until there is space", async (context) => {
    requireRoot(context);
    const mount = requireProgram("mount", context);
    const disk = join(tempDir(), "disk");
    mkdirSync(disk);
    execFileSync(mount, ["-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", disk]);
    onTestFinished(() => void execFileSync("umount", ["-l", disk]));

    const data = join(disk, "node");
    const node = await start(data);
    onTestFinished(async () => void (await node.stop("SIGKILL")));
    const token = readFileSync(join(data, "api-token"), "utf8").trim();
    const client = createClient({ baseUrl: String(node.said.api), token, fetch, timeoutMs: 10_000 });
    const before = transfer(0);
    await client.submitBytes(before);
    await client.mine({ blocks: 3 });
    const { head } = await client.status();

    const ballast = join(disk, "ballast");
    fill(disk, ballast);
    const refused = await untilRefused(client);
    expect(refused).toMatchObject({ status: 503, code: "node-read-only" });
    expect(refused.message.length).toBeGreaterThan(20);
    const full = await client.status();
    expect(full.readOnly).toMatch(/\w+ \w+/);
    expect((await client.health()).ok).toBe(false);
    await expect(client.mine({ blocks: 1 })).rejects.toThrow(/read-only/);
    expect(full.head.height).toBeGreaterThanOrEqual(head.height);

    rmSync(ballast);
    for (const end = performance.now() + RECOVERY_MS; (await client.status()).readOnly !== undefined; await delay(100))
      expect(performance.now(), "the node is still read-only").toBeLessThan(end);
    await client.mine({ blocks: 1 });
    expect((await client.status()).head.height).toBeGreaterThan(full.head.height);
    expect((await client.health()).ok).toBe(true);
    const id = toHex(transferItem(0).id);
    expect((await client.transaction(id)).status).toBe("included");

    expect(await node.stop("SIGTERM")).toBe(0);
    const again = await start(data);
    const client2 = createClient({ baseUrl: String(again.said.api), fetch, timeoutMs: 10_000 });
    expect((await client2.transaction(id)).status).toBe("included");
    expect(await again.stop("SIGTERM")).toBe(0);
  });
});

function start(data: string): Promise<RunningAgon> {
  return startAgon([
    ...["node", "--data", data, "--spec", "dev", "--api-port", "0", "--p2p-port", "0", "--log-level", "error"],
  ]);
}

/** Leaves no byte free. */
function fill(disk: string, file: string): void {
  const { bavail, bsize } = statfsSync(disk);
  for (let left = bavail * bsize; left >= 4_096; left = Math.floor(left / 2)) {
    try {
      writeFileSync(file, new Uint8Array(left), { flag: "a" });
    } catch {
      // A piece that does not fit any more; a smaller one may.
    }
  }
}

/** A little may still fit into pages that the store has free. */
async function untilRefused(client: ReturnType<typeof createClient>): Promise<ApiError> {
  for (let nonce = 1; nonce < 500; nonce++) {
    try {
      await client.submitBytes(transfer(nonce));
    } catch (error) {
      if (error instanceof ApiError && error.code === "node-read-only") return error;
      if (!(error instanceof ApiError)) throw error;
    }
  }
  throw new Error("the full disk was never noticed");
}

function transferItem(nonce: number) {
  const { seed } = devAccount(0);
  return buildTransfer({ chainId, seed, nonce, outputs: [{ to: devAccount(5).address, amountAtoms: 50_000n }] });
}

function transfer(nonce: number): Uint8Array {
  return transferItem(nonce).bytes;
}
