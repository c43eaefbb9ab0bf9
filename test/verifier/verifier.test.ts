import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#base";
import { exportChain } from "#node";
import { builtInSpec, type ChainSpec } from "#spec";
import { mineSample, openMine } from "../support/sample-chain.ts";
import { testSeed } from "../support/seed.ts";
import { createTempFolder, tempDir } from "../support/temp.ts";
import { exportLines, flip, swap, textOf, verdict, writeExport } from "./testing/export-file.ts";
import { mineOdd, oddSpec } from "./testing/odd-chain.ts";
import { verifyExport } from "./verify-export.ts";

const program = fileURLToPath(new URL("./main.ts", import.meta.url));

let lines: string[] = [];

beforeAll(async () => {
  await using folder = await createTempFolder();
  const mine = await openMine(folder.dir, builtInSpec("dev"));
  await mineSample(mine, 12);
  await mine.close();
  lines = await exportLines(folder.dir, builtInSpec("dev"));
});

describe("the second verifier accepts", () => {
  it.each([
    ["a dev chain", builtInSpec("dev"), (mine: Mine) => mineSample(mine, 14)],
    ["a test chain whose target moves away from the limit and back", builtInSpec("test"), mineUnevenly],
    ["a chain of odd numbers", oddSpec, (mine: Mine) => mineOdd(mine, 40)],
    ["a chain without blocks", oddSpec, async () => {}],
  ] as [string, ChainSpec, (mine: Mine) => Promise<void>][])("%s", async (_name, spec, grow) => {
    const data = tempDir();
    const mine = await openMine(data, spec);
    await grow(mine);
    const { supply, head } = { supply: mine.chain.supply(), head: mine.chain.head };
    await mine.close();
    const written: string[] = [];
    const summary = await exportChain(data, spec, (line) => void written.push(line));
    const found = await verifyExport(writeExport(textOf(written)));
    expect(found).toMatchObject(summary);
    expect(found.supplyAtoms).toBe(supply.issuedAtoms - supply.burnedAtoms);
    expect(found.work).toBe(head.snapshot.weight);
  });
});

type Mine = Awaited<ReturnType<typeof openMine>>;

function easiestBits({ chain }: Mine): number {
  const { engine } = chain.spec;
  if (engine.kind !== "pow") throw new Error("a chain of work is wanted");
  return engine.limitBits;
}

async function mineUnevenly(mine: Mine): Promise<void> {
  await mineSample(mine, 16, 1_000);
  expect(bitsOf(mine)).not.toBe(easiestBits(mine));
  await mineSample(mine, 2, 600_000);
  expect(bitsOf(mine)).toBe(easiestBits(mine));
  await mineSample(mine, 6, 2_000);
}

function bitsOf(mine: Mine): number {
  const { claim } = mine.chain.head.header;
  return new DataView(claim.buffer, claim.byteOffset).getUint32(0, true);
}

/** Block 2 has line 3 and one transfer. Its header is at 8, its body at 182, its transaction at 194. */
const BLOCK = 3;
const [HEADER, BODY, TRANSACTION] = [8, 182, 194];

