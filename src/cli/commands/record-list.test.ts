import { expect, test } from "vitest";
import { formatAddress } from "#crypto";
import { devAccountAddress } from "#spec";
import { run } from "../testing/terminal.ts";

const ID = "ab".repeat(32);
const sender = formatAddress(devAccountAddress(3), "tagon");
const payload = {
  mediaType: "json",
  dataBytes: 60,
  data: "7b",
  text: `{"a":\n "${"b".repeat(50)}"}`,
  truncated: false,
};
const page = {
  items: [{ id: ID, kind: "record", sender, payload, block: { height: 12 } }],
  nextFrom: "12-3",
};

function answer(body: object) {
  const asked: string[] = [];
  return {
    asked,
    fetch: (url: string) => {
      asked.push(new URL(url).pathname + new URL(url).search);
      return Promise.resolve(Response.json(body));
    },
  };
}

test("lists the newest records, each on a line, and says how to go on", async () => {
  const { asked, fetch } = answer(page);
  const { code, out } = await run(["record", "list", "--from", "40", "--limit", "1"], { fetch });
  expect([code, asked]).toEqual([0, ["/v1/records?limit=1&from=40"]]);
  expect(out).toMatch(new RegExp(`^${ID} +12 +60 +dev-3 +\\{"a": "b{33}…$`, "m"));
  expect(out).toMatch(/Older ones: --from 12-3\n$/);
  expect(JSON.parse((await run(["record", "list", "--json"], { fetch })).out)).toEqual(page);
});

test("says so when there are none", async () => {
  const { fetch } = answer({ items: [], nextFrom: null });
  expect((await run(["record", "list"], { fetch })).out).toBe("No records.\n");
});
