/** Real input: matches of a game as records, through the command, with a node killed meanwhile. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Client } from "#api/contract";
import { formatAddress } from "#crypto";
import { devAccount } from "#wallet/core";
import { dataFile } from "../support/data.ts";
import { createTempFolder } from "../support/temp.ts";
import { agon } from "./agon-process.ts";
import { startDevnet } from "./devnet-under-test.ts";
import { agonHere } from "./memory-terminal.ts";

const later = { timeout: 180_000, interval: 50 };
/** Who pays for records when nobody is named. */
const payer = formatAddress(devAccount(0).address, "tagon");

it("keeps 250 recorded matches, byte by byte, though a node is killed meanwhile", async (context) => {
  const file = dataFile("pop/dota-train.jsonl", context);
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  await using folder = await createTempFolder("agon-records");
  const devnet = await startDevnet(join(folder.dir, "data"), ["--nodes", "3"]);
  await using _ = { [Symbol.asyncDispose]: async () => void (await devnet.stop("SIGTERM")) };

  const target = ["--api", devnet.url, "--node", "node-1"];
  const adding = agon(["record", "add", "--file", file, ...target, "--json"]);
  const { pid } = await devnet.node("node-2");
  // The mempool may be empty again before anybody looks.
  await expect.poll(async () => (await devnet.client.account(payer)).pendingNonce, later).toBeGreaterThan(0);
  process.kill(pid!, "SIGKILL");
  let isDone = false;
  const added = adding.finally(() => {
    isDone = true;
  });
  // In blocks that are ordered: nobody waits for the chain's spacing.
  while (!isDone) {
    if ((await devnet.client.mempool()).count > 0) await devnet.mine("node-1");
    await delay(20);
  }
  const { code, out, err } = await added;
  expect([code, err]).toEqual([0, expect.stringContaining("250 of 250 records")]);
  const ids = idsOf(out.toString());
  expect(ids).toHaveLength(lines.length);

  const expectAllAt = async (name: string): Promise<void> => {
    const node = await devnet.direct(name);
    await expect.poll(() => missing(node, ids.slice(-1)), later).toBe(0);
    await expect.poll(() => missing(node, ids), later).toBe(0);
    await expect.poll(() => readAll(node, ids), later).toEqual(lines);
  };
  await expectAllAt("node-3");
  await devnet.client.devnet.start("node-2");
  await expectAllAt("node-2");
  const one = await agonHere(["record", "get", ids[7]!, "--api", devnet.url, "--node", "node-2"]);
  expect(one.out.toString()).toBe(lines[7]);
});

/** In the order of the lines; those whose block lost its place meanwhile are told again. */
function idsOf(output: string): string[] {
  return [...new Set([...output.matchAll(/"id":\s*"([0-9a-f]{64})"/g)].map(([, id]) => id!))];
}

async function missing(client: Client, ids: readonly string[]): Promise<number> {
  const states = await Promise.all(
    ids.map((id) =>
      client.transaction(id).then(
        ({ status }) => status,
        () => "absent",
      ),
    ),
  );
  return states.filter((status) => status !== "included").length;
}

async function readAll(client: Client, ids: readonly string[]): Promise<string[]> {
  const records = await Promise.all(ids.map((id) => client.record(id)));
  return records.map(({ bytes }) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
}
