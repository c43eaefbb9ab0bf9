import { bech32, bech32m } from "@scure/base";
import { describe, expect, test } from "vitest";
import { asAddress, asKey, toHex } from "#base";
import { addressOf, formatAddress, parseAddress } from "./address.ts";
import { taggedHash } from "./hash.ts";

const address = addressOf(asKey(new Uint8Array(32).fill(7)));
const text = formatAddress(address, "agon");

test("the head of a tagged hash of the key", () => {
  expect(toHex(address)).toBe(toHex(taggedHash("agon/address/v1", new Uint8Array(32).fill(7))).slice(0, 40));
  expect(text).toMatch(/^agon1[a-z0-9]{38}$/);
});

test("to text and back, in either case", () => {
  expect(parseAddress(text, "agon")).toEqual({ ok: true, value: address });
  expect(parseAddress(text.toUpperCase(), "agon")).toEqual({ ok: true, value: address });
});

test("an address of another chain is called so", () => {
  expect(parseAddress(formatAddress(address, "tagon"), "agon")).toEqual({
    ok: false,
    error: { code: "address-wrong-network", blame: "sender", detail: { prefix: "tagon", expected: "agon" } },
  });
});

describe("refused as malformed", () => {
  const words = bech32m.toWords(address);
  test.each([
    ["nothing", ""],
    ["mixed case", text.slice(0, 10) + text.slice(10).toUpperCase()],
    ["a changed letter", text.replace(/.$/, (last) => (last === "q" ? "p" : "q"))],
    ["two letters swapped", text.slice(0, 8) + text[9] + text[8] + text.slice(10)],
    ["bech32 of the same bytes", bech32.encodeFromBytes("agon", address)],
    ["19 bytes", bech32m.encodeFromBytes("agon", address.subarray(1))],
    ["21 bytes", bech32m.encodeFromBytes("agon", new Uint8Array(21))],
    ["a word too many", bech32m.encode("agon", [...words, 0])],
    ["a space", `${text} `],
    ["more than 90 letters", bech32m.encode("agon", bech32m.toWords(new Uint8Array(60)), false)],
  ])("%s", (_, malformed) => {
    expect(parseAddress(malformed, "agon")).toMatchObject({ ok: false, error: { code: "address-malformed" } });
  });
});

test("every address survives", () => {
  for (const fill of [0, 1, 127, 255]) {
    const one = asAddress(new Uint8Array(20).fill(fill));
    expect(parseAddress(formatAddress(one, "tagon"), "tagon")).toEqual({ ok: true, value: one });
  }
});
