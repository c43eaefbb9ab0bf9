import { describe, expect, test } from "vitest";
import { fromHex, readUint, seededRandom, toHex } from "#base";
import { sha256d } from "#crypto";
import { searchNonce } from "./search-nonce.ts";
import { NONCE_AT } from "./work-header.ts";

function hashOf(preimage: Uint8Array, nonce: number): bigint {
  const header = preimage.slice();
  new DataView(header.buffer).setUint32(NONCE_AT, nonce, true);
  return readUint(sha256d(header), 0, 32);
}

describe("searching for a nonce", () => {
  test("finds that of Bitcoin's first block", () => {
    const preimage = fromHex(
      `01000000${"00".repeat(32)}3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d00000000`,
    )!;
    const job = { preimage, nonceAt: NONCE_AT, target: 0xffffn << 208n };
    expect(searchNonce(job, { from: 2_083_236_893 - 1_000, count: 2_000 })).toBe(2_083_236_893);
    expect(searchNonce(job, { from: 2_083_236_894, count: 1_000 })).toBeNull();
  });

  test("agrees with the library on any header", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 20; round++) {
      const preimage = random.bytes(80);
      const from = random.below(2 ** 32);
      const target = (1n << 250n) + readUint(random.bytes(31), 0, 31);
      const expected = Array.from({ length: 200 }, (_, i) => (from + i) >>> 0).find(
        (nonce) => hashOf(preimage, nonce) <= target,
      );
      expect(searchNonce({ preimage, nonceAt: NONCE_AT, target }, { from, count: 200 })).toBe(expected ?? null);
    }
  });

  test("the target itself is allowed, one less is not", () => {
    const preimage = seededRandom(8).bytes(80);
    const hash = hashOf(preimage, 5);
    expect(searchNonce({ preimage, nonceAt: NONCE_AT, target: hash }, { from: 5, count: 1 })).toBe(5);
    expect(searchNonce({ preimage, nonceAt: NONCE_AT, target: hash - 1n }, { from: 5, count: 1 })).toBeNull();
  });

  test("goes on at 0 after the last nonce and leaves the job as it was", () => {
    const preimage = seededRandom(9).bytes(80);
    const before = toHex(preimage);
    const target = 2n ** 256n - 1n;
    expect(searchNonce({ preimage, nonceAt: NONCE_AT, target }, { from: 2 ** 32, count: 1 })).toBe(0);
    expect(searchNonce({ preimage, nonceAt: NONCE_AT, target }, { from: 3, count: 0 })).toBeNull();
    expect(toHex(preimage)).toBe(before);
  });

  test("only knows 80 bytes with the nonce at their end", () => {
    expect(() => searchNonce({ preimage: new Uint8Array(79), nonceAt: 75, target: 1n }, { from: 0, count: 1 })).toThrow(
      RangeError,
    );
  });
});
