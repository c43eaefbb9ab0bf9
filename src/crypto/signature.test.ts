import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, test } from "vitest";
import { concatBytes, fromHex, readUint, toHex, utf8, writeUint } from "#base";
import { ORDER, SMALL_ORDER_Y } from "./curve-constants.ts";
import type { Ed25519 } from "./platform/ed25519.ts";
import { nobleEd25519 } from "./platform/ed25519-noble.ts";
import { opensslEd25519 } from "./platform/ed25519-openssl.ts";
import { type Sodium, sodiumEd25519 } from "./platform/ed25519-sodium.ts";
import { nativeEd25519 } from "./platform/node.ts";
import { checkEncoding, verifySignature } from "./signature.ts";

const nodeRequire = createRequire(import.meta.url);
const backends: readonly (readonly [string, Ed25519])[] = [
  ["sodium", sodiumEd25519(nodeRequire("sodium-native") as Sodium)],
  ["node:crypto", opensslEd25519()],
  ["noble", nobleEd25519()],
];

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: "valid" | "invalid";
    }[];
  }[];
}
const vectors = JSON.parse(
  readFileSync(new URL("../../test/vectors/wycheproof-ed25519.json", import.meta.url), "utf8"),
) as Wycheproof;

const { Point } = ed25519;
const L = Point.CURVE().n;
const P = Point.CURVE().p;
/** A point of order 8. */
const torsion = Point.fromBytes(SMALL_ORDER_Y[4]!);
const message = utf8("agon");

const scalarBytes = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(32);
  writeUint(bytes, 0, 32, value);
  return bytes;
};
const challenge = (r: Uint8Array, key: Uint8Array, text: Uint8Array): bigint =>
  readUint(sha512(concatBytes(r, key, text)), 0, 64) % L;

/** Signs under a·B + torsion parts, with no regard to RFC 8032. */
function mixed(text: Uint8Array, inKey: boolean, inR: boolean): { signature: Uint8Array; key: Uint8Array; k: bigint } {
  const a = 1234567890123456789n;
  const r = 987654321987654321n;
  const key = Point.BASE.multiply(a)
    .add(inKey ? torsion : Point.ZERO)
    .toBytes();
  const point = Point.BASE.multiply(r)
    .add(inR ? torsion : Point.ZERO)
    .toBytes();
  const k = challenge(point, key, text);
  return { signature: concatBytes(point, scalarBytes((r + k * a) % L)), key, k };
}

function verdicts(signature: Uint8Array, text: Uint8Array, key: Uint8Array): boolean[] {
  return backends.map(([, backend]) => checkEncoding(signature, key) && backend.verify(signature, text, key));
}

