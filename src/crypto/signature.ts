/** The one acceptance rule for Ed25519 signatures (rule KEY-1), the same on every backend. */
import { ed25519Verify } from "#crypto/platform";
import { ORDER, SMALL_ORDER_Y } from "./curve-constants.ts";

/**
 * Whether a signature and a key are written in the only form that is accepted: S < L, and A and R canonical and not
 * of small order. What passes here has one verdict on every backend: that of [S]B − [k]A = R, without cofactor.
 * @param signature any length; R ‖ S when it has 64 bytes
 * @param key any length
 */
export function checkEncoding(signature: Uint8Array, key: Uint8Array): boolean {
  return (
    signature.length === 64 &&
    key.length === 32 &&
    isBelowOrder(signature) &&
    isCanonicalPoint(key) &&
    isCanonicalPoint(signature)
  );
}

/** The verdict of rule KEY-1; never throws. */
export function verifySignature(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
  return checkEncoding(signature, key) && ed25519Verify(signature, message, key);
}

/** S, the second half, read as a little-endian integer, lies below the order of the base point. */
function isBelowOrder(signature: Uint8Array): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = signature[32 + i]!;
    if (byte !== ORDER[i]) return byte < ORDER[i]!;
  }
  return false;
}

/** The first 32 bytes: y < 2^255 − 19 and no point of order 1, 2, 4 or 8. Whether it is on the curve is left open. */
function isCanonicalPoint(bytes: Uint8Array): boolean {
  const top = bytes[31]! & 0x7f;
  if (top === 0x7f && bytes[0]! >= 0xed && isFilled(bytes)) return false;
  for (const y of SMALL_ORDER_Y) if (isEqualY(bytes, top, y)) return false;
  return true;
}

function isFilled(bytes: Uint8Array): boolean {
  for (let i = 1; i < 31; i++) if (bytes[i] !== 0xff) return false;
  return true;
}

/** Without the sign of x: a point of small order is one with either sign. */
function isEqualY(bytes: Uint8Array, top: number, y: Uint8Array): boolean {
  if (top !== y[31]) return false;
  for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false;
  return true;
}
