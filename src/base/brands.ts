/** Byte strings of one fixed length and one meaning; branded so that they cannot be swapped by accident. */

declare const brand: unique symbol;
type Branded<Name extends string> = Uint8Array & { readonly [brand]: Name };

/** 32 bytes: a SHA-256 digest. */
export type Hash = Branded<"Hash">;
/** 32 bytes: an Ed25519 public key. */
export type Key = Branded<"Key">;
/** 64 bytes: an Ed25519 signature. */
export type Signature = Branded<"Signature">;
/** 20 bytes: what an account is known by, the head of a hash of its public key. */
export type Address = Branded<"Address">;
/** The id of a block, as the engine of its chain defines it. */
export type BlockId = Hash;
/** The id of a transaction; it covers the signature. */
export type TransactionId = Hash;

function assertLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new RangeError(`${what} has ${bytes.length} bytes, not ${length}`);
}

/** Each asserts the length and changes nothing else. @throws RangeError on another length */
export function asHash(bytes: Uint8Array): Hash {
  assertLength(bytes, 32, "a hash");
  return bytes as Hash;
}
export function asKey(bytes: Uint8Array): Key {
  assertLength(bytes, 32, "a public key");
  return bytes as Key;
}
export function asSignature(bytes: Uint8Array): Signature {
  assertLength(bytes, 64, "a signature");
  return bytes as Signature;
}
export function asAddress(bytes: Uint8Array): Address {
  assertLength(bytes, 20, "an address");
  return bytes as Address;
}
