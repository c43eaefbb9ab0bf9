import { expect, test } from "vitest";
import { type Block, createClient, type MinedBlockResult, type Transaction } from "#api/contract";
import { asHash } from "#base";
import { formatAddress } from "#crypto";
import { devAccount } from "#wallet/core";
import { createNodeChain, createNodeFeed } from "./node-chain.ts";

const HASH = asHash(new Uint8Array(32).fill(7));
const HEX = "07".repeat(32);
const POOL = formatAddress(devAccount(0).address, "tagon");
const SEAL = { version: 0x20000000, timeS: 1, nonce: 2, extranonce: new Uint8Array(16) };
const TEMPLATE = {
  ...{ id: "00", height: 5, parent: HASH, sealHash: HASH, bits: 0x1f040000, target: 1n },
  ...{ minTimeS: 0, maxTimeS: 9, rewardAtoms: 5n, feesAtoms: 0n, expiresMs: 9 },
};

/** A node that gives these answers, one path each. */
function nodeOf(answers: Readonly<Record<string, readonly [status: number, body: unknown]>>) {
  return createClient({
    baseUrl: "http://node",
    async fetch(url) {
      const answer = answers[new URL(url).pathname];
      if (answer === undefined) throw new TypeError("connection refused");
      const [status, body] = answer;
      return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
    },
  });
}

const refusal = (code: string) => ({ error: { code, message: code } });

test("only credits to the pool's address are its reward, and a block that the node lacks is none", async () => {
  const other = formatAddress(devAccount(1).address, "tagon");
  const credits = [
    { to: POOL, amount: "50" },
    { to: other, amount: "7" },
    { to: POOL, amount: "3" },
  ];
  const block: Pick<Block, "height" | "canonical"> & { credits: object[] } = { height: 5, canonical: true, credits };
  const known = createNodeChain(nodeOf({ [`/v1/blocks/${HEX}`]: [200, block] }), POOL, "tagon");
  expect(await known.block(HASH)).toEqual({ height: 5, canonical: true, rewardAtoms: 53n });
  const unknown = createNodeChain(nodeOf({ [`/v1/blocks/${HEX}`]: [404, refusal("not-found")] }), POOL, "tagon");
  expect(await unknown.block(HASH)).toBeNull();
  await expect(createNodeChain(nodeOf({}), POOL, "tagon").block(HASH)).rejects.toMatchObject({ code: "unreachable" });
});

test("a transaction is in a block, waiting or unknown", async () => {
  const place = (status: number, body: Partial<Transaction> | object) =>
    createNodeChain(nodeOf({ [`/v1/transactions/${HEX}`]: [status, body] }), POOL, "tagon").transaction(HASH);
  expect(await place(200, { status: "included", block: { height: 9 } })).toEqual({ kind: "in-block", height: 9 });
  expect(await place(200, { status: "pending", block: null })).toEqual({ kind: "waiting" });
  expect(await place(404, refusal("transaction-dropped"))).toEqual({ kind: "unknown" });
});

test("what the node refuses is an answer, and what does not reach it is tried again", async () => {
  const submit = (status: number, body: unknown) =>
    createNodeFeed(nodeOf({ "/v1/mining/blocks": [status, body] }), POOL).submit(TEMPLATE, SEAL);
  const result = (text: MinedBlockResult["result"]) => ({ result: text, height: 5, hash: HEX });
  expect(await submit(200, result("imported"))).toEqual({ accepted: true });
  expect(await submit(200, result("known"))).toEqual({ accepted: true });
  expect(await submit(200, result("stored"))).toEqual({ accepted: false, reason: "another block leads" });
  expect(await submit(422, refusal("pow-hash"))).toEqual({ accepted: false, reason: "pow-hash" });
  await expect(submit(503, refusal("cannot-produce"))).rejects.toMatchObject({ code: "cannot-produce" });
  await expect(createNodeFeed(nodeOf({}), POOL).submit(TEMPLATE, SEAL)).rejects.toMatchObject({ code: "unreachable" });
});

test("work that makes no sense is none", async () => {
  const work = { bits: "00000000", target: HEX, difficulty: 1, expectedHashes: "1" };
  const given = { template: "0", height: 1, parent: HEX, sealHash: HEX, reward: "1", fees: "0", work };
  const feed = createNodeFeed(nodeOf({ "/v1/mining/templates": [200, given] }), POOL);
  await expect(feed.template()).rejects.toMatchObject({ code: "node-malformed" });
});

test("a node that has begun anew is given the block with its seal, one that knows the template the seal alone", async () => {
  const work = { bits: "1f040000", target: HEX, difficulty: 1, expectedHashes: "1" };
  const base = {
    height: 5,
    parent: HEX,
    sealHash: HEX,
    minTimeS: 0,
    maxTimeS: 9,
    expiresMs: 9,
    reward: "5",
    fees: "0",
  };
  let made = 0;
  let forgotten = 0;
  const given: Record<string, unknown>[] = [];
  const feed = createNodeFeed(
    createClient({
      baseUrl: "http://node",
      async fetch(url, { body }) {
        const sent = JSON.parse(String(body));
        if (new URL(url).pathname === "/v1/mining/templates") {
          expect(sent).toEqual({ address: POOL, block: true });
          const template = (++made).toString(16).padStart(32, "0");
          return Response.json({ ...base, work, template, block: `ab${template}` });
        }
        given.push(sent);
        const isUnknown = Number.parseInt(sent.template, 16) <= forgotten && sent.block === undefined;
        if (isUnknown) return Response.json(refusal("template-unknown"), { status: 404 });
        return Response.json({ result: "imported", height: 5, hash: HEX });
      },
    }),
    POOL,
  );
  const first = await feed.template();
  expect(await feed.submit(first, SEAL)).toEqual({ accepted: true });
  expect(given).toHaveLength(1);
  forgotten = 1;
  expect(await feed.submit(first, SEAL)).toEqual({ accepted: true });
  expect(given.slice(1)).toMatchObject([{ template: first.id }, { template: first.id, block: `ab${first.id}` }]);
  for (let i = 0; i < 16; i++) await feed.template();
  expect(await feed.submit(first, SEAL)).toEqual({ accepted: false, reason: "template-unknown" });
});
