import { ByteListType, ByteVectorType, ContainerType, UintBigintType, UintNumberType } from "@chainsafe/ssz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asHash, asKey, asSignature, concatBytes, toHex, utf8 } from "#base";
import { sha256 } from "#crypto";
import { MAX_PAYLOAD_BYTES, MAX_TRANSACTION_BYTES } from "./limits.ts";
import { decodeTransaction, encodeTransaction, signingHash, type Transaction, transactionId } from "./transaction.ts";

const unsignedFields = {
  version: new UintNumberType(1),
  kind: new UintNumberType(1),
  sender: new ByteVectorType(32),
  nonce: new UintBigintType(8),
  fee: new UintBigintType(8),
  payload: new ByteListType(MAX_PAYLOAD_BYTES),
};
const unsignedType = new ContainerType(unsignedFields);
const signedType = new ContainerType({ ...unsignedFields, signature: new ByteVectorType(64) });

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const transactions: fc.Arbitrary<Transaction> = fc.record({
  version: fc.constant(1),
  kind: fc.nat(255),
  sender: fixed(32).map(asKey),
  nonce: fc.maxSafeNat(),
  feeAtoms: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  payload: fc.uint8Array({ maxLength: 500 }),
  signature: fixed(64).map(asSignature),
});
const forLibrary = (tx: Transaction) => ({ ...tx, nonce: BigInt(tx.nonce), fee: tx.feeAtoms });

function example(): Transaction {
  return fc.sample(transactions, { numRuns: 1, seed: 3 })[0]!;
}

function codeOf(bytes: Uint8Array): string {
  const tx = decodeTransaction(bytes);
  return tx.ok ? "ok" : tx.error.code;
}

describe("a transaction", () => {
  test("has the bytes of the SSZ library, and comes back from them", () => {
    fc.assert(
      fc.property(transactions, (tx) => {
        const bytes = encodeTransaction(tx);
        expect(toHex(bytes)).toBe(toHex(signedType.serialize(forLibrary(tx))));
        expect(decodeTransaction(bytes)).toEqual({ ok: true, value: tx });
      }),
    );
  });

  test("has an id over all of it, and is signed over all but the signature", () => {
    fc.assert(
      fc.property(transactions, fixed(32), (tx, chain) => {
        const bytes = encodeTransaction(tx);
        const chainId = asHash(chain);
        expect(toHex(transactionId(chainId, bytes))).toBe(
          toHex(sha256(concatBytes(utf8("agon/tx/v1"), chainId, bytes))),
        );
        const unsigned = unsignedType.serialize(forLibrary(tx));
        expect(toHex(signingHash(chainId, bytes))).toBe(
          toHex(sha256(concatBytes(utf8("agon/tx-sign/v1"), chainId, unsigned))),
        );
      }),
    );
  });

  test("changed in one byte is read as the library reads it, or refused", () => {
    fc.assert(
      fc.property(transactions, fc.nat(), fc.nat(255), (tx, at, value) => {
        const bytes = encodeTransaction(tx);
        bytes[at % bytes.length] = value;
        const mine = decodeTransaction(bytes);
        if (mine.ok) expect(toHex(encodeTransaction(mine.value))).toBe(toHex(bytes));
        expect(mine.ok).toBe(libraryAccepts(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test("that ends too early or is too long is refused", () => {
    const bytes = encodeTransaction({ ...example(), payload: new Uint8Array(0) });
    for (let length = 0; length < bytes.length; length++)
      expect(codeOf(bytes.subarray(0, length))).toBe("tx-truncated");
    expect(codeOf(new Uint8Array(MAX_TRANSACTION_BYTES + 1))).toBe("tx-too-large");
  });

  test("of another version or form is refused", () => {
    const bytes = encodeTransaction(example());
    const changed = (at: number, value: number): Uint8Array => {
      const other = bytes.slice();
      other[at] = value;
      return other;
    };
    expect(codeOf(changed(0, 2))).toBe("tx-version");
    expect(codeOf(changed(50, 117))).toBe("tx-malformed");
    expect(codeOf(changed(40, 0x20))).toBe("tx-malformed");
  });

  test.each<readonly [string, Partial<Transaction>]>([
    ["payload", { payload: new Uint8Array(MAX_PAYLOAD_BYTES + 1) }],
    ["nonce", { nonce: -1 }],
    ["nonce", { nonce: 2 ** 53 }],
    ["fee", { feeAtoms: -1n }],
    ["fee", { feeAtoms: 2n ** 64n }],
  ])("with a %s out of bounds is our own mistake", (_name, change) => {
    expect(() => encodeTransaction({ ...example(), ...change })).toThrow(RangeError);
  });
});

/** The library knows neither our version nor that nonces end at 2^53. */
function libraryAccepts(bytes: Uint8Array): boolean {
  try {
    const tx = signedType.deserialize(bytes);
    return tx.version === 1 && tx.nonce < 2n ** 53n;
  } catch {
    return false;
  }
}
