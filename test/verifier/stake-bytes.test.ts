/** An export of a chain of stake of which one byte is changed. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#base";
import { chainIdOf } from "#spec";
import { buildBond, devAccount } from "#wallet/core";
import { testSeed } from "../support/seed.ts";
import { stakeSpec, testValidator } from "../support/validators.ts";
import { flip, swap, textOf, verdict, writeExport } from "./testing/export-file.ts";
import { openStakeMine } from "./testing/stake-mine.ts";

const program = fileURLToPath(new URL("./main.ts", import.meta.url));
const ALL = ["v0", "v1", "v2"].map(testValidator);
const spec = stakeSpec(ALL, [1_000, 1_000, 1_000]);

let lines: string[] = [];

beforeAll(async () => {
  const mine = await openStakeMine(spec, ALL);
  const { seed } = devAccount(0);
  const signer = testValidator("v3");
  const bond = buildBond({
    ...{ chainId: chainIdOf(spec), seed, nonce: 0, minFeePerByteAtoms: spec.fees.minFeePerByteAtoms },
    ...{ amountAtoms: 20_000_000_000n, signingSeed: signer.seed, onionTip: signer.onionTip },
  });
  while (mine.chain.head.header.height < 9) {
    const transactions = mine.slot() === 8 ? [bond] : [];
    await mine.block({ transactions, votes: mine.slot() >= 8 ? mine.votes(ALL) : [] });
  }
  lines = mine.lines();
});

/** Block 8 is in slot 8 and epoch 1, and has a bond and three votes. */
const BLOCK = 9;
const [HEADER, CLAIM, SEAL, BODY, TRANSACTION] = [8, 8 + 142, 8 + 174, 8 + 270, 8 + 270 + 12];
const VOTE = TRANSACTION + 118 + 136;

const oneByte: readonly (readonly [what: string, rule: string, change: () => string[]])[] = [
  ["the kind of the engine", "SPEC-1", () => swap(lines, 1, '"kind":"pos"', '"kind":"pow"')],
  ["the name of a member", "SPEC-1", () => swap(lines, 1, "epochSlots", "epochSlotz")],
  ["the least bond", "SPEC-1", () => swap(lines, 1, '"minBondAtoms":"1', '"minBondAtoms":"0')],
  ["the median", "SPEC-7", () => swap(lines, 1, '"medianOf":1', '"medianOf":3')],
  ["how far ahead of the clock", "SPEC-7", () => swap(lines, 1, '"maxAheadMs":1000', '"maxAheadMs":2000')],
  ["the slots of an epoch", "SPEC-2", () => swap(lines, 1, '"epochSlots":6', '"epochSlots":7')],
  ["an owner", "KEY-3", () => swapAfter('"owner":"tagon1')],
  ["a signing key", "SPEC-2", () => swapAfter('"signingKey":"')],
  ["the tip of an onion", "SPEC-2", () => swapAfter('"onionTip":"')],
  ["a bond", "SPEC-2", () => swap(lines, 1, '"bondAtoms":"1', '"bondAtoms":"2')],
  ["the version of the header", "BLOCK-2", () => flip(lines, BLOCK, HEADER)],
  ["the height", "STAKE-6", () => flip(lines, BLOCK, HEADER + 2)],
  ["the parent", "STAKE-6", () => flip(lines, BLOCK, HEADER + 10)],
  ["the time", "STAKE-6", () => flip(lines, BLOCK, HEADER + 42)],
  ["the body root", "STAKE-6", () => flip(lines, BLOCK, HEADER + 50)],
  ["the state root", "STAKE-6", () => flip(lines, BLOCK, HEADER + 82)],
  ["the proposer", "STAKE-6", () => flip(lines, BLOCK, HEADER + 114)],
  ["the offset of the seal", "STAKE-6", () => flip(lines, BLOCK, HEADER + 138)],
  ["the reveal", "STAKE-6", () => flip(lines, BLOCK, CLAIM)],
  ["the key of the seal", "STAKE-6", () => flip(lines, BLOCK, SEAL)],
  ["the signature", "STAKE-6", () => flip(lines, BLOCK, SEAL + 32)],
  ["the end of the signature", "STAKE-6", () => flip(lines, BLOCK, SEAL + 95)],
  ["the offset of the votes", "BLOCK-7", () => flip(lines, BLOCK, BODY + 4)],
  ["the kind of the transaction", "BLOCK-11", () => flip(lines, BLOCK, TRANSACTION + 1)],
  ["the amount of the bond", "BLOCK-11", () => flip(lines, BLOCK, TRANSACTION + 118)],
  ["the proof of the bond", "BLOCK-11", () => flip(lines, BLOCK, TRANSACTION + 118 + 72)],
  ["the source of a vote", "BLOCK-11", () => flip(lines, BLOCK, VOTE)],
  ["the target of a vote", "BLOCK-11", () => flip(lines, BLOCK, VOTE + 40)],
  ["the epoch of a target, to 2^56", "BLOCK-7", () => flip(lines, BLOCK, VOTE + 47)],
  ["the key of a vote", "BLOCK-11", () => flip(lines, BLOCK, VOTE + 80)],
  ["the signature of a vote", "BLOCK-11", () => flip(lines, BLOCK, VOTE + 112)],
];

function swapAfter(text: string): string[] {
  const digit = lines[0]!.charAt(lines[0]!.indexOf(text) + text.length);
  return swap(lines, 1, text + digit, text + (digit === "7" ? "8" : "7"));
}

describe("the second verifier refuses, in an export of a chain of stake,", () => {
  it.each(oneByte)("another byte in %s (%s)", async (_what, rule, change) => {
    const changed = change();
    const line = changed.findIndex((text, i) => text !== lines[i]) + 1;
    expect(await verdict(textOf(changed))).toBe(`${rule} at line ${line}`);
  });

  it("another byte anywhere", async () => {
    const whole = textOf(lines);
    expect(await verdict(whole)).toBe("accepted");
    const random = seededRandom(testSeed);
    for (let i = 0; i < 60; i++) {
      const at = random.below(whole.length);
      const other = (whole.charCodeAt(at) + 1 + random.below(255)) % 256;
      const changed = whole.slice(0, at) + String.fromCharCode(other) + whole.slice(at + 1);
      expect([at, other, await verdict(changed)]).not.toEqual([at, other, "accepted"]);
    }
  });
});

it("the program says of a chain of stake what is justified and final", () => {
  const { status, stdout } = spawnSync(process.execPath, [program, writeExport(textOf(lines))], { encoding: "utf8" });
  for (const line of [/^height +9$/m, /^justifiedEpoch +1$/m, /^finalizedHeight +0$/m]) expect(stdout).toMatch(line);
  expect(status).toBe(0);
});
