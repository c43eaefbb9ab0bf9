/** The parts that keystores on disk have in common: what is sealed, and reading JSON that nobody has checked. */
import { fromHex, OperationError, toHex } from "#base";
import type { SealedSecret } from "#crypto";

export function sealedDocument(sealed: SealedSecret) {
  return {
    kdf: { name: "argon2id", ...sealed.argon2id, lanes: 1, salt: toHex(sealed.salt) },
    cipher: { name: "xchacha20-poly1305", nonce: toHex(sealed.nonce) },
    ciphertext: toHex(sealed.ciphertext),
  };
}

/** @throws OperationError `keystore-damaged` */
export function readSealed(value: unknown): SealedSecret {
  const sealed = fieldsOf(value);
  const [kdf, cipher] = [fieldsOf(sealed.kdf), fieldsOf(sealed.cipher)];
  if (kdf.name !== "argon2id" || kdf.lanes !== 1 || cipher.name !== "xchacha20-poly1305") throw damaged("cipher");
  if (typeof kdf.memoryKiB !== "number" || typeof kdf.passes !== "number") throw damaged("costs");
  return {
    argon2id: { memoryKiB: kdf.memoryKiB, passes: kdf.passes },
    salt: bytesOf(kdf.salt, 16),
    nonce: bytesOf(cipher.nonce, 24),
    ciphertext: bytesOf(sealed.ciphertext),
  };
}

/** The parser's own message would repeat what it read, which may be a secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw damaged("it is no JSON");
  }
}

export function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged("a part is missing");
  return value as Record<string, unknown>;
}

export function textOf(value: unknown): string {
  if (typeof value !== "string" || value === "") throw damaged("name");
  return value;
}

export function bytesOf(value: unknown, length?: number): Uint8Array {
  const bytes = typeof value === "string" ? fromHex(value) : null;
  if (bytes === null || (length !== undefined && bytes.length !== length)) throw damaged("bytes");
  return bytes;
}

export function damaged(what: string): OperationError {
  return new OperationError("keystore-damaged", `the keystore is damaged: ${what}`);
}
