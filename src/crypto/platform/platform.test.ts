import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "#base";
import * as chosen from "#crypto/platform";
import * as browser from "./browser.ts";
import * as node from "./node.ts";

test("Node gets its own platform", () => {
  expect(chosen.sha256).toBe(node.sha256);
});

test("whatever the browser exports, Node exports", () => {
  expect(Object.keys(node)).toEqual(expect.arrayContaining(Object.keys(browser)));
});

describe.each([
  ["node", node],
  ["browser", browser],
])("%s", (_, platform) => {
  test("hashes as FIPS 180-4 has it", () => {
    expect(toHex(platform.sha256(utf8("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(toHex(platform.sha256(new Uint8Array()))).toMatch(/^e3b0c442/);
    expect(Object.getPrototypeOf(platform.sha256(utf8("")))).toBe(Uint8Array.prototype);
  });

  test("hashes pairs, also in place", () => {
    const input = new Uint8Array(320).map((_byte, i) => i * 7);
    const output = new Uint8Array(160);
    platform.hashPairs(input, output);
    for (let i = 0; i < 5; i++)
      expect(output.subarray(32 * i, 32 * i + 32)).toEqual(platform.sha256(input.subarray(64 * i, 64 * i + 64)));
    platform.hashPairs(input, input.subarray(0, 160));
    expect(input.subarray(0, 160)).toEqual(output);
    platform.hashPairs(new Uint8Array(), new Uint8Array());
  });

  test("lengths that do not fit are refused", () => {
    expect(() => platform.hashPairs(new Uint8Array(96), new Uint8Array(48))).toThrow(RangeError);
    expect(() => platform.hashPairs(new Uint8Array(64), new Uint8Array(64))).toThrow(RangeError);
  });

  test("derives keys from passphrases by Argon2id", async () => {
    const key = await platform.argon2id(utf8("passphrase"), utf8("0123456789abcdef"), { memoryKiB: 64, passes: 2 });
    expect(toHex(key)).toBe("0500b2323780622c1b81ce19b31f8969ad7600db2c656ba867a32f8a64a57ba8");
  });
});

test("without hashtree pairs are hashed one by one", () => {
  const standIn = node.nativeHashPairs(() => {
    throw new Error("no build for this platform");
  });
  const native = node.nativeHashPairs(createRequire(import.meta.url));
  const input = new Uint8Array(640).map((_byte, i) => i);
  const [a, b] = [new Uint8Array(320), new Uint8Array(320)];
  standIn(input, a);
  native(input, b);
  expect(a).toEqual(b);
});
