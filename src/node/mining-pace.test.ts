import { expect, it } from "vitest";
import { builtInSpec } from "#spec";
import { loadConfig } from "./config.ts";
import { miningPace } from "./mining-pace.ts";

it("is that of the chain where its target does not follow, unless told otherwise", () => {
  const [dev, test, pos] = [builtInSpec("dev"), builtInSpec("test"), builtInSpec("pos-dev")];
  const usual = loadConfig().config.mining.hashRate;
  // 2^14 hashes a block, one every two seconds.
  expect([dev, test, pos].map((spec) => miningPace(usual, spec))).toEqual([8_192, null, null]);
  expect([dev, test].map((spec) => miningPace(0, spec))).toEqual([null, null]);
  expect([dev, test].map((spec) => miningPace(500, spec))).toEqual([500, 500]);
});
