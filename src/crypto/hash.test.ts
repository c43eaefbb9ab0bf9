import { expect, test } from "vitest";
import { toHex, utf8 } from "#base";
import { sha256 } from "#crypto/platform";
import { sha256d, taggedHash } from "./hash.ts";

test("a tagged hash is that of the tag and the parts in a row", () => {
  expect(taggedHash("agon/tx/v1", utf8("a"), utf8("bc"))).toEqual(sha256(utf8("agon/tx/v1abc")));
  expect(taggedHash("agon")).toEqual(sha256(utf8("agon")));
});

test("sha256d of the header of Bitcoin's first block is its id", () => {
  const header = Uint8Array.from(
    Buffer.from(
      `01000000${"00".repeat(32)}3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c`,
      "hex",
    ),
  );
  expect(toHex(sha256d(header).toReversed())).toBe("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
});