describe.each(backends)("%s", (_, backend) => {
  test("gives every Wycheproof verdict", () => {
    let checked = 0;
    for (const group of vectors.testGroups)
      for (const { tcId, msg, sig, result } of group.tests) {
        const [key, text, signature] = [fromHex(group.publicKey.pk)!, fromHex(msg)!, fromHex(sig)!];
        const verdict = checkEncoding(signature, key) && backend.verify(signature, text, key);
        expect([tcId, verdict]).toEqual([tcId, result === "valid"]);
        checked++;
      }
    expect(checked).toBe(151);
  });

  test("signs as RFC 8032, test 2, has it", () => {
    const seed = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")!;
    const key = backend.publicKey(seed);
    const signature = backend.sign(new Uint8Array([0x72]), seed);
    expect(toHex(key)).toBe("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    expect(toHex(signature)).toBe(
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    expect(backend.verify(signature, new Uint8Array([0x72]), key)).toBe(true);
    expect(Object.getPrototypeOf(key)).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(signature)).toBe(Uint8Array.prototype);
  });

  test("a seed of another length is refused", () => {
    expect(() => backend.sign(message, new Uint8Array(64))).toThrow(RangeError);
    expect(() => backend.publicKey(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe("the equation has no cofactor", () => {
  const texts = Array.from({ length: 24 }, (_, i) => utf8(`message ${i}`));

  test("a torsion part in A passes exactly when 8 divides k", () => {
    let accepted = 0;
    for (const text of texts) {
      const { signature, key, k } = mixed(text, true, false);
      expect(ed25519.verify(signature, text, key, { zip215: false })).toBe(true);
      const expected = k % 8n === 0n;
      expect(verdicts(signature, text, key)).toEqual([expected, expected, expected]);
      if (expected) accepted++;
    }
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(texts.length);
  });

  test("a torsion part in R never passes", () => {
    for (const text of texts.slice(0, 6)) {
      const { signature, key } = mixed(text, false, true);
      expect(ed25519.verify(signature, text, key, { zip215: false })).toBe(true);
      expect(verdicts(signature, text, key)).toEqual([false, false, false]);
    }
  });
});

describe("the encoding check", () => {
  const { signature, key } = mixed(message, false, false);
  const withSign = (bytes: Uint8Array): Uint8Array => bytes.with(31, bytes[31]! | 0x80);
  const withR = (r: Uint8Array): Uint8Array => concatBytes(r, signature.subarray(32));

  test("knows the order of the curve and all points of small order", () => {
    expect(readUint(ORDER, 0, 32)).toBe(L);
    const found = new Set<string>();
    for (let point = torsion, i = 0; i < 8; i++, point = point.add(torsion))
      found.add(toHex(point.toBytes().with(31, point.toBytes()[31]! & 0x7f)));
    expect(SMALL_ORDER_Y.map(toHex).sort()).toEqual([...found].sort());
  });

  test("an honest signature passes", () => {
    expect(checkEncoding(signature, key)).toBe(true);
    expect(verdicts(signature, message, key)).toEqual([true, true, true]);
    expect(verifySignature(signature, message, key)).toBe(true);
    expect(verifySignature(signature, utf8("agora"), key)).toBe(false);
  });

  test("points of small order are refused as A and as R, with either sign", () => {
    for (const y of SMALL_ORDER_Y)
      for (const point of [y, withSign(y)]) {
        expect(checkEncoding(signature, point)).toBe(false);
        expect(checkEncoding(withR(point), key)).toBe(false);
      }
  });

  test("y ≥ p is refused as A and as R, with either sign", () => {
    for (let y = P; y < 2n ** 255n; y++)
      for (const point of [scalarBytes(y), withSign(scalarBytes(y))]) {
        expect(checkEncoding(signature, point)).toBe(false);
        expect(checkEncoding(withR(point), key)).toBe(false);
      }
    expect(checkEncoding(signature, scalarBytes(P - 2n))).toBe(true);
  });

  test("S is below L", () => {
    const withS = (s: bigint): Uint8Array => concatBytes(signature.subarray(0, 32), scalarBytes(s));
    expect([0n, 1n, L - 1n, L, L + 1n, 2n ** 253n, 2n ** 256n - 1n].map((s) => checkEncoding(withS(s), key))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    const s = readUint(signature, 32, 32);
    expect(verdicts(withS(s + L), message, key)).toEqual([false, false, false]);
    expect(verdicts(withS(0n), message, key)).toEqual([false, false, false]);
  });

  test("other lengths are refused", () => {
    for (const length of [0, 63, 65]) expect(verifySignature(new Uint8Array(length), message, key)).toBe(false);
    for (const length of [0, 31, 33]) expect(verifySignature(signature, message, new Uint8Array(length))).toBe(false);
  });

  test("a key that is no point of the curve verifies nothing", () => {
    const noPoint = scalarBytes(2n);
    expect(() => Point.fromBytes(noPoint)).toThrow();
    expect(verdicts(signature, message, noPoint)).toEqual([false, false, false]);
    expect(verdicts(withR(noPoint), message, key)).toEqual([false, false, false]);
  });
});

test("without the native library node:crypto stands in", () => {
  const standIn = nativeEd25519(() => {
    throw new Error("no build for this platform");
  });
  const native = nativeEd25519(nodeRequire);
  const seed = new Uint8Array(32).fill(9);
  expect(standIn.verify.toString()).toBe(opensslEd25519().verify.toString());
  expect(native.verify.toString()).not.toBe(standIn.verify.toString());
  expect(standIn.sign(message, seed)).toEqual(native.sign(message, seed));
});
