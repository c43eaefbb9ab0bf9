import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { computeAsertTarget } from "./asert.ts";
import { compactToTarget, targetToCompact } from "./compact.ts";

const folder = fileURLToPath(new URL("../../../test/vectors/asert/", import.meta.url));

/** Parameters of the published runs: Bitcoin Cash. */
const PARAMS = { spacingS: 600n, halfLifeS: 172_800n, limit: compactToTarget(0x1d00ffff)! };

function field(text: string, name: string): string {
  return new RegExp(`${name}: *(\\S+)`).exec(text)![1]!;
}

describe("aserti3-2d gives the published runs", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));
  test("of which there are ten", () => expect(files).toHaveLength(10));

  test.each(files)("%s", (name) => {
    const text = readFileSync(folder + name, "utf8");
    const anchor = {
      height: BigInt(field(text, "anchor height")),
      parentTimeS: BigInt(field(text, "anchor ancestor time")),
      target: compactToTarget(Number(field(text, "anchor nBits")))!,
    };
    const rows = text.split("\n").filter((line) => /^\d/.test(line));
    expect(rows).toHaveLength(Number(field(text, "iterations")));
    for (const row of rows) {
      const [, height, timeS, bits] = row.split(" ");
      const target = computeAsertTarget(anchor, BigInt(height!), BigInt(timeS!), PARAMS);
      expect({ row, bits: targetToCompact(target) }).toEqual({ row, bits: Number(bits) });
    }
  });
});

describe("aserti3-2d at its edges", () => {
  const anchor = { height: 0n, parentTimeS: 0n, target: PARAMS.limit };

  test("the longest pause gives the limit, at once", () => {
    expect(computeAsertTarget(anchor, 1n, 2n ** 53n, { ...PARAMS, halfLifeS: 1n })).toBe(PARAMS.limit);
  });

  test("any number of blocks in no time gives target 1", () => {
    expect(computeAsertTarget(anchor, 2n ** 32n, 0n, PARAMS)).toBe(1n);
  });

  test("one half-life halves, or doubles up to the limit", () => {
    const low = { ...anchor, target: PARAMS.limit >> 8n };
    const at = (timeS: bigint) => computeAsertTarget(low, 0n, 600n + timeS, PARAMS);
    expect(at(0n)).toBe(low.target);
    expect(at(172_800n)).toBe(2n * low.target);
    expect(at(-172_800n)).toBe(low.target / 2n);
    expect(at(8n * 172_800n)).toBe(PARAMS.limit & ~0xffn);
    expect(at(9n * 172_800n)).toBe(PARAMS.limit);
  });
});
