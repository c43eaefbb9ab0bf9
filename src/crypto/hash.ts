/** SHA-256 in the forms the protocol uses (rules BYTES-3 and BYTES-4). */
import { concatBytes, type Hash, utf8 } from "#base";
import { sha256 } from "#crypto/platform";

/**
 * SHA-256(utf8(tag) ‖ parts). The tag names what is hashed, so that no hash means two things.
 * @param tag e.g. `agon/tx/v1`
 * @param parts each of a length that the tag fixes, but for at most one
 */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Hash {
  return sha256(concatBytes(utf8(tag), ...parts));
}

/** SHA-256 twice, as Bitcoin's headers have it. */
export function sha256d(bytes: Uint8Array): Hash {
  return sha256(sha256(bytes));
}
