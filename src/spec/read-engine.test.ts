import { describe, expect, test } from "vitest";
import { formatAddress } from "#crypto";
import { builtInSpec } from "./built-in.ts";
import { specToJson } from "./chain-id.ts";
import { devAccountAddress } from "./dev-accounts.ts";
import { devGenesisValidator } from "./dev-validators.ts";
import { genesisTable } from "./genesis-table.ts";
import { parseChainSpec } from "./parse-chain-spec.ts";

type Json = Record<string, unknown>;

/** The code and path of what is wrong with the pos-dev chain, changed. */
function faultOf(change: (json: { engine: Json; time: Json; validators: Json[] }) => void): string {
  const json = structuredClone(specToJson(builtInSpec("pos-dev"))) as Json;
  const engine = json.engine as Json;
  change({ engine, time: json.time as Json, validators: engine.validators as Json[] });
  const spec = parseChainSpec(json);
  return spec.ok ? "ok" : `${spec.error.code} ${spec.error.detail?.path}`;
}

describe("the stake engine's numbers", () => {
  test("are read as they were written", () => {
    expect(faultOf(() => {})).toBe("ok");
  });

  test.each([
    ["slotMs", 99],
    ["slotMs", "2000"],
    ["epochSlots", 2],
    ["leakEpochs", 0],
    ["unbondEpochs", 3],
    ["formerEpochs", 1],
    ["formerEpochs", 31],
    ["formerEpochs", null],
    ["jailEpochs", 0],
    ["checkpointEpochs", 17],
    ["minBondAtoms", "0"],
    ["minBondAtoms", 100],
    ["maxValidators", 0],
    ["maxValidators", 10_241],
    ["slashPpm", 1_000_001],
    ["reportPpm", -1],
    ["proposerPpm", 0.5],
    ["validators", []],
    ["validators", {}],
  ])("with %s as %j are refused", (name, value) => {
    expect(
      faultOf(({ engine }) => {
        engine[name] = value;
      }),
    ).toBe(`spec-value engine.${name}`);
  });

  test("have no more and no fewer members than they should", () => {
    expect(faultOf(({ engine }) => Object.assign(engine, { colour: 1 }))).toBe("spec-unknown-key engine.colour");
    expect(faultOf(({ engine }) => delete engine.jailEpochs)).toBe("spec-missing-key engine.jailEpochs");
    expect(faultOf(({ validators }) => delete validators[1]!.onionTip)).toBe(
      "spec-missing-key engine.validators[1].onionTip",
    );
  });

  test("have one member that chains of before do without, and that leaves time to punish whoever has left", () => {
    expect(faultOf(({ engine }) => delete engine.formerEpochs)).toBe("ok");
    const set = (formerEpochs: number, checkpointEpochs: number) =>
      faultOf(({ engine }) => Object.assign(engine, { formerEpochs, checkpointEpochs }));
    expect([set(30, 0), set(14, 16)]).toEqual(["ok", "ok"]);
    expect(set(15, 16)).toBe("spec-value engine.formerEpochs");
  });

  test("name each owner and each signing key once, in their own forms", () => {
    const set = (name: string, value: unknown) =>
      faultOf(({ validators }) => {
        validators[1]![name] = value === undefined ? validators[0]![name] : value;
      });
    expect(set("owner", undefined)).toBe("spec-duplicate-validator engine.validators[1].owner");
    expect(set("signingKey", undefined)).toBe("spec-duplicate-validator engine.validators[1].signingKey");
    expect(set("signingKey", "AB".repeat(32))).toBe("spec-value engine.validators[1].signingKey");
    expect(set("owner", formatAddress(devAccountAddress(0), "agon"))).toBe("spec-address engine.validators[1].owner");
    expect(set("bondAtoms", "9999999999")).toBe("spec-value engine.validators[1].bondAtoms");
  });

  test("leave a block no other time than later than its parent's, and at most a slot ahead", () => {
    const set = (name: string, value: number) =>
      faultOf(({ time }) => {
        time[name] = value;
      });
    expect(set("medianOf", 11)).toBe("spec-value time.medianOf");
    expect(set("maxAheadMs", 2_001)).toBe("spec-value time.maxAheadMs");
  });

  test("and the genesis accounts issue less than 2^63 atoms together", () => {
    const huge = `${2n ** 62n}`;
    const change = faultOf(({ validators }) => {
      for (const validator of validators) validator.bondAtoms = huge;
    });
    expect(change).toBe("spec-supply genesis.accounts");
  });
});

test("the dev validators are those of the built-in chains", () => {
  const { engine } = builtInSpec("pos-dev");
  expect(engine.validators[1]).toEqual(devGenesisValidator(1, "tagon", 100_000n * 100_000_000n));
  const table = genesisTable(engine);
  expect(table.total).toBe(300_000n * 100_000_000n);
  const keys = table.entries.map(({ key }) => Buffer.from(key).toString("hex"));
  expect(keys).toEqual(engine.validators.map(({ signingKey }) => signingKey).sort());
});
