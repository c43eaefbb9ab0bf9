import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { asAddress, asHash, asKey, concatBytes, fromHex, toHex } from "#base";
import { sha256d } from "#crypto";
import { decodeHeader, HEADER_VERSION, type Header, sealHash } from "#model";
import { builtInSpec, chainIdOf, type WorkChainSpec } from "#spec";
import type { Draft } from "../engine.ts";
import { compactToTarget } from "./compact.ts";
import { createPowEngine, type PowBlock } from "./pow-engine.ts";
import { encodeSeal, type PowSeal } from "./seal.ts";
import { searchNonce } from "./search-nonce.ts";
import type { PowSnapshot } from "./snapshot.ts";
import { COINBASE_EXTRANONCE_AT, encodeCoinbase, encodeWorkHeader, NONCE_AT } from "./work-header.ts";

const ME = { key: asKey(new Uint8Array(32)), reveal: () => null };
const spec = builtInSpec("dev");
const chainId = chainIdOf(spec);
const engine = createPowEngine(spec, chainId);
const genesis = engine.genesis(asHash(new Uint8Array(32).fill(7)));
const START_MS = spec.genesis.timeMs;

function unsealed(parent: PowSnapshot, timeMs: number): Omit<Header, "seal"> {
  return {
    version: HEADER_VERSION,
    height: parent.height + 1,
    parent: parent.id,
    timeMs,
    bodyRoot: asHash(new Uint8Array(32).fill(2)),
    stateRoot: asHash(new Uint8Array(32).fill(3)),
    proposer: asAddress(new Uint8Array(20).fill(4)),
    claim: fromHex("0000041f")!,
  };
}

/** A block whose seal has been searched with these fields set. */
function mined(header: Omit<Header, "seal">, fields: Partial<PowSeal> = {}): PowBlock {
  const extranonce = new Uint8Array(16);
  const seal = { version: 0x20000000, timeS: Math.floor(header.timeMs / 1_000), extranonce, nonce: 0, ...fields };
  const coinbaseHash = sha256d(encodeCoinbase(header.height, sealHash(chainId, header), extranonce));
  const preimage = encodeWorkHeader({ ...seal, parent: header.parent, coinbaseHash, bits: 0x1f040000 });
  const job = { preimage, nonceAt: NONCE_AT, target: compactToTarget(0x1f040000)! };
  const nonce = searchNonce(job, { from: 0, count: 2 ** 20 })!;
  const parsed = engine.parse({ ...header, seal: encodeSeal({ ...seal, nonce }) });
  if (!parsed.ok) throw new Error(parsed.error.code);
  return parsed.value;
}

const codeOf = (result: { ok: boolean; error?: { code: string } }): string => (result.ok ? "ok" : result.error!.code);

