import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asAddress, asHash, equalBytes, seededRandom, toHex } from "#base";
import { ed25519PublicKey } from "#crypto";
import { createShareMaker, testAddress } from "../accounting/testing/share-maker.ts";
import { decodeReceipt, isReceiptSigned, signReceipt } from "./receipt.ts";
import { decodeShareRecord, encodeShareRecord, type ShareRecord } from "./share-record.ts";
import { checkShareWork } from "./share-work.ts";
import { decodeSignedTreeHead, encodeSignedTreeHead, isTreeHeadSigned, signTreeHead } from "./tree-head.ts";

const chainId = asHash(new Uint8Array(32).fill(1));
const seed = new Uint8Array(32).fill(2);
const poolKey = ed25519PublicKey(seed);
const maker = createShareMaker({
  prefix: "tagon",
  random: seededRandom(3),
  blockWork: 1_000n,
  rewardAtoms: 50n,
});

function record(fields: Partial<ShareRecord> = {}): ShareRecord {
  const share = maker.worked({ address: testAddress(1), work: 16n, timeMs: 1_800_000_000_000, worker: "rig.1" });
  return { ...share, address: testAddress(1), poolKey, round: 3, leaf: 4, ...fields };
}

describe("a receipt", () => {
  test("has the bytes of rule RECEIPT-1", () => {
    const bytes = encodeShareRecord(record());
    const share = record();
    expect(bytes).toHaveLength(241);
    expect(toHex(bytes.subarray(0, 32))).toBe(toHex(poolKey));
    expect(toHex(bytes.subarray(32, 48))).toBe("03000000000000000400000000000000");
    expect(bytes.subarray(48, 68)).toEqual(share.address);
    expect(toHex(bytes.subarray(68, 84))).toBe(`10${"00".repeat(15)}`);
    expect(toHex(bytes.subarray(84, 100))).toBe("01000000000000003200000000000000");
    expect(Number(new DataView(bytes.buffer).getBigUint64(100, true))).toBe(1_800_000_000_000);
    expect(String.fromCharCode(...bytes.subarray(236))).toBe("rig.1");
  });

  test("comes back from its bytes, and every other byte string is refused or another record", () => {
    const bytes = encodeShareRecord(record());
    expect(encodeShareRecord(decodeShareRecord(bytes)!)).toEqual(bytes);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 310 }), (junk) => {
        const decoded = decodeShareRecord(junk);
        expect(decoded === null || equalBytes(encodeShareRecord(decoded), junk)).toBe(true);
      }),
    );
    expect(decodeShareRecord(bytes.subarray(0, 235))).toBeNull();
    expect(() => encodeShareRecord(record({ worker: "a b" }))).toThrow(RangeError);
    expect(() => encodeShareRecord(record({ work: 2n ** 128n }))).toThrow(RangeError);
  });

  test("is signed by one key, for one chain, over every byte", () => {
    const bytes = signReceipt(chainId, encodeShareRecord(record()), seed);
    const receipt = decodeReceipt(bytes)!;
    expect(isReceiptSigned(chainId, receipt, poolKey)).toBe(true);
    expect(isReceiptSigned(asHash(new Uint8Array(32)), receipt, poolKey)).toBe(false);
    expect(isReceiptSigned(chainId, receipt, ed25519PublicKey(new Uint8Array(32)))).toBe(false);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1;
      const other = decodeReceipt(changed);
      expect(other === null || !isReceiptSigned(chainId, other, poolKey)).toBe(true);
    }
    expect(decodeReceipt(bytes.subarray(0, 63))).toBeNull();
  });

  test("says whether its work was done, on this chain's coinbase", () => {
    const share = record();
    expect(checkShareWork(share)).toBeNull();
    expect(checkShareWork({ ...share, work: 2n ** 60n })).toBe("work-too-low");
    expect(checkShareWork({ ...share, height: 2 })).toBe("coinbase-differs");
    expect(checkShareWork({ ...share, sealHash: asHash(new Uint8Array(32)) })).toBe("coinbase-differs");
    expect(checkShareWork({ ...share, header: new Uint8Array(80) })).toBe("bits-malformed");
    expect(checkShareWork({ ...share, address: asAddress(new Uint8Array(20)) })).toBeNull();
  });
});

test("a tree head is signed over every field and has one form", () => {
  const head = {
    poolKey,
    round: 1,
    size: 2,
    root: asHash(new Uint8Array(32).fill(4)),
    previousRoot: asHash(new Uint8Array(32)),
    timeMs: 1_800_000_000_000,
    final: true,
  };
  const signed = signTreeHead(chainId, head, seed);
  expect(isTreeHeadSigned(chainId, signed, poolKey)).toBe(true);
  expect(decodeSignedTreeHead(encodeSignedTreeHead(signed))).toEqual(signed);
  for (const change of [
    { round: 2 },
    { size: 3 },
    { timeMs: 1 },
    { final: false },
    { root: chainId },
    { previousRoot: chainId },
  ])
    expect(isTreeHeadSigned(chainId, { ...signed, ...change }, poolKey)).toBe(false);
  expect(decodeSignedTreeHead(new Uint8Array(184))).toBeNull();
  expect(decodeSignedTreeHead(new Uint8Array(185).fill(255))).toBeNull();
});
