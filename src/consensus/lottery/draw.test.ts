import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asHash, asKey, InvariantError, readUint } from "#base";
import { taggedHash } from "#crypto";
import { drawNumber, findDrawn, prefixSums } from "./draw.ts";
import { createDrawable } from "./table-view.ts";

const chainId = asHash(new Uint8Array(32).fill(1));
const seed = asHash(new Uint8Array(32).fill(2));

function entriesOf(weights: readonly bigint[]) {
  return weights.map((weight, index) => {
    const key = new Uint8Array(32);
    new DataView(key.buffer).setUint32(0, 3 * index + 1);
    return { key: asKey(key), weight };
  });
}

describe("a draw", () => {
  it("is the head of a tagged hash, little-endian, modulo the weight", () => {
    const slot = new Uint8Array(8);
    new DataView(slot.buffer).setBigUint64(0, 300n, true);
    const expected = readUint(taggedHash("agon/draw/v1", chainId, seed, slot), 0, 16);
    expect(drawNumber(chainId, seed, 300, 2n ** 96n - 1n)).toBe(expected % (2n ** 96n - 1n));
    expect(drawNumber(chainId, seed, 300, 1n)).toBe(0n);
    expect(drawNumber(chainId, seed, 301, 1_000_003n)).not.toBe(drawNumber(chainId, seed, 300, 1_000_003n));
  });

  it("needs a weight from 1 to 2^96 − 1", () => {
    for (const total of [0n, 2n ** 96n]) expect(() => drawNumber(chainId, seed, 1, total)).toThrow(InvariantError);
  });
});

describe("the entry drawn", () => {
  it("is the one from whose first atom to whose last the number lies", () => {
    for (const weights of [[1n], [1n, 1n, 1n], [40n, 20n, 15n, 10n, 5n, 5n, 5n], [1n, 2n ** 95n, 2n ** 95n - 2n]]) {
      const ends = prefixSums(entriesOf(weights));
      let start = 0n;
      weights.forEach((weight, index) => {
        expect([start, start + weight - 1n].map((drawn) => findDrawn(ends, drawn))).toEqual([index, index]);
        start += weight;
      });
      expect(ends.at(-1)).toBe(start);
    }
  });

  it("is as a walk over all entries finds it", () => {
    const weight = fc.oneof(fc.bigInt(1n, 5n), fc.bigInt(1n, 2n ** 63n - 1n));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 40 }), fc.bigInt(0n, 2n ** 128n), (weights, raw) => {
        const total = weights.reduce((sum, each) => sum + each, 0n);
        let rest = raw % total;
        const walked = weights.findIndex((each) => {
          rest -= each;
          return rest < 0n;
        });
        expect(findDrawn(prefixSums(entriesOf(weights)), raw % total)).toBe(walked);
      }),
    );
  });
});

it("a key is found where it stands, and another is not", () => {
  for (const count of [1, 2, 3, 10, 257]) {
    const entries = entriesOf(Array.from({ length: count }, () => 1n));
    const { indexOf, keyAt } = createDrawable(entries, BigInt(count));
    entries.forEach(({ key }, index) => {
      expect(indexOf(key)).toBe(index);
      expect(keyAt(BigInt(index))).toBe(key);
      expect(indexOf(asKey(key.map((byte, at) => (at === 31 ? byte + 1 : byte))))).toBe(-1);
    });
  }
});
