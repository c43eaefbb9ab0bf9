import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactToTarget, HASH_SPACE, targetToCompact, workOf } from "./compact.ts";

describe("compact targets", () => {
  test.each<readonly [number, bigint]>([
    [0x1d00ffff, 0xffffn << 208n],
    [0x207fffff, 0x7fffffn << 232n],
    [0x1f040000, 1n << 242n],
    [0x1b0404cb, 0x0404cbn << 192n],
    [0x03123456, 0x123456n],
    [0x02008000, 0x80n],
    [0x02123400, 0x1234n],
    [0x01120000, 0x12n],
    [0x2100ffff, 0xffffn << 240n],
  ])("%i stands for its target", (bits, target) => {
    expect(compactToTarget(bits)).toBe(target);
    expect(targetToCompact(target)).toBe(bits);
  });

  test.each([
    0, 0x01003456, 0x01123456, 0x04800000, 0x1d80ffff, 0x1d007fff, 0x1e0000ff, 0x03000000, 0x22008000, 0xff123456,
  ])("%i is no canonical form", (bits) => {
    expect(compactToTarget(bits)).toBeNull();
  });

  test("a target and its compact form", () => {
    const target = fc.bigInt({ min: 1n, max: HASH_SPACE - 1n });
    fc.assert(
      fc.property(target, fc.nat(255), (wide, shift) => {
        const exact = wide >> BigInt(shift) || 1n;
        const bits = targetToCompact(exact);
        const rounded = compactToTarget(bits)!;
        expect(rounded).toBeLessThanOrEqual(exact);
        expect((exact - rounded) * 0x8000n).toBeLessThanOrEqual(exact);
        expect(targetToCompact(rounded)).toBe(bits);
      }),
    );
  });

  test("any 4 bytes are canonical or refused", () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (bits) => {
        const target = compactToTarget(bits);
        expect(target === null || targetToCompact(target) === bits).toBe(true);
      }),
    );
  });

  test("a target outside 256 bits is our mistake", () => {
    expect(() => targetToCompact(HASH_SPACE)).toThrow(RangeError);
    expect(() => targetToCompact(-1n)).toThrow(RangeError);
    expect(targetToCompact(0n)).toBe(0);
  });

  test("work is the expected number of hashes", () => {
    expect(workOf(1n << 242n)).toBe(16_383n);
    expect(workOf(HASH_SPACE - 1n)).toBe(1n);
    expect(workOf(compactToTarget(0x1d00ffff)!)).toBe(0x100010001n);
  });
});
