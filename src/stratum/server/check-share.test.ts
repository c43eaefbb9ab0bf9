/** The example of docs/spec/work.md, as a share. */
import { describe, expect, test } from "vitest";
import { asHash, fromHex, toHex } from "#base";
import { compactToTarget } from "#consensus";
import { checkShare } from "./check-share.ts";
import { difficultyOf, limitOf } from "./difficulty.ts";
import { createJob } from "./job.ts";

const TIME_S = 0x6ae68102;
const template = {
  ...{ id: "example", height: 1, bits: 0x1f040000, target: compactToTarget(0x1f040000)! },
  parent: asHash(new Uint8Array(32).fill(0x11)),
  sealHash: asHash(fromHex("dd934b73c15c79d45c6979680323295616f260af4009c0235f40282ece724861")!),
  ...{ minTimeS: TIME_S, maxTimeS: TIME_S + 600, rewardAtoms: 1n, feesAtoms: 0n, expiresMs: 1e15 },
};
const terms = { extranonce1: new Uint8Array(4), versionMask: 0, limit: difficultyOf(2 ** -18).limit };
const FIELDS = ["0000000000000000", "6ae68102", "000073b7"];

describe("the example of the specification", () => {
  test("is the same bytes, the same hash, and a block", () => {
    const share = checkShare(createJob(0, 0, template, 0), terms, FIELDS);
    if (!share.ok) throw new Error(share.error.words);
    expect(toHex(share.value.header)).toBe(
      "00000020" +
        "11".repeat(32) +
        "ff138880be13d7b6af4254d5c1efd576dbb30d190c938d66d3512110205b2bc0" +
        "0281e66a0000041fb7730000",
    );
    expect(toHex(share.value.hash)).toBe("50c74db5fa90cac01ea82516b4b3d1933b8ee10647cbcfe59767b03dfbcf0200");
    expect(share.value).toMatchObject({ isBlock: true, version: 0x20000000, timeS: TIME_S, nonce: 0x73b7 });
  });

  test("is announced in the byte order of miners", () => {
    const parent = asHash(Uint8Array.from({ length: 32 }, (_, i) => i));
    const job = createJob(0, 0xc0ffee, { ...template, parent }, 0);
    const { params } = JSON.parse(job.notice) as { params: unknown[] };
    expect(params).toEqual([
      "00c0ffee",
      "03020100070605040b0a09080f0e0d0c13121110171615141b1a19181f1e1d1c",
      `0100000001${"00".repeat(32)}ffffffff3b04010000002441474f4e${toHex(template.sealHash)}1000c0ffee`,
      `ffffffff01${"00".repeat(8)}016a00000000`,
      [],
      "20000000",
      "1f040000",
      "6ae68102",
      false,
    ]);
    expect(job.cleanNotice).toBe(job.notice.replace("false", "true"));
  });

  test("is no share of another job, extranonce, time or target, and no share twice", () => {
    const job = createJob(0, 0, template, 0);
    const check = (changes: Partial<typeof terms>, fields = FIELDS, of = job) => {
      const share = checkShare(of, { ...terms, ...changes }, fields);
      return share.ok ? "ok" : share.error.kind;
    };
    expect(check({})).toBe("ok");
    expect(check({}, FIELDS, createJob(1, 1, template, 0))).toBe("low-difficulty");
    expect(check({ extranonce1: new Uint8Array([0, 0, 0, 1]) })).toBe("low-difficulty");
    expect(check({}, ["0000000000000001", ...FIELDS.slice(1)])).toBe("low-difficulty");
    expect(check({}, ["0000000000000000", "6ae68103", "000073b7"])).toBe("low-difficulty");
    // A block is a block, whatever was asked of the share.
    expect(check({ limit: limitOf(1n) })).toBe("ok");
    const share = checkShare(job, terms, FIELDS);
    if (share.ok) job.shares.add(share.value.key);
    expect(check({})).toBe("duplicate");
  });
});
