/** Ed25519 in plain JavaScript, for browsers. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { asKey, asSignature, concatBytes, equalBytes, readUint } from "#base";
import { assertSeed, type Ed25519 } from "./ed25519.ts";

const { Point } = ed25519;
const ORDER = Point.CURVE().n;

/** Built from points because the library's own `verify` multiplies by the cofactor (rule KEY-1 does not). */
export function nobleEd25519(): Ed25519 {
  return {
    verify(signature, message, key) {
      const r = signature.subarray(0, 32);
      const s = readUint(signature, 32, 32);
      if (s >= ORDER) return false;
      const publicPoint = decodePoint(key);
      if (publicPoint === null) return false;
      const k = readUint(sha512(concatBytes(r, key, message)), 0, 64) % ORDER;
      const expected = Point.BASE.multiplyUnsafe(s).subtract(publicPoint.multiplyUnsafe(k));
      return equalBytes(expected.toBytes(), r);
    },
    sign(message, seed) {
      assertSeed(seed);
      return asSignature(ed25519.sign(message, seed));
    },
    publicKey(seed) {
      assertSeed(seed);
      return asKey(ed25519.getPublicKey(seed));
    },
  };
}

function decodePoint(bytes: Uint8Array): InstanceType<typeof Point> | null {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null;
  }
}
