import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { canonicalJson, nominalHashRate, specToJson } from "#spec";
import { tempDir } from "../../test/support/temp.ts";
import { readDevnetSpec, shareHashRate } from "./spec-file.ts";

it("throttles miners to the chain's spacing", () => {
  expect(nominalHashRate(readDevnetSpec("dev").spec.engine)).toBe(8_192);
  expect(nominalHashRate(readDevnetSpec("test").spec.engine)).toBe(6_553);
});

it("shares a rate so that nothing is lost and nobody goes without", () => {
  expect(shareHashRate(8_192, 3)).toEqual([2_731, 2_731, 2_730]);
  expect(shareHashRate(2, 3)).toEqual([1, 1, 1]);
  expect(shareHashRate(null, 2)).toEqual([null, null]);
  expect(shareHashRate(0, 2)).toEqual([null, null]);
});

it("reads a specification from a file, and refuses what is none", () => {
  const dir = tempDir();
  const good = join(dir, "good.json");
  writeFileSync(good, canonicalJson(specToJson(readDevnetSpec("dev").spec)));
  expect(readDevnetSpec(good)).toMatchObject({ argument: good, chainId: readDevnetSpec("dev").chainId });
  writeFileSync(join(dir, "bad.json"), '{"version": 1, "extra": 2}');
  expect(() => readDevnetSpec(join(dir, "bad.json"))).toThrow(/refused: spec-/);
  expect(() => readDevnetSpec(join(dir, "none.json"))).toThrow("neither a built-in chain");
});
