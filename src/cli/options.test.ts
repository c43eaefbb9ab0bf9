import { describe, expect, test } from "vitest";
import { readCoins, readCount, readHeightOrHash, readId, readUrl } from "./options.ts";

const id = "AB".repeat(32);

test("values are read", () => {
  expect(readUrl("http://127.0.0.1:8730/")).toBe("http://127.0.0.1:8730");
  expect(readCount(1, 10)("7")).toBe(7);
  expect(readCoins("12.5")).toBe(1_250_000_000n);
  expect(readId(id)).toBe(id.toLowerCase());
  expect([readHeightOrHash("17"), readHeightOrHash("head"), readHeightOrHash(id)]).toEqual([
    17,
    "head",
    id.toLowerCase(),
  ]);
});

describe("refused in words", () => {
  test.each([
    [readUrl, "127.0.0.1:8730", "must be an address"],
    [readUrl, "ftp://example.org", "must be an address"],
    [readCount(1, 10), "0", "from 1 to 10"],
    [readCount(1, 10), "1.5", "whole number"],
    [readCount(1, 10), "1e1", "whole number"],
    [readCount(0, 10), "-1", "whole number"],
    [readCoins, "1,5", "amount in coins"],
    [readCoins, "-1", "amount in coins"],
    [readCoins, "0.000000001", "eight decimals"],
    [readId, "abc", "64 hex digits"],
    [readHeightOrHash, "tail", "a height, an id"],
  ] as const)("%# %s", (read, text, words) => expect(() => read(text)).toThrow(words));
});
