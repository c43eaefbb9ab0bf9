import { expect, test } from "vitest";
import { ApiError, type Block, type DevnetNode, type Status, type Transaction } from "#api/contract";
import { formatAddress } from "#crypto";
import { devAccount } from "#wallet/core";
import { findPlace, type SearchContext } from "./search.ts";

const blockHash = `${"ab".repeat(30)}0000`;
const transactionId = "cd".repeat(32);
const address = formatAddress(devAccount(3).address, "tagon");

function context(asked: string[]): SearchContext {
  const missing = (): never => {
    throw new ApiError(404, { code: "not-found", message: "nothing here" });
  };
  return {
    chain: { addressPrefix: "tagon" },
    names: new Map([[address, "dev-3"]]),
    nodes: [{ name: "node-2" } as DevnetNode],
    client: {
      status: async () => ({ head: { height: 120 } }) as Status,
      block: async (id) => {
        asked.push("block");
        return id === blockHash ? ({} as Block) : missing();
      },
      transaction: async (id) => {
        asked.push("transaction");
        return id === transactionId ? ({} as Transaction) : missing();
      },
    },
  };
}

test.each([
  ["120", "/blocks/120"],
  [" #1,0 ", "/blocks/10"],
  [blockHash, `/blocks/${blockHash}`],
  [transactionId.toUpperCase(), `/transactions/${transactionId}`],
  [address, `/accounts/${address}`],
  ["DEV-3", `/accounts/${address}`],
  ["node-2", "/network"],
])("%s leads to %s", async (text, to) => {
  expect(await findPlace(text, context([]))).toEqual({ to, problem: null });
});

test.each([
  ["121", /no block 121 yet.*height 120/],
  ["abcdef", /64 characters; this one has 6/],
  ["ef".repeat(32), /No block and no transaction/],
  [formatAddress(devAccount(3).address, "agon"), /begin with tagon1/],
  [`${address.slice(0, -1)}${address.endsWith("q") ? "p" : "q"}`, /a letter is wrong/],
  ["hello there", /no height, hash/],
])("%s is refused in words", async (text, problem) => {
  const found = await findPlace(text, context([]));
  expect(found.to).toBeNull();
  expect(found.problem).toMatch(problem);
});

test("what looks sealed by work is asked for as a block only", async () => {
  const asked: string[] = [];
  await findPlace(blockHash, context(asked));
  expect(asked).toEqual(["block"]);
});
