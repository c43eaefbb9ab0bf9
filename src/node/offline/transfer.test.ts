import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtInSpec } from "#spec";
import { mineSample, openMine } from "../../../test/support/sample-chain.ts";
import { createTempFolder, type TempFolder, tempDir } from "../../../test/support/temp.ts";
import { exportChain, importChain, storedHead, validateChain, validateChainFile } from "./transfer.ts";

const spec = builtInSpec("dev");
let folder: TempFolder;
let lines: string[];
let summary: Awaited<ReturnType<typeof exportChain>>;

beforeAll(async () => {
  folder = await createTempFolder();
  const mine = await openMine(folder.dir, spec);
  await mineSample(mine, 9);
  await mine.close();
  lines = [];
  summary = await exportChain(folder.dir, spec, (line) => void lines.push(line));
});
afterAll(() => folder[Symbol.asyncDispose]());

function writeLines(...changed: readonly string[]): string {
  const file = join(tempDir(), "chain.jsonl");
  writeFileSync(file, changed.map((line) => `${line}\n`).join(""));
  return file;
}

/** A line with one member replaced. */
function edit(line: string, change: (json: Record<string, unknown>) => Record<string, unknown>): string {
  const json = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify({ ...json, ...change(json) });
}

async function refusal(work: Promise<unknown>): Promise<{ code: unknown; message: unknown }> {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof Error) || !("code" in error)) throw new Error(`not refused: ${String(error)}`);
  return { code: error.code, message: error.message };
}

describe("a chain as a file", () => {
  it("says how far it got", async () => {
    const seen: unknown[] = [];
    await exportChain(
      folder.dir,
      spec,
      () => {},
      (progress) => void seen.push(progress),
    );
    expect(seen).toHaveLength(10);
    expect(seen.at(-1)).toEqual({ done: 9, total: 9 });
    expect(summary).toMatchObject({ height: 9 });
    expect(summary.transactions).toBeGreaterThan(10);
  });

  it("comes back in another data directory as the same chain, byte for byte", async () => {
    const other = tempDir();
    expect(await importChain(other, writeLines(...lines))).toEqual(summary);
    const again: string[] = [];
    expect(await exportChain(other, spec, (line) => void again.push(line))).toEqual(summary);
    expect(again).toEqual(lines);
    expect(await storedHead(other, spec)).toMatchObject({ height: 9, head: summary.head });
  });

  it("may be imported again, and goes on where a shorter one ended", async () => {
    const other = tempDir();
    const { id } = JSON.parse(lines[4]!) as { id: string };
    const short = [edit(lines[0]!, () => ({ head: { height: 4, id } })), ...lines.slice(1, 5)];
    expect(await importChain(other, writeLines(...short))).toMatchObject({ height: 4, head: id });
    expect(await importChain(other, writeLines(...lines))).toEqual(summary);
    expect(await importChain(other, writeLines(...lines))).toEqual(summary);
  });

  it("is validated without being kept", async () => {
    expect(await validateChainFile(writeLines(...lines))).toEqual(summary);
    const only = edit(lines[0]!, ({ genesis }) => ({ head: { height: 0, id: genesis } }));
    expect(await validateChainFile(writeLines(only))).toMatchObject({ height: 0, transactions: 0 });
  });

  it("of another chain does not go into a data directory", async () => {
    const test = tempDir();
    await (await openMine(test, builtInSpec("test"))).close();
    expect(await refusal(importChain(test, writeLines(...lines)))).toMatchObject({ code: "data-other-chain" });
    expect(await refusal(exportChain(test, spec, () => {}))).toMatchObject({ code: "data-other-chain" });
  });

  it("is not made of an empty folder", async () => {
    expect(await refusal(exportChain(tempDir(), spec, () => {}))).toMatchObject({ code: "data-missing" });
    expect(await refusal(validateChain(tempDir(), spec))).toMatchObject({ code: "data-missing" });
  });
});

describe("a data directory is validated", () => {
  it("from genesis on, beside whoever has it open", async () => {
    const mine = await openMine(folder.dir, spec);
    try {
      expect(await validateChain(folder.dir, spec)).toEqual(summary);
    } finally {
      await mine.close();
    }
  });
});

const cut = (line: string): string => line.slice(0, line.length / 2);
const flipAt = (hex: string, at: number): string =>
  hex.slice(0, at) + (Number.parseInt(hex[at]!, 16) ^ 1).toString(16) + hex.slice(at + 1);
const flipBlock = (line: string, at: number): string =>
  edit(line, ({ block }) => ({ block: flipAt(String(block), at) }));

const damages: readonly (readonly [what: string, lines: () => string[], line: number, words: RegExp])[] = [
  ["nothing in it", () => [], 1, /not the first line/],
  ["another format", () => [edit(lines[0]!, () => ({ format: "agon-chain/2" }))], 1, /not the first line/],
  ["no JSON", () => [cut(lines[0]!)], 1, /not a JSON object/],
  ["an unknown key in its specification", () => [lines[0]!.replace('"engine"', '"engines"')], 1, /spec-unknown-key/],
  ["another specification", () => [lines[0]!.replace('"name":"dev"', '"name":"dew"')], 1, /do not follow/],
  ["another genesis", () => [edit(lines[0]!, ({ chainId }) => ({ genesis: chainId }))], 1, /do not follow/],
  ["no head", () => [edit(lines[0]!, () => ({ head: 9 }))], 1, /where the chain ends/],
  ["half a line", () => lines.with(6, cut(lines[6]!)).slice(0, 7), 7, /not a JSON object/],
  [
    "a block without hex",
    () =>
      lines.with(
        6,
        edit(lines[6]!, () => ({ block: "xy" })),
      ),
    7,
    /no block in hex/,
  ],
  ["a damaged block", () => lines.with(6, flipBlock(lines[6]!, 0)), 7, /block-malformed/],
  ["a damaged header", () => lines.with(6, flipBlock(lines[6]!, 17)), 7, /header-version/],
  ["a damaged nonce", () => lines.with(6, flipBlock(lines[6]!, 324)), 7, /not the one that the line says/],
  ["a line too few", () => lines.toSpliced(6, 1), 7, /not the one that the line says/],
  ["a line twice", () => lines.toSpliced(6, 0, lines[6]!), 8, /not the one that the line says/],
  ["no end", () => lines.slice(0, -1), 9, /ends at 9/],
  [
    "more than its end",
    () =>
      lines.with(
        0,
        edit(lines[0]!, () => ({ head: { height: 8, id: "" } })),
      ),
    10,
    /ends at 8/,
  ],
];

describe("a chain file is refused with", () => {
  it.each(damages)("%s", async (_what, damaged, line, words) => {
    const { code, message } = await refusal(validateChainFile(writeLines(...damaged())));
    expect(code).toBe("chain-file-damaged");
    expect(message).toMatch(words);
    expect(message).toContain(`line ${line}:`);
  });

  it("a block that breaks a rule", async () => {
    const last = flipBlock(lines[9]!, 2 * (8 + 182 + 40));
    const { code, message } = await refusal(validateChainFile(writeLines(...lines.with(9, last))));
    expect(code).toBe("chain-invalid");
    expect(message).toContain("the block at height 9 is refused");
    expect(message).toContain("body-root");
  });

  it("nothing at that path", async () => {
    expect(await refusal(validateChainFile("/nowhere/chain.jsonl"))).toMatchObject({ code: "file-missing" });
  });
});
