import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromHex, toHex } from "#base";
import { ed25519PublicKey } from "#crypto/platform";
import { deriveKey } from "./derivation.ts";

interface Vector {
  readonly name: string;
  readonly seed: string;
  readonly chains: readonly { path: string; chainCode: string; private: string; public: string }[];
}
const vectors = JSON.parse(
  readFileSync(new URL("../../test/vectors/slip10-ed25519.json", import.meta.url), "utf8"),
) as readonly Vector[];

test.each(vectors)("SLIP-0010, $name", ({ seed, chains }) => {
  expect(chains.length).toBe(6);
  for (const { path, chainCode, private: secret, public: key } of chains) {
    const indexes = path
      .split("/")
      .slice(1)
      .map((step) => Number(step.replace(/['H]$/, "")));
    const derived = deriveKey(fromHex(seed)!, indexes);
    expect(toHex(derived.seed)).toBe(secret);
    expect(toHex(derived.chainCode)).toBe(chainCode);
    expect(`00${toHex(ed25519PublicKey(derived.seed))}`).toBe(key);
  }
});

test("indexes and seeds out of bounds are refused", () => {
  const seed = new Uint8Array(64);
  for (const index of [-1, 0x80000000, 1.5, Number.NaN]) expect(() => deriveKey(seed, [index])).toThrow(RangeError);
  for (const length of [0, 15, 65]) expect(() => deriveKey(new Uint8Array(length), [0])).toThrow(RangeError);
});
