import { describe, expect, test } from "vitest";
import { toHex } from "#base";
import { formatAddress } from "#crypto";
import { BUILT_IN_CHAINS, builtInSpec, isBuiltInChain } from "./built-in.ts";
import { chainIdOf, specToJson } from "./chain-id.ts";
import { DEV_ACCOUNT_COUNT, devAccountAddress, devAccountSeed } from "./dev-accounts.ts";
import { parseChainSpec } from "./parse-chain-spec.ts";

/** Frozen: another id is another chain. */
const IDS = {
  main: "04f6073789c4166281d8ab520c8b20c0147a0593dfea1559224ff71cf1916506",
  test: "3efe23962b0e8dfacb7ae7ff1bc30e0718c7997058581ebac38ecb2eae52fea7",
  dev: "3f41f5edb01dd54d22da2ab2d794dad6e0b5f098cce651b0f3597b7c376b9e3e",
  "pos-test": "a7e457d6eb0f149b14f7b84b082c5c881fefad93b88ea5a52c229c866d9d629c",
  "pos-dev": "cb9e3777ca61bd9a3215877c2052dc124608981928da199603dfb73a8441d951",
};

describe.each(BUILT_IN_CHAINS)("chain %s", (name) => {
  test("has its id", () => {
    expect(toHex(chainIdOf(builtInSpec(name)))).toBe(IDS[name]);
  });

  test("is the same after JSON", () => {
    const spec = builtInSpec(name);
    const again = parseChainSpec(JSON.parse(JSON.stringify(specToJson(spec))));
    expect(again).toEqual({ ok: true, value: spec });
    expect(spec.name).toBe(name);
  });
});

test.each(["test", "dev"] as const)("%s begins with the dev accounts, a million coins each", (name) => {
  const { accounts } = builtInSpec(name).genesis;
  expect(accounts).toEqual(
    Array.from({ length: DEV_ACCOUNT_COUNT }, (_, i) => ({
      address: formatAddress(devAccountAddress(i), "tagon"),
      balanceAtoms: 1_000_000n * 100_000_000n,
    })),
  );
});

test("main begins empty", () => {
  expect(builtInSpec("main").genesis.accounts).toEqual([]);
});

test("the key of a dev account comes from its name", () => {
  expect(toHex(devAccountSeed(0))).toBe("629ed02d2dc6c85ca7e77def5a671122161ebca52834d9b883754f90ee76b06f");
  expect(() => devAccountSeed(10)).toThrow(RangeError);
});

test("the chain id depends on every number", () => {
  const spec = builtInSpec("dev");
  const other = { ...spec, time: { ...spec.time, maxAheadMs: spec.time.maxAheadMs + 1 } };
  expect(toHex(chainIdOf(other))).not.toBe(IDS.dev);
});

test("chains are known by name", () => {
  expect(isBuiltInChain("dev")).toBe(true);
  expect(isBuiltInChain("toString")).toBe(false);
});
