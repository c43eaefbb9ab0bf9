/** A node that is killed outright under load keeps what it acknowledged. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Client, createClient, type Transaction } from "#api/contract";
import { seededRandom, toHex } from "#base";
import { encodeParts, type PreparedTransaction } from "#model";
import { readSpec, validateChain } from "#node";
import { builtInSpec, chainIdOf } from "#spec";
import { buildTransfer, devAccount } from "#wallet/core";
import { testSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp.ts";
import { type RunningAgon, startAgon } from "./agon-process.ts";

const spec = builtInSpec("dev");
const chainId = chainIdOf(spec);
const KILLS = 6;
const SENDERS = 4;
const PAUSE_MS = 15;

describe("kill -9 of a node under load", () => {
  it("loses no acknowledged transfer and doubles none", async () => {
    const data = join(tempDir(), "node");
    const random = seededRandom(testSeed);
    const nonces = Array.from({ length: SENDERS }, () => 0);
    const acknowledged: PreparedTransaction[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const node = await start(data);
      await catchUp(node, nonces);
      const ending = new AbortController();
      const load = submitUntilItEnds(node, nonces, acknowledged, ending.signal);
      const before = acknowledged.length;
      await expect.poll(() => acknowledged.length, { timeout: 120_000, interval: 10 }).toBeGreaterThan(before);
      await delay(random.below(500));
      ending.abort();
      await node.stop("SIGKILL");
      await load;
    }
    expect(acknowledged.length).toBeGreaterThan(KILLS);

    const node = await start(data);
    await catchUp(node, nonces);
    const token = readFileSync(join(data, "api-token"), "utf8").trim();
    const client = createClient({ baseUrl: String(node.said.api), token, fetch, timeoutMs: 60_000 });
    const statuses = await lookUp(client, acknowledged);
    for (const { status, id } of statuses) expect(["pending", "included"], `seed ${testSeed}: ${id}`).toContain(status);
    await client.mine({ blocks: 2 });
    const included = await lookUp(client, acknowledged);
    expect(included.every(({ status }) => status === "included")).toBe(true);
    expect(new Set(included.map(({ block }) => `${block?.height}/${block?.index}`)).size).toBe(acknowledged.length);
    const { head } = await client.status();
    expect(await node.stop("SIGTERM")).toBe(0);
    const validated = await validateChain(data, readSpec("dev"));
    // Everything was executed again from genesis, to the head that is stored; a block may have come since we asked.
    expect(validated.height).toBeGreaterThanOrEqual(head.height);
  }, 600_000);
});

async function start(data: string): Promise<RunningAgon> {
  const node = await startAgon([
    ...["node", "--data", data, "--spec", "dev", "--api-port", "0", "--p2p-port", "0", "--log-level", "error"],
    ...["--mining-enabled", "--mining-hash-rate", "40000"],
  ]);
  // Also when the test fails in between.
  onTestFinished(async () => void (await node.stop("SIGKILL")));
  return node;
}

function clientOf(node: RunningAgon) {
  return createClient({ baseUrl: String(node.said.api), fetch, timeoutMs: 60_000 });
}

/** A few at a time: a node has a bound on its connections. */
async function lookUp(client: Client, items: readonly PreparedTransaction[]): Promise<readonly Transaction[]> {
  const found: Transaction[] = [];
  for (let at = 0; at < items.length; at += 16)
    found.push(...(await Promise.all(items.slice(at, at + 16).map((item) => client.transaction(toHex(item.id))))));
  return found;
}

/** Sends transfers one after the other, a few to a request, until the node is gone. */
async function submitUntilItEnds(
  node: RunningAgon,
  nonces: number[],
  acknowledged: PreparedTransaction[],
  ending: AbortSignal,
): Promise<void> {
  const client = clientOf(node);
  for (let round = 0; ; round++) {
    const sender = round % SENDERS;
    await delay(PAUSE_MS);
    const items = Array.from({ length: 5 }, (_, i) => transfer(sender, nonces[sender]! + i));
    try {
      const { results } = await client.submitBytes(encodeParts(items.map((item) => item.bytes)));
      for (const [i, result] of results.entries()) {
        if (!("id" in result)) throw new Error(JSON.stringify(result));
        acknowledged.push(items[i]!);
      }
      nonces[sender]! += items.length;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith("{")) throw error;
      if (ending.aborted) return;
      // A node that lives and did not answer in time; what it took all the same is not sent again.
      await catchUp(node, nonces).catch((reason: unknown) => {
        if (!ending.aborted) throw reason;
      });
    }
  }
}

/** What was sent and not answered may have got in all the same: the node says where each account stands. */
async function catchUp(node: RunningAgon, nonces: number[]): Promise<void> {
  const client = clientOf(node);
  for (let sender = 0; sender < SENDERS; sender++) {
    const { pendingNonce } = await client.account(addressText(sender));
    expect(pendingNonce).toBeGreaterThanOrEqual(nonces[sender]!);
    nonces[sender] = pendingNonce;
  }
}

function transfer(sender: number, nonce: number): PreparedTransaction {
  const { seed } = devAccount(sender);
  const outputs = [{ to: devAccount(9).address, amountAtoms: 10_000n + BigInt(nonce) }];
  return buildTransfer({ chainId, seed, nonce, outputs });
}

function addressText(account: number): string {
  return spec.genesis.accounts[account]!.address;
}
