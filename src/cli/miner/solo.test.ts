/** `agon mine --solo` at a node that has no work. */
import { expect, test } from "vitest";
import type { Fetch } from "#api/contract";
import { run } from "../testing/terminal.ts";

test("whoever had no work in all the time fails, and says so", async () => {
  const fetch: Fetch = async (url) => {
    const { pathname } = new URL(url);
    const error = { code: "cannot-produce", message: "the node catches up with its peers" };
    if (pathname === "/v1/status") return Response.json({ chain: { addressPrefix: "tagon" } });
    if (pathname === "/v1/devnet/nodes") return Response.json({ error }, { status: 404 });
    return Response.json({ error }, { status: 503 });
  };
  const argv = ["mine", "--solo", "--to", "dev-3", "--threads", "1", "--for", "1", "--json"];
  const { code, out, err } = await run(argv, { fetch, env: { AGON_TOKEN: "a-token-of-the-node" } });
  expect([code, JSON.parse(err).error]).toMatchObject([1, { code: "no-work" }]);
  expect(JSON.parse(out.trim().split("\n").at(-1)!)).toMatchObject({ event: "summary", hashes: 0, blocks: 0 });
});
