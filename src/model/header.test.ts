import { ByteListType, ByteVectorType, ContainerType, UintBigintType, UintNumberType } from "@chainsafe/ssz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asAddress, asHash, concatBytes, toHex, utf8 } from "#base";
import { sha256 } from "#crypto";
import { decodeHeader, encodeHeader, type Header, sealHash } from "./header.ts";

const unsealedFields = {
  version: new UintNumberType(2),
  height: new UintBigintType(8),
  parent: new ByteVectorType(32),
  timeMs: new UintBigintType(8),
  bodyRoot: new ByteVectorType(32),
  stateRoot: new ByteVectorType(32),
  proposer: new ByteVectorType(20),
  claim: new ByteListType(64),
};
const unsealedType = new ContainerType(unsealedFields);
const sealedType = new ContainerType({ ...unsealedFields, seal: new ByteListType(128) });

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const headers: fc.Arbitrary<Header> = fc.record({
  version: fc.constant(1),
  height: fc.maxSafeNat(),
  parent: fixed(32).map(asHash),
  timeMs: fc.maxSafeNat(),
  bodyRoot: fixed(32).map(asHash),
  stateRoot: fixed(32).map(asHash),
  proposer: fixed(20).map(asAddress),
  claim: fc.uint8Array({ maxLength: 64 }),
  seal: fc.uint8Array({ maxLength: 128 }),
});
const forLibrary = (header: Header) => ({
  ...header,
  height: BigInt(header.height),
  timeMs: BigInt(header.timeMs),
});

function example(): Uint8Array {
  return encodeHeader(fc.sample(headers, { numRuns: 1, seed: 1 })[0]!);
}

function codeOf(bytes: Uint8Array): string {
  const header = decodeHeader(bytes);
  return header.ok ? "ok" : header.error.code;
}

describe("a header", () => {
  test("has the bytes of the SSZ library, and comes back from them", () => {
    fc.assert(
      fc.property(headers, (header) => {
        const bytes = encodeHeader(header);
        expect(toHex(bytes)).toBe(toHex(sealedType.serialize(forLibrary(header))));
        expect(decodeHeader(bytes)).toEqual({ ok: true, value: header });
      }),
    );
  });

  test("is sealed over all of it but the seal, for one chain", () => {
    fc.assert(
      fc.property(headers, fixed(32), (header, chainId) => {
        const unsealed = unsealedType.serialize(forLibrary(header));
        expect(toHex(sealHash(asHash(chainId), header))).toBe(
          toHex(sha256(concatBytes(utf8("agon/seal/v1"), chainId, unsealed))),
        );
      }),
    );
  });

  test("is read as the library reads it, or refused where the library refuses", () => {
    fc.assert(
      fc.property(headers, fc.nat(400), fc.nat(255), (header, at, value) => {
        const bytes = encodeHeader(header);
        bytes[at % bytes.length] = value;
        const mine = decodeHeader(bytes);
        if (mine.ok) expect(toHex(encodeHeader(mine.value))).toBe(toHex(bytes));
        else expect(["header-malformed", "header-version"]).toContain(mine.error.code);
        expect(mine.ok).toBe(libraryAccepts(bytes));
      }),
    );
  });

  test("of any wrong length is refused", () => {
    const bytes = example();
    for (let length = 0; length < 142; length++) expect(codeOf(bytes.subarray(0, length))).toBe("header-malformed");
    expect(codeOf(new Uint8Array(335))).toBe("header-malformed");
  });

  test("of another version is refused", () => {
    const bytes = example();
    bytes[0] = 2;
    expect(codeOf(bytes)).toBe("header-version");
  });

  test.each([2, 42])("with an integer of 2^53 at %i is refused", (at) => {
    const bytes = example();
    new DataView(bytes.buffer).setBigUint64(at, 2n ** 53n, true);
    expect(codeOf(bytes)).toBe("header-malformed");
  });

  test("too long to encode is our own mistake", () => {
    const decoded = decodeHeader(example());
    if (!decoded.ok) throw new Error(decoded.error.code);
    expect(() => encodeHeader({ ...decoded.value, claim: new Uint8Array(65) })).toThrow(RangeError);
    expect(() => encodeHeader({ ...decoded.value, seal: new Uint8Array(129) })).toThrow(RangeError);
  });
});

/** The library knows neither our version nor that integers end at 2^53. */
function libraryAccepts(bytes: Uint8Array): boolean {
  try {
    const header = sealedType.deserialize(bytes);
    return header.version === 1 && header.height < 2n ** 53n && header.timeMs < 2n ** 53n;
  } catch {
    return false;
  }
}