describe("the bytes that work is done on", () => {
  test("the coinbase is the 120 bytes of rule POW-4", () => {
    const hash = asHash(new Uint8Array(32).fill(0xab));
    const extranonce = Uint8Array.from({ length: 16 }, (_, i) => i);
    const coinbase = encodeCoinbase(0x01020304, hash, extranonce);
    expect(toHex(coinbase)).toBe(
      [
        "01000000",
        "01",
        "00".repeat(32),
        "ffffffff",
        "3b",
        "0404030201",
        `2441474f4e${"ab".repeat(32)}`,
        "10000102030405060708090a0b0c0d0e0f",
        "ffffffff",
        "01",
        "0000000000000000",
        "016a",
        "00000000",
      ].join(""),
    );
    expect(coinbase).toHaveLength(120);
    expect(coinbase.subarray(COINBASE_EXTRANONCE_AT, COINBASE_EXTRANONCE_AT + 16)).toEqual(extranonce);
    expect(() => encodeCoinbase(1, hash, new Uint8Array(15))).toThrow(RangeError);
  });

  test("the id is the double hash of the 80 bytes", () => {
    const header = unsealed(genesis, START_MS + 2_000);
    const hash = sealHash(chainId, header);
    const draft: Draft = header;
    const job = engine.sealJob(draft, hash, { bits: 0x1f040000 });
    if (job.kind !== "search") throw new Error(job.kind);
    const coinbaseHash = sha256d(encodeCoinbase(1, hash, new Uint8Array(16)));
    const timeS = toHex(uint32(START_MS / 1_000 + 2));
    expect(toHex(job.preimage)).toBe(`00000020${"07".repeat(32)}${toHex(coinbaseHash)}${timeS}0000041f00000000`);
    const nonce = searchNonce(job, { from: 0, count: 2 ** 20 })!;
    const block = engine.parse({ ...header, seal: job.seal(nonce) });
    const preimage = concatBytes(job.preimage.subarray(0, 76), uint32(nonce));
    expect(block.ok && toHex(block.value.id)).toBe(toHex(sha256d(preimage)));
    expect(block.ok && codeOf(engine.checkSeal(block.value))).toBe("ok");
  });

  test("the example of docs/spec/work.md is what it says", () => {
    const page = readFileSync(new URL("../../../docs/spec/work.md", import.meta.url), "utf8");
    const bytes = (name: string) => new RegExp(`^${name} +([0-9a-f]+)$`, "m").exec(page)![1]!;
    const header = decodeHeader(fromHex(bytes("header"))!);
    if (!header.ok) throw new Error(header.error.code);
    const block = engine.parse(header.value);
    if (!block.ok) throw new Error(block.error.code);
    expect(toHex(block.value.sealHash)).toBe(bytes("sealHash"));
    expect(toHex(block.value.id)).toBe(bytes("id"));
    expect(toHex(encodeCoinbase(1, block.value.sealHash, block.value.seal.extranonce))).toBe(bytes("coinbase"));
    expect(codeOf(engine.checkSeal(block.value))).toBe("ok");
  });

  test("another round is another part of the search space", () => {
    const header = unsealed(genesis, START_MS + 2_000);
    const job = engine.sealJob(header, sealHash(chainId, header), { bits: 0x1f040000 });
    if (job.kind !== "search") throw new Error(job.kind);
    expect(toHex(job.roll(0).preimage)).toBe(toHex(job.preimage));
    expect(toHex(job.roll(1).preimage)).not.toBe(toHex(job.preimage));
    expect(toHex(job.roll(1).roll(2).preimage)).toBe(toHex(job.roll(2).preimage));
    expect(toHex(job.roll(258).seal(1)).slice(24)).toBe(`${"00".repeat(8)}0201000000000000`);
  });
});

describe("a header is refused, in this order and before its parent is known,", () => {
  const header = unsealed(genesis, START_MS + 2_000);
  const block = mined(header);

  test("with a claim or seal of another length", () => {
    expect(codeOf(engine.parse({ ...block.header, claim: new Uint8Array(5) }))).toBe("pow-claim-malformed");
    expect(codeOf(engine.parse({ ...block.header, seal: new Uint8Array(27) }))).toBe("pow-seal-malformed");
  });

  test.each([0, 2 ** 32])("at height %i", (height) => {
    expect(codeOf(engine.parse({ ...block.header, height }))).toBe("pow-height");
  });

  test.each([0x1f040001, 0x1f080000, 0x20000400, 0, 0x1f800000])("with bits %i", (bits) => {
    expect(codeOf(engine.checkSeal({ ...block, claim: { bits } }))).toBe("pow-bits");
  });

  test("with a hash above the target", () => {
    expect(codeOf(engine.checkSeal({ ...block, id: asHash(new Uint8Array(32).fill(1)) }))).toBe("pow-hash");
    const tampered = engine.parse({ ...block.header, stateRoot: asHash(new Uint8Array(32).fill(9)) });
    expect(tampered.ok && codeOf(engine.checkSeal(tampered.value))).toBe("pow-hash");
  });

  test.each([0x00000000, 0x60000000, 0xa0000000, 0x20000001, 0x20001000])("with version %i", (version) => {
    expect(codeOf(engine.checkSeal(mined(header, { version })))).toBe("pow-version");
  });

  test.each([0x20002000, 0x3fffe000])("but not with version %i, which miners may roll", (version) => {
    expect(codeOf(engine.checkSeal(mined(header, { version })))).toBe("ok");
  });

  test.each([
    [-1, "pow-time"],
    [0, "ok"],
    [600, "ok"],
    [601, "pow-time"],
  ])("with work dated %i s after the header: %s", (aheadS, code) => {
    const timeS = START_MS / 1_000 + 2 + aheadS;
    expect(codeOf(engine.checkSeal(mined({ ...header, timeMs: header.timeMs + 999 }, { timeS })))).toBe(code);
  });
});

