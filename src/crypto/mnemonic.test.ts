import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromHex, seededRandom, toHex } from "#base";
import { mnemonicOf, mnemonicToSeed, newMnemonic, parseMnemonic } from "./mnemonic.ts";

const { english } = JSON.parse(
  readFileSync(new URL("../../test/vectors/bip39.json", import.meta.url), "utf8"),
) as Record<"english", readonly (readonly [string, string, string, string])[]>;

test("every vector: entropy to words to seed", () => {
  expect(english.length).toBe(24);
  for (const [entropy, mnemonic, seed] of english) {
    expect(mnemonicOf(fromHex(entropy)!)).toBe(mnemonic);
    expect(parseMnemonic(mnemonic)).toEqual({ ok: true, value: mnemonic });
    expect(toHex(mnemonicToSeed(mnemonic, "TREZOR"))).toBe(seed);
  }
});

test("new ones have as many words as asked for", () => {
  const random = seededRandom(1);
  for (const words of [12, 15, 18, 21, 24] as const) {
    const mnemonic = newMnemonic(random, words);
    expect(mnemonic.split(" ").length).toBe(words);
    expect(parseMnemonic(mnemonic).ok).toBe(true);
  }
  expect(newMnemonic(random)).not.toBe(newMnemonic(random));
});

test("typed words are accepted in any case and spacing, a wrong one is refused and not repeated", () => {
  const words = english[1]![1];
  expect(parseMnemonic(`  ${words.toUpperCase().replaceAll(" ", "\n\t ")} `)).toEqual({ ok: true, value: words });
  for (const wrong of ["", words.replace("yellow", "zoo"), words.replace("legal", "leagl"), `${words} ${words}`])
    expect(parseMnemonic(wrong)).toEqual({ ok: false, error: { code: "mnemonic-malformed", blame: "sender" } });
});