const oneByte: readonly (readonly [what: string, expected: string, change: () => string[]])[] = [
  ["the format", "BLOCK-13 at line 1", () => swap(lines, 1, "agon-chain/1", "agon-chain/2")],
  ["the name of a member", "SPEC-1 at line 1", () => swap(lines, 1, "halvingBlocks", "halvingBlocka")],
  ["a number out of bounds", "SPEC-1 at line 1", () => swap(lines, 1, '"medianOf":11', '"medianOf":12')],
  ["a compact target", "SPEC-1 at line 1", () => swap(lines, 1, '"limitBits":5', '"limitBits":9')],
  ["an amount with a leading zero", "SPEC-1 at line 1", () => swap(lines, 1, 'Atoms":"1000"', 'Atoms":"0000"')],
  ["the name of the chain", "SPEC-2 at line 1", () => swap(lines, 1, '"name":"dev"', '"name":"dew"')],
  ["a balance", "SPEC-2 at line 1", () => swap(lines, 1, '"100000000000000"', '"100000000000001"')],
  ["an address", "KEY-3 at line 1", () => swap(lines, 1, "tagon14", "tagon15")],
  ["the prefix", "KEY-3 at line 1", () => swap(lines, 1, '"tagon"', '"tahon"')],
  ["the chain id", "SPEC-2 at line 1", () => swap(lines, 1, '"chainId":"3', '"chainId":"4')],
  ["the genesis id", "BLOCK-12 at line 1", () => swapAfter(1, '"genesis":"')],
  ["the id of the head", "BLOCK-13 at line 14", () => swapAfter(1, '"head":{"height":12,"id":"')],
  ["the height of the head", "BLOCK-13 at line 14", () => swap(lines, 1, '"height":12', '"height":13')],
  ["the height of a line", "BLOCK-13 at line 3", () => swap(lines, 3, '"height":2', '"height":3')],
  ["the id of a line", "BLOCK-13 at line 3", () => swapAfter(3, '"id":"')],
  ["a digit that is none", "BLOCK-13 at line 3", () => swap(lines, 3, '"block":"0', '"block":"g')],
  ["a capital", "BLOCK-13 at line 3", () => lines.with(2, lines[2]!.replace(/[a-f](?=[0-9a-f]*"}$)/, upper))],
  ["the offset of the header", "BLOCK-8 at line 3", () => flip(lines, BLOCK, 0)],
  ["the offset of the body", "BLOCK-8 at line 3", () => flip(lines, BLOCK, 7)],
  ["the version of the header", "BLOCK-2 at line 3", () => flip(lines, BLOCK, HEADER)],
  ["the height", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 2)],
  ["a height of 2^56", "BLOCK-2 at line 3", () => flip(lines, BLOCK, HEADER + 9)],
  ["the parent", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 10)],
  ["the time by a millisecond", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 42)],
  ["the time by hours", "POW-2 at line 3", () => flip(lines, BLOCK, HEADER + 45)],
  ["the body root", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 50)],
  ["the state root", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 113)],
  ["the proposer", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 114)],
  ["the offset of the claim", "BLOCK-1 at line 3", () => flip(lines, BLOCK, HEADER + 134)],
  ["the offset of the seal", "POW-1 at line 3", () => flip(lines, BLOCK, HEADER + 138)],
  ["the exponent of the target", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 145, "upper")],
  ["the mantissa of the target", "POW-3 at line 3", () => flip(lines, BLOCK, HEADER + 142)],
  ["the version of the seal", "POW-2 at line 3", () => flip(lines, BLOCK, HEADER + 146)],
  ["bits of that version that are free", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 148)],
  ["the time of the seal", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 150, "upper")],
  ["the nonce", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 154)],
  ["the extranonce", "POW-5 at line 3", () => flip(lines, BLOCK, HEADER + 158)],
  ["the offset of the transactions", "BLOCK-5 at line 3", () => flip(lines, BLOCK, BODY)],
  ["the offset of the votes", "BLOCK-5 at line 3", () => flip(lines, BLOCK, BODY + 4)],
  ["the offset of a transaction", "BLOCK-5 at line 3", () => flip(lines, BLOCK, BODY + 8)],
  ["the version of a transaction", "TX-2 at line 3", () => flip(lines, BLOCK, TRANSACTION)],
  ["the kind", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 1)],
  ["the sender", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 2)],
  ["the nonce of a transaction", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 34)],
  ["a nonce of 2^56", "TX-2 at line 3", () => flip(lines, BLOCK, TRANSACTION + 41)],
  ["the fee", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 42)],
  ["the offset of the payload", "TX-2 at line 3", () => flip(lines, BLOCK, TRANSACTION + 50)],
  ["the signature", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 54)],
  ["the receiver", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 118)],
  ["the amount", "BLOCK-11 at line 3", () => flip(lines, BLOCK, TRANSACTION + 138)],
  ["the data of a record", "BLOCK-11 at line 5", () => swap(lines, 5, "0303030303", "0303030302")],
  ["white space", "BLOCK-13 at line 4", () => swap(lines, 4, '"id":', '"id" ')],
];

