import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { builtInSpec, canonicalJson, devValidatorsOf, specToJson, validatorsOf } from "#spec";
import { tempDir } from "../../test/support/temp.ts";
import { openDevnetFolder } from "./devnet-folder.ts";
import { DEVNET_DEFAULTS, type DevnetOptions } from "./options.ts";
import { settleChain } from "./settle-chain.ts";

const NOW_MS = 1_800_000_000_000;

/** As one run of a devnet settles it. */
function settle(path: string, options: Partial<DevnetOptions>, nowMs = NOW_MS) {
  const folder = openDevnetFolder(path, { fresh: options.fresh ?? false });
  try {
    return settleChain(folder, { ...DEVNET_DEFAULTS, ...options }, nowMs);
  } finally {
    folder.release();
  }
}

it("runs a chain by work as it is, and finds it again without a word", () => {
  const path = tempDir();
  expect(settle(path, {}).argument).toBe("dev");
  expect(settle(path, { engine: "pow" }).argument).toBe("dev");
  expect(existsSync(join(path, "spec.json"))).toBe(false);
  expect(() => settle(path, { spec: "test" })).toThrow("is of the chain dev");
  expect(() => settle(path, { engine: "pos" })).toThrow("is of the chain dev");
  expect(settle(path, { spec: "test", fresh: true }).argument).toBe("test");
  expect(settle(path, {}).argument).toBe("test");
});

it("fits a chain by stake to the nodes once, and keeps it", () => {
  const path = tempDir();
  const made = settle(path, { engine: "pos", nodes: 4, stakes: [40, 20] });
  expect(made.argument).toBe(join(path, "spec.json"));
  expect(made.spec.genesis.timeMs).toBe(NOW_MS);
  expect(devValidatorsOf(made.spec)).toEqual([0, 1, 2, 3]);
  expect(validatorsOf(made.spec.engine).map(({ bondAtoms }) => bondAtoms / 10n ** 11n)).toEqual([40n, 20n, 100n, 100n]);
  for (const options of [{}, { engine: "pos" }, { spec: "pos-dev" }, { engine: "pos", spec: "dev" }] as const)
    expect(settle(path, { ...options, nodes: 7 }, NOW_MS + 1)).toEqual(made);
  expect(() => settle(path, { engine: "pos", spec: "test" })).toThrow("is of the chain pos-dev");
  expect(() => settle(path, { stakes: [1] })).toThrow("give --fresh too");
  expect(settle(path, { engine: "pos", fresh: true }, NOW_MS + 1).chainId).not.toBe(made.chainId);
});

it("takes numbers from a file, and refuses what does not fit", () => {
  const path = tempDir();
  const base = builtInSpec("pos-dev");
  const file = join(path, "fast.json");
  const time = { ...base.time, maxAheadMs: 500 };
  const own = { ...base, name: "fast", time, engine: { ...base.engine, slotMs: 500 } };
  writeFileSync(file, canonicalJson(specToJson(own)));
  const data = join(path, "data");
  expect(settle(data, { spec: file, nodes: 2 }).spec).toMatchObject({ name: "fast", engine: { slotMs: 500 } });
  expect(settle(data, { spec: file }).spec.genesis.timeMs).toBe(NOW_MS);

  const other = join(path, "other");
  expect(() => settle(other, { engine: "pow", spec: "pos-dev" })).toThrow("is pos, not pow");
  expect(() => settle(other, { stakes: [1] })).toThrow("dev has no validators");
  expect(() => settle(other, { engine: "pos", spec: "test", stakes: [99_999_999] })).toThrow("bondAtoms");
  rmSync(join(data, "spec.json"));
  expect(() => settle(data, { spec: file })).toThrow("is of the chain fast");
});
