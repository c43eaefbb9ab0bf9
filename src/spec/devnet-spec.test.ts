import { expect, it } from "vitest";
import { toHex } from "#base";
import { builtInSpec } from "./built-in.ts";
import { chainIdOf, specToJson } from "./chain-id.ts";
import { chainNameFor, devnetSpec, devValidatorsOf, isDevnetSpecOf, validatorsOf } from "./devnet-spec.ts";
import { parseChainSpec } from "./parse-chain-spec.ts";

const start = { nodes: 5, nowMs: 1_800_000_000_123, bondsAtoms: [40n * 10n ** 11n, 20n * 10n ** 11n] };

it("names a chain by its engine", () => {
  expect(chainNameFor("pow", "dev")).toBe("dev");
  expect(chainNameFor("pos", "dev")).toBe("pos-dev");
  expect(chainNameFor("pos", "pos-test")).toBe("pos-test");
  expect(chainNameFor("pos", "./own.json")).toBe("./own.json");
});

it("begins a chain with validators now, one a node, and is still known for what it was made from", () => {
  const base = builtInSpec("pos-dev");
  const fitted = devnetSpec(base, start);
  expect(fitted.genesis.timeMs).toBe(start.nowMs);
  expect(validatorsOf(fitted.engine).map(({ bondAtoms }) => bondAtoms / 10n ** 11n)).toEqual([
    40n,
    20n,
    100n,
    100n,
    100n,
  ]);
  expect(devValidatorsOf(fitted)).toEqual([0, 1, 2, 3, 4]);
  expect(validatorsOf(fitted.engine).slice(2, 3)).toEqual(base.engine.validators.slice(2, 3));
  expect(parseChainSpec(specToJson(fitted))).toEqual({ ok: true, value: fitted });
  expect(toHex(chainIdOf(fitted))).not.toBe(toHex(chainIdOf(base)));
  expect(isDevnetSpecOf(fitted, base)).toBe(true);
  expect(isDevnetSpecOf(fitted, builtInSpec("pos-test"))).toBe(false);
  expect(isDevnetSpecOf(fitted, builtInSpec("dev"))).toBe(false);
});

it("leaves alone what has no validators, or validators of its own", () => {
  const dev = builtInSpec("dev");
  expect(devnetSpec(dev, start)).toBe(dev);
  expect(devValidatorsOf(dev)).toEqual([]);
  expect(validatorsOf(dev.engine)).toEqual([]);
  expect(isDevnetSpecOf(dev, dev)).toBe(true);
  const base = builtInSpec("pos-dev");
  const [first, ...others] = base.engine.validators;
  const stranger = { ...first!, signingKey: "ab".repeat(32) };
  const own = { ...base, engine: { ...base.engine, validators: [stranger, ...others] } };
  expect(devnetSpec(own, start)).toBe(own);
  expect(devValidatorsOf(own)).toEqual([1, 2]);
});
