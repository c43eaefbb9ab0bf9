import {
  ByteListType,
  ByteVectorType,
  ContainerType,
  ListCompositeType,
  UintBigintType,
  UintNumberType,
} from "@chainsafe/ssz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asAddress, fromHex, toHex } from "#base";
import { MAX_OUTPUTS, MAX_PAYLOAD_BYTES, MAX_RECORD_BYTES } from "./limits.ts";
import { decodeRecord, decodeTransfer, encodeRecord, encodeTransfer, type MediaType, type Output } from "./payload.ts";

const outputType = new ContainerType({ to: new ByteVectorType(20), amount: new UintBigintType(8) });
const transferType = new ListCompositeType(outputType, MAX_OUTPUTS);
const recordType = new ContainerType({ mediaType: new UintNumberType(1), data: new ByteListType(MAX_RECORD_BYTES) });

const outputs: fc.Arbitrary<Output> = fc.record({
  to: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(asAddress),
  amountAtoms: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});

const codeOf = (result: { ok: boolean; error?: { code: string } }): string => (result.ok ? "ok" : result.error!.code);

describe("a transfer", () => {
  test("has the bytes of the SSZ library, and comes back from them", () => {
    fc.assert(
      fc.property(fc.array(outputs, { minLength: 1, maxLength: 20 }), (list) => {
        const bytes = encodeTransfer(list);
        const expected = transferType.serialize(list.map(({ to, amountAtoms }) => ({ to, amount: amountAtoms })));
        expect(toHex(bytes)).toBe(toHex(expected));
        expect(decodeTransfer(bytes)).toEqual({ ok: true, value: list });
      }),
    );
  });

  test.each([0, 27, 29, 28 * MAX_OUTPUTS + 28])("of %i bytes is refused", (length) => {
    expect(codeOf(decodeTransfer(new Uint8Array(length)))).toBe("transfer-malformed");
  });

  test("without outputs, with too many, or with an amount out of bounds is our own mistake", () => {
    const [output] = fc.sample(outputs, 1);
    expect(() => encodeTransfer([])).toThrow(RangeError);
    expect(() => encodeTransfer(Array.from({ length: MAX_OUTPUTS + 1 }, () => output!))).toThrow(RangeError);
    for (const amountAtoms of [-1n, 2n ** 64n])
      expect(() => encodeTransfer([{ ...output!, amountAtoms }])).toThrow(RangeError);
  });

  test("of the most outputs fits a payload", () => {
    expect(28 * MAX_OUTPUTS).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
  });
});

describe("a record", () => {
  test("has the bytes of the SSZ library, and comes back from them", () => {
    fc.assert(
      fc.property(fc.constantFrom<MediaType>(0, 1), fc.uint8Array({ maxLength: 400 }), (mediaType, data) => {
        const bytes = encodeRecord({ mediaType, data });
        expect(toHex(bytes)).toBe(toHex(recordType.serialize({ mediaType, data })));
        expect(decodeRecord(bytes)).toEqual({ ok: true, value: { mediaType, data } });
      }),
    );
  });

  test.each(["", "00", "00050000", "0205000000", "0006000000", "0005010000", "0005000100", "0005000001"])(
    "of the bytes %j is refused",
    (hex) => {
      expect(codeOf(decodeRecord(fromHex(hex)!))).toBe("record-malformed");
    },
  );

  test("of 16 KiB is the largest", () => {
    const data = new Uint8Array(MAX_RECORD_BYTES + 1);
    expect(encodeRecord({ mediaType: 1, data: data.subarray(1) })).toHaveLength(MAX_RECORD_BYTES + 5);
    expect(() => encodeRecord({ mediaType: 1, data })).toThrow(RangeError);
    const bytes = new Uint8Array([1, 5, 0, 0, 0, ...data]);
    expect(codeOf(decodeRecord(bytes))).toBe("record-too-large");
  });
});