function swapAfter(line: number, text: string): string[] {
  const at = lines[line - 1]!.indexOf(text) + text.length;
  const digit = lines[line - 1]![at]!;
  return swap(lines, line, text + digit, text + (digit === "7" ? "8" : "7"));
}

const upper = (digit: string): string => digit.toUpperCase();

describe("the second verifier refuses one changed byte:", () => {
  it.each(oneByte)("%s (%s)", async (_what, expected, change) => {
    expect(await verdict(textOf(change()))).toBe(expected);
  });

  it("anywhere", async () => {
    const text = textOf(lines.slice(0, 4));
    const short = text.replace(/"head":\{[^}]*\}/, `"head":{"height":3,"id":"${JSON.parse(lines[3]!).id}"}`);
    expect(await verdict(short)).toBe("accepted");
    const random = seededRandom(testSeed);
    for (let i = 0; i < 150; i++) {
      const at = random.below(short.length);
      const other = (short.charCodeAt(at) + 1 + random.below(255)) % 256;
      const changed = short.slice(0, at) + String.fromCharCode(other) + short.slice(at + 1);
      expect([at, other, await verdict(changed)]).not.toEqual([at, other, "accepted"]);
    }
  });
});

describe("the second verifier refuses", () => {
  it.each([
    ["an empty file", () => "", "BLOCK-13 at line 1"],
    ["a file without its last byte", () => textOf(lines).slice(0, -1), "BLOCK-13 at line 13"],
    ["half a file", () => textOf(lines).slice(0, textOf(lines).length / 2), /^BLOCK-13 at line/],
    ["a missing line at the end", () => textOf(lines.slice(0, -1)), "BLOCK-13 at line 13"],
    ["a missing line in between", () => textOf(lines.toSpliced(4, 1)), "BLOCK-13 at line 5"],
    ["a line that stands twice", () => textOf(lines.toSpliced(4, 0, lines[4]!)), "BLOCK-13 at line 6"],
    ["lines in another order", () => textOf([...lines.slice(0, 3), lines[4]!, lines[3]!]), "BLOCK-13 at line 4"],
    ["a line feed that is none", () => textOf(lines).replace("\n", " "), "BLOCK-13 at line 1"],
    ["a member that stands twice", () => textOf(lines).replace("{", '{"format":"agon-chain/1",'), "BLOCK-13 at line 1"],
    ["one member too many", () => textOf(lines.with(2, `{"a":1,${lines[2]!.slice(1)}`)), "BLOCK-13 at line 3"],
  ] as [string, () => string, string | RegExp][])("%s", async (_what, text, expected) => {
    expect(await verdict(text())).toMatch(expected);
  });
});

describe("the program", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });

  it("prints what it found and ends with 0", () => {
    const { status, stdout } = run(writeExport(textOf(lines)));
    expect(stdout).toMatch(/^height +12$/m);
    expect(status).toBe(0);
  });

  it("names the first rule that does not hold and ends with 1", () => {
    const { status, stderr } = run(writeExport(textOf(flip(lines, 3, HEADER))));
    expect(stderr).toBe("line 3: the version of the header is not 1 (rule BLOCK-2)\n");
    expect(status).toBe(1);
  });

  it("says what is wrong with a file that it cannot read, and how it is called", () => {
    expect(run("/nowhere/chain.jsonl")).toMatchObject({ status: 1, stderr: expect.stringContaining("ENOENT") });
    expect(run()).toMatchObject({ status: 2, stderr: expect.stringContaining("usage") });
  });
});
