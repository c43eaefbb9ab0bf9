import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Fetch } from "#api/contract";
import { tempDir } from "../../test/support/temp.ts";
import { findPool } from "./pool-options.ts";
import { createTestTerminal, run } from "./testing/terminal.ts";

/** What answers, by address and path; all else refuses the connection. */
function worldOf(answers: Readonly<Record<string, readonly [status: number, body: unknown]>>): Fetch {
  return async (url) => {
    const found = answers[String(url)];
    if (found === undefined) throw new TypeError("fetch failed");
    return Response.json(found[1], { status: found[0] });
  };
}

const findIn = (fetch: Fetch, env = {}, url?: string) => findPool(createTestTerminal({ fetch, env }), url);

test("the pool of this machine is at its usual port, else behind the devnet", async () => {
  const own = { "http://127.0.0.1:3334/v1/pool/status": [200, {}] } as const;
  const devnet = { "http://127.0.0.1:8730/v1/pool/status": [200, {}] } as const;
  expect((await findIn(worldOf({ ...own, ...devnet }))).baseUrl).toBe("http://127.0.0.1:3334");
  expect((await findIn(worldOf(devnet))).baseUrl).toBe("http://127.0.0.1:8730");
  const elsewhere = worldOf({ "http://127.0.0.1:9000/v1/pool/status": [200, {}] });
  expect((await findIn(elsewhere, { AGON_API: "http://127.0.0.1:9000" })).baseUrl).toBe("http://127.0.0.1:9000");
  expect((await findIn(worldOf({}), {}, "http://pool.example:1")).baseUrl).toBe("http://pool.example:1");
});

test("before them comes the pool whose books a folder holds, at whatever port it says, and only while it runs", async () => {
  const [folder, other] = [tempDir(), tempDir()];
  writeFileSync(join(folder, "pool.json"), JSON.stringify({ chain: "33", address: "tagon1x" }));
  writeFileSync(join(folder, "api-url"), "http://127.0.0.1:4444\n");
  writeFileSync(join(other, "api-url"), "no address\n");
  const find = (fetch: Fetch) => findPool(createTestTerminal({ fetch }), undefined, [other, folder]);
  const usual = { "http://127.0.0.1:3334/v1/pool/status": [200, {}] } as const;
  const own = (status: number, body: object) => ({ "http://127.0.0.1:4444/v1/pool/status": [status, body] }) as const;
  const running = own(200, { address: "tagon1x", chain: { id: "33" } });
  expect((await find(worldOf({ ...usual, ...running }))).baseUrl).toBe("http://127.0.0.1:4444");
  const troubled = own(503, { error: { code: "pool-storage", message: "no books" } });
  expect((await find(worldOf({ ...usual, ...troubled }))).baseUrl).toBe("http://127.0.0.1:4444");
  // Killed, and its port is another's now, or nobody's.
  for (const stale of [own(200, { address: "tagon1y", chain: { id: "33" } }), {}])
    expect((await find(worldOf({ ...usual, ...stale }))).baseUrl).toBe("http://127.0.0.1:3334");
  await expect(find(worldOf({}))).rejects.toThrow(`nor at http://127.0.0.1:4444, where that of ${folder} was`);
  const ordered: string[] = [];
  const fetch: Fetch = async (url, init) => {
    if (init.method === "POST") ordered.push(String(url));
    return worldOf({ ...running, "http://127.0.0.1:4444/v1/pool/orders/pay": [200, { ok: true }] })(url, init);
  };
  const paid = await run(["pool", "pay", "--data", folder], { fetch, env: { AGON_TOKEN: "a-token-of-the-pool" } });
  expect([paid.code, ordered]).toEqual([0, ["http://127.0.0.1:4444/v1/pool/orders/pay"]]);
});

test("a pool of a devnet that is away is asked, and says why itself", async () => {
  const refusal = { error: { code: "pool-not-running", message: "the pool of this devnet does not run: stopped" } };
  const fetch = worldOf({ "http://127.0.0.1:8730/v1/pool/status": [503, refusal] });
  const { code, err } = await run(["pool", "status"], { fetch });
  expect([code, err]).toEqual([1, "agon: the pool of this devnet does not run: stopped\n"]);
});

test("a pool that cannot be reached is named by the option that named it", async () => {
  const { code, err } = await run(["pool", "status", "--pool", "http://pool.example:1"], { fetch: worldOf({}) });
  expect([code, err]).toEqual([
    1,
    "agon: http://pool.example:1 cannot be reached: does the pool run there? Give the address of its API with --pool\n",
  ]);
  const mine = ["mine", "--pool", "stratum+tcp://pool.example:1", "--address", "tagon1x", "--receipts", "none.jsonl"];
  const miner = await run(mine, { fetch: worldOf({}) });
  expect([miner.code, miner.err]).toEqual([1, expect.stringContaining("pool.example:3334 cannot be reached")]);
  expect(miner.err).toContain("with --pool-api");
});

test("where there is none, the words tell how to get one", async () => {
  const none = { error: { code: "not-found", message: "no such route" } };
  for (const fetch of [worldOf({}), worldOf({ "http://127.0.0.1:8730/v1/pool/status": [404, none] })]) {
    const { code, err } = await run(["pool", "rounds", "--json"], { fetch });
    expect(code).toBe(1);
    expect(JSON.parse(err)).toMatchObject({
      error: { code: "no-pool", message: expect.stringContaining("devnet --pool") },
    });
  }
});
