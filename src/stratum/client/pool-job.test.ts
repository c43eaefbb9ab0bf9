import { describe, expect, it } from "vitest";
import { asHash, fromHex, toHex } from "#base";
import { createKernelSearch, encodeCoinbase, searchNonce } from "#consensus";
import { sha256d } from "#crypto";
import { readNotice } from "./messages.ts";
import { createPoolJob, type PoolTerms, targetOfDifficulty } from "./pool-job.ts";

/** The example of docs/spec/work.md, as its header and coinbase, and as a pool would tell it. */
const EXAMPLE =
  "000000201111111111111111111111111111111111111111111111111111111111111111ff138880be13d7b6af4254d5c1efd576dbb30d190c938d66d3512110205b2bc00281e66a0000041fb7730000";
const COINBASE_HEAD = `01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff3b04010000002441474f4edd934b73c15c79d45c6979680323295616f260af4009c0235f40282ece72486110${"00".repeat(4)}`;
const COINBASE_TAIL = "ffffffff010000000000000000016a00000000";
const notice: readonly unknown[] = [
  "job",
  "11".repeat(32),
  COINBASE_HEAD,
  COINBASE_TAIL,
  [],
  "20000000",
  "1f040000",
  "6ae68102",
  true,
];
const terms: PoolTerms = {
  ...{ extranonce1: new Uint8Array(4), extranonce2Bytes: 8, versionMask: 0, difficulty: 2 ** -18, jobsBefore: 0 },
};

describe("work of a pool", () => {
  it("makes the 80 bytes of the example, and a share that is its block", () => {
    const job = createPoolJob(readNotice(notice)!, terms);
    expect(toHex(job.search.preimage)).toBe(`${EXAMPLE.slice(0, 152)}00000000`);
    expect(job).toMatchObject({ id: "job", height: 1, isClean: true, blockHashes: 16_383n });
    const share = job.share(0x73b7, job.search);
    expect(share.params).toEqual(["job", "00".repeat(8), "6ae68102", "000073b7"]);
    expect(toHex(sha256d(fromHex(EXAMPLE)!))).toBe("50c74db5fa90cac01ea82516b4b3d1933b8ee10647cbcfe59767b03dfbcf0200");
    expect(job.isBlock(share)).toBe(true);
    expect(job.isBlock(job.share(0x73b8, job.search))).toBe(false);
  });

  it("has the words of the parent reversed, and the Merkle branch folded in", () => {
    const parent = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, "0"));
    const sent = parent.map((_, i) => parent[(i & ~3) + 3 - (i & 3)]).join("");
    const branch = ["aa".repeat(32), "bb".repeat(32)];
    const job = createPoolJob(readNotice(notice.with(1, sent).with(4, branch))!, terms);
    const fold = (left: Uint8Array, right: string) => sha256d(Uint8Array.from([...left, ...fromHex(right)!]));
    const coinbase = encodeCoinbase(
      1,
      asHash(fromHex("dd934b73c15c79d45c6979680323295616f260af4009c0235f40282ece724861")!),
      new Uint8Array(16),
    );
    expect(toHex(job.search.preimage.subarray(4, 36))).toBe(parent.join(""));
    expect(toHex(job.search.preimage.subarray(36, 68))).toBe(
      toHex(branch.reduce(fold, sha256d(coinbase) as Uint8Array)),
    );
  });

  it("rolls agreed bits of the version, then extranonce2, and every job begins elsewhere", () => {
    const rolling = createPoolJob(readNotice(notice)!, { ...terms, versionMask: 0x00c0_0000, jobsBefore: 3 });
    const seen = Array.from({ length: 8 }, (_, round) => rolling.share(5, rolling.search.roll(round)).params);
    expect(seen.map((params) => params[4])).toEqual(
      ["00000000", "00400000", "00800000", "00c00000", "00000000", "00400000", "00800000", "00c00000"].map(String),
    );
    expect(new Set(seen.map((params) => params[1]))).toEqual(new Set([`30${"00".repeat(7)}`, `31${"00".repeat(7)}`]));
    expect(rolling.search.roll(3).preimage[2]).toBe(0xc0);
    // Space that has run out begins anew.
    const small = createPoolJob(readNotice(notice)!, { ...terms, extranonce2Bytes: 1 });
    expect(small.share(0, small.search.roll(257)).params[1]).toBe("01");
  });

  it("gives shares that are hard enough", () => {
    const job = createPoolJob(readNotice(notice)!, terms);
    const nonce = createKernelSearch()!(job.search, { from: 0, count: 2 ** 20 })!;
    expect(nonce).toBe(searchNonce(job.search, { from: 0, count: 2 ** 20 }));
    expect(job.share(nonce, job.search).hash).toBeLessThanOrEqual(job.search.target);
  });

  it("is not taken when a part is missing or wrong", () => {
    for (const [at, value] of [
      ...[[0, 7] as const, [1, "11"] as const, [1, `zz${"11".repeat(31)}`] as const, [2, "0"] as const],
      ...[[3, null] as const, [4, ["aa"]] as const, [4, Array(33).fill("aa".repeat(32))] as const],
      ...[[5, "2000000"] as const, [6, 5] as const, [7, "6ae6810g"] as const],
    ])
      expect(readNotice(notice.with(at, value)), String(at)).toBeNull();
    expect(readNotice([])).toBeNull();
  });
});

describe("difficulty", () => {
  it("is a target, rounded to what is harder", () => {
    expect(targetOfDifficulty(1)).toBe(0xffffn << 208n);
    expect(targetOfDifficulty(2)).toBe((0xffffn << 208n) / 2n);
    expect(targetOfDifficulty(0.5)).toBe(0xffffn << 209n);
    for (const difficulty of [0.1, 1 / 3, 7.3, 1e6 + 0.1, 2 ** 52])
      expect(Number(0xffffn << 208n) / Number(targetOfDifficulty(difficulty))).toBeGreaterThanOrEqual(difficulty);
    expect(targetOfDifficulty(1e-30)).toBe(0xffffn << 240n);
    expect(targetOfDifficulty(Number.MAX_VALUE)).toBe(1n);
  });
});