describe("on its parent a block", () => {
  /** A snapshot after blocks at these seconds from genesis. */
  function chainWith(...seconds: readonly number[]): PowSnapshot {
    return seconds.reduce((parent, s) => {
      const parsed = engine.parse({ ...unsealed(parent, START_MS + s * 1_000), seal: new Uint8Array(28) });
      if (!parsed.ok) throw new Error(parsed.error.code);
      return engine.advance(parent, parsed.value, null, null);
    }, genesis);
  }

  test("must be later than the median of the last 11, not than its parent", () => {
    const parent = chainWith(10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 5);
    // Sorted: 5 20 30 40 50 60 … 110; the sixth of eleven is the median.
    const median = START_MS + 60_000;
    const verdict = (timeMs: number) => engine.checkOnParent(mined(unsealed(parent, timeMs)), parent, median);
    expect(verdict(median)).toMatchObject({ kind: "fault", fault: { code: "header-time" } });
    expect(verdict(median + 1)).toEqual({ kind: "ok" });
    expect(engine.turn(parent, ME, START_MS)).toEqual({
      kind: "later",
      atMs: median + 1 - spec.time.maxAheadMs,
    });
    expect(engine.turn(parent, ME, median)).toMatchObject({ kind: "now", minTimeMs: median + 1 });
  });

  test("must have exactly the target of the rule", () => {
    const retargeting: WorkChainSpec = { ...spec, engine: { ...spec.engine, halfLifeS: 60 } };
    const strict = createPowEngine(retargeting, chainId);
    const parent = chainWith(1);
    const parsed = engine.parse({ ...unsealed(parent, START_MS + 2_000), seal: new Uint8Array(28) });
    if (!parsed.ok) throw new Error(parsed.error.code);
    expect(strict.checkOnParent(parsed.value, parent, START_MS + 2_000)).toMatchObject({
      kind: "fault",
      fault: { code: "pow-wrong-target", detail: { bits: 0x1f040000, expected: 0x1f03f446 } },
    });
  });

  test("that does not name it or has another height is refused", () => {
    const block = mined(unsealed(genesis, START_MS + 1_000));
    const stranger = { ...genesis, id: asHash(new Uint8Array(32)) };
    expect(engine.checkOnParent(block, stranger, START_MS)).toMatchObject({ fault: { code: "header-parent" } });
    const higher = { ...genesis, height: 5 };
    expect(engine.checkOnParent(block, higher, START_MS)).toMatchObject({ fault: { code: "header-height" } });
  });
});

describe("rewards", () => {
  const pay = (height: number, feesAtoms: bigint): readonly (readonly [string, bigint])[] =>
    engine
      .rewards({ ...unsealed(genesis, START_MS), height }, genesis, feesAtoms)
      .map(({ reason, amountAtoms }) => [reason, amountAtoms] as const);

  test("are the subsidy and the fees, each where there is any", () => {
    expect(pay(1, 0n)).toEqual([["block-reward", 5_000_000_000n]]);
    expect(pay(209_999, 7n)).toEqual([
      ["block-reward", 5_000_000_000n],
      ["fees", 7n],
    ]);
    expect(pay(210_000, 0n)).toEqual([["block-reward", 2_500_000_000n]]);
    expect(pay(32 * 210_000, 0n)).toEqual([["block-reward", 1n]]);
    expect(pay(33 * 210_000, 5n)).toEqual([["fees", 5n]]);
    expect(pay(2 ** 32 - 1, 0n)).toEqual([]);
  });

  test("stay the same where they never halve", () => {
    const flat = createPowEngine({ ...spec, rewards: { ...spec.rewards, halvingBlocks: 0 } }, chainId);
    const [credit] = flat.rewards({ ...unsealed(genesis, START_MS), height: 2 ** 31 }, genesis, 0n);
    expect(credit?.amountAtoms).toBe(spec.rewards.subsidyAtoms);
  });
});

test("a stranger's block deserves memory up to 16 times the head's target", () => {
  const head = { ...genesis, data: { ...genesis.data, bits: 0x1e040000 } };
  const block = mined(unsealed(genesis, START_MS + 1_000));
  const claimed = (claim: string) => ({ ...block, header: { ...block.header, claim: fromHex(claim)! } });
  expect(engine.plausible(claimed("0000401e"), head)).toBe(true);
  expect(engine.plausible(claimed("0100401e"), head)).toBe(false);
  expect(engine.plausible(claimed("00000000"), head)).toBe(false);
  expect(engine.plausible(claimed("00"), head)).toBe(false);
});

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
