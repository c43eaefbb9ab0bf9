import { describe, expect, test } from "vitest";
import { builtInSpec } from "./built-in.ts";
import { specToJson } from "./chain-id.ts";
import { parseChainSpec } from "./parse-chain-spec.ts";

function faultOf(json: unknown): { code: string; path?: unknown } | null {
  const spec = parseChainSpec(json);
  return spec.ok ? null : { code: spec.error.code, path: spec.error.detail?.path };
}

/** The dev chain's JSON with other values at some paths; undefined takes a key away. */
function set(...changes: readonly (readonly [path: string, value: unknown])[]): unknown {
  const json = structuredClone(specToJson(builtInSpec("dev")));
  for (const [path, value] of changes) {
    const keys = path.split(".");
    const last = keys.pop()!;
    let at = json as Record<string, unknown>;
    for (const key of keys) at = at[key] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return json;
}

describe("a chain specification", () => {
  test("is read as it was written", () => {
    expect(faultOf(set())).toBeNull();
  });

  test.each(["", "engine", "genesis", "genesis.accounts.3", "time", "limits", "fees", "rewards"])(
    "with an unknown key in %j is refused",
    (at) => {
      const path = at === "" ? "colour" : `${at}.colour`;
      const shown = path.replace(/\.(\d+)\./, "[$1].");
      expect(faultOf(set([path, 1]))).toEqual({ code: "spec-unknown-key", path: shown });
    },
  );

  test.each([
    "version",
    "name",
    "addressPrefix",
    "engine",
    "engine.kind",
    "engine.halfLifeS",
    "genesis.timeMs",
    "genesis.accounts",
    "time.medianOf",
    "limits.maxBlockBytes",
    "fees.minOutputAtoms",
    "rewards.maturityBlocks",
  ])("without %s is refused", (path) => {
    expect(faultOf(set([path, undefined]))).toEqual({ code: "spec-missing-key", path });
  });

  test.each<readonly [string, unknown]>([
    ["version", 2],
    ["name", "Dev"],
    ["name", ""],
    ["addressPrefix", "tagon1"],
    ["engine", []],
    ["engine.kind", "magic"],
    ["engine.limitBits", 0x03008000],
    ["engine.limitBits", 0x1f800000],
    ["engine.limitBits", 0x1f007fff],
    ["engine.limitBits", 0x21008000],
    ["engine.spacingMs", 2_500],
    ["engine.spacingMs", 0],
    ["engine.spacingMs", "2000"],
    ["engine.halfLifeS", -1],
    ["engine.halfLifeS", 0.5],
    ["genesis.timeMs", 2 ** 53],
    ["genesis.accounts", {}],
    ["genesis.accounts.0", null],
    ["genesis.accounts.0.balanceAtoms", 5],
    ["genesis.accounts.0.balanceAtoms", "0"],
    ["genesis.accounts.0.balanceAtoms", "05"],
    ["genesis.accounts.0.balanceAtoms", "-5"],
    ["genesis.accounts.0.balanceAtoms", "9223372036854775808"],
    ["genesis.accounts.0.balanceAtoms", "99999999999999999999"],
    ["time.medianOf", 10],
    ["time.medianOf", 0],
    ["time.maxAheadMs", -1],
    ["limits.maxBlockBytes", 100],
    ["limits.maxBlockTransactions", 65_537],
    ["fees.minFeePerByteAtoms", 10],
    ["fees.minOutputAtoms", "0"],
    ["rewards.halvingBlocks", -1],
    ["rewards.maturityBlocks", 0],
  ])("with %s = %j is refused", (path, value) => {
    expect(faultOf(set([path, value]))).toEqual({ code: "spec-value", path: path.replace(/\.(\d+)/, "[$1]") });
  });

  test.each([null, 1, "dev", [], undefined])("is not %j", (json) => {
    expect(faultOf(json)?.code).toBe("spec-value");
  });

  test("has addresses of its own prefix, in lower case, with a right checksum", () => {
    const address = builtInSpec("dev").genesis.accounts[0]!.address;
    const path = "genesis.accounts[0].address";
    for (const wrong of [address.slice(1), `${address.slice(0, -1)}q`, "nonsense", address.replace("tagon", "agon")])
      expect(faultOf(set(["genesis.accounts.0.address", wrong]))).toEqual({ code: "spec-address", path });
    expect(faultOf(set(["genesis.accounts.0.address", address.toUpperCase()]))?.code).toBe("spec-value");
    expect(faultOf(set(["addressPrefix", "agon"]))).toEqual({ code: "spec-address", path });
  });

  test("names each account once", () => {
    const { address } = builtInSpec("dev").genesis.accounts[4]!;
    expect(faultOf(set(["genesis.accounts.7.address", address]))).toEqual({
      code: "spec-duplicate-account",
      path: "genesis.accounts[7].address",
    });
  });

  test("never issues 2^63 atoms", () => {
    const half = (2n ** 62n).toString();
    expect(faultOf(set(["genesis.accounts.0.balanceAtoms", half]))).toBeNull();
    const twoHalves = set(["genesis.accounts.0.balanceAtoms", half], ["genesis.accounts.1.balanceAtoms", half]);
    expect(faultOf(twoHalves)?.code).toBe("spec-supply");
    expect(faultOf(set(["rewards.halvingBlocks", 0]))?.code).toBe("spec-supply");
    const small = set(["rewards.halvingBlocks", 0], ["rewards.subsidyAtoms", "1000000"]);
    expect(faultOf(small)).toBeNull();
  });

  test("says in words what is wrong", () => {
    const spec = parseChainSpec(set(["fees.minOutputAtoms", 7]));
    expect(spec.ok ? "" : spec.error.detail?.problem).toBe("must be a decimal text from 1 to 1000000000000");
  });
});
