/** The acceptance rule of signatures (rule KEY-1); the equation itself is left to OpenSSL, which has no cofactor in it. */
import { createPublicKey, verify } from "node:crypto";
import { ascii, sha256, toNumber } from "./bytes.ts";

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const P = 2n ** 255n - 19n;
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** What comes before the 32 bytes of an Ed25519 key in SubjectPublicKeyInfo (RFC 8410). */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

export function isValidSignature(key: Buffer, message: Buffer, signature: Buffer): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  if (toNumber(signature.subarray(32)) >= L) return false;
  if (!isAcceptablePoint(key) || !isAcceptablePoint(signature.subarray(0, 32))) return false;
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, key]), format: "der", type: "spki" });
  return verify(null, message, publicKey, signature);
}

function isAcceptablePoint(encoded: Buffer): boolean {
  const y = Buffer.from(encoded);
  y[31]! &= 0x7f;
  return toNumber(y) < P && !SMALL_ORDER.has(y.toString("hex"));
}

/** KEY-2. */
export function addressOf(key: Buffer): Buffer {
  return sha256(ascii("agon/address/v1"), key).subarray(0, 20);
}
