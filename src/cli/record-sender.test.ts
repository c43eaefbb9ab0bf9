import { expect, test } from "vitest";
import { type ChainInfo, createClient } from "#api/contract";
import { fromUtf8, utf8 } from "#base";
import { decodeRecord, decodeTransaction } from "#model";
import { devAccount } from "#wallet/core";
import { createPatience } from "./patience.ts";
import { type LandedRecord, type RecordJob, sendRecords } from "./record-sender.ts";
import { createSmallNode, type SmallNode } from "./testing/small-node.ts";

const chain = { id: "00".repeat(32), addressPrefix: "tagon" } as ChainInfo;

function job(node: SmallNode, changes: Partial<RecordJob> = {}, timeoutMs = 50_000): RecordJob {
  return {
    client: createClient({ baseUrl: "http://node.test", fetch: node.fetch }),
    chain,
    signer: devAccount(0),
    sender: "tagon1sender",
    feePerByteAtoms: 10n,
    isOctets: false,
    wait: true,
    patience: createPatience(timeoutMs, new AbortController().signal, "the records", 1),
    onProgress: () => node.mine(),
    ...changes,
  };
}

const linesOf = (count: number, size = 20) =>
  Array.from({ length: count }, (_, i) => ({ line: i + 1, data: utf8(JSON.stringify(`${i}`.padEnd(size))) }));

async function collect(records: AsyncIterable<LandedRecord>): Promise<LandedRecord[]> {
  const all: LandedRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

/** Records on the chain, in its order. */
function textsOf(node: SmallNode): string[] {
  return node.blocks.flatMap(({ items }) =>
    items.map(({ bytes }) => {
      const transaction = decodeTransaction(bytes);
      const record = transaction.ok ? decodeRecord(transaction.value.payload) : null;
      if (record === null || !record.ok) throw new Error("no record");
      return fromUtf8(record.value.data)!;
    }),
  );
}

test("all lines land in their order, with consecutive nonces", async () => {
  const node = createSmallNode();
  const landed = await collect(sendRecords(job(node), linesOf(600)));
  expect(landed.map(({ line }) => line)).toEqual(linesOf(600).map(({ line }) => line));
  expect(textsOf(node)).toEqual(linesOf(600).map(({ data }) => fromUtf8(data)));
  expect(landed[0]).toMatchObject({ line: 1, bytes: 22, block: { height: 1, index: 0 } });
});

test("where the node has no more room for one sender, it waits for blocks and goes on", async () => {
  const node = createSmallNode();
  let most = 0;
  let rounds = 0;
  const onProgress = (): void => {
    most = Math.max(most, node.pending.size);
    if (++rounds % 5 === 0) node.mine();
  };
  const landed = await collect(sendRecords(job(node, { onProgress }), linesOf(400, 1_500)));
  expect(landed.length).toBe(400);
  expect(textsOf(node).length).toBe(400);
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThan(175);
});

test("a node that is gone for a while, and answers that are lost, do no harm", async () => {
  let request = 0;
  const node = createSmallNode((method) => {
    request++;
    if (request > 3 && request < 9) return "down";
    return method === "POST" && request % 3 === 0 ? "lost" : null;
  });
  const landed = await collect(sendRecords(job(node), linesOf(700)));
  expect(landed.length).toBe(700);
  expect(textsOf(node)).toEqual(linesOf(700).map(({ data }) => fromUtf8(data)));
});

test("what a reorganisation moves is told again", async () => {
  const node = createSmallNode();
  const landed: LandedRecord[] = [];
  for await (const record of sendRecords(job(node), linesOf(3))) {
    landed.push(record);
    if (landed.length === 3) {
      node.reorganise();
      node.mine();
    }
  }
  expect(landed.map(({ line, block }) => [line, block?.hash])).toEqual([
    [1, "hash-0"],
    [2, "hash-0"],
    [3, "hash-0"],
    [1, "hash-1"],
    [2, "hash-1"],
    [3, "hash-1"],
  ]);
});

test("without waiting, each is told when the node has it", async () => {
  const node = createSmallNode();
  const landed = await collect(sendRecords(job(node, { wait: false, onProgress() {} }), linesOf(5)));
  expect(landed.map(({ block }) => block)).toEqual([null, null, null, null, null]);
  expect(node.pending.size).toBe(5);
});

test("another program that uses the account is noticed, and the line named", async () => {
  const node = createSmallNode();
  const records = sendRecords(job(node, { onProgress: () => node.useNonce() }), linesOf(2));
  await expect(collect(records)).rejects.toMatchObject({
    code: "nonce-taken",
    message: expect.stringContaining("--first-line 1"),
  });
});

test("a refusal that waiting cannot change names the line", async () => {
  const node = createSmallNode();
  const refuse = { error: { code: "tx-overspend", message: "the balance does not cover it" } };
  const client = createClient({
    baseUrl: "http://node.test",
    fetch: (url, init) =>
      init.method === "POST" ? Promise.resolve(Response.json({ results: [refuse] })) : node.fetch(url, init),
  });
  await expect(collect(sendRecords(job(node, { client }), linesOf(1)))).rejects.toMatchObject({
    code: "tx-overspend",
    message: "line 1 is refused: the balance does not cover it",
  });
});

test("when no block comes, it gives up in words", async () => {
  const node = createSmallNode();
  await expect(collect(sendRecords(job(node, { onProgress() {} }, 50), linesOf(1)))).rejects.toMatchObject({
    code: "timeout",
  });
});
