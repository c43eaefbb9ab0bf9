/** A secret under a passphrase: Argon2id (RFC 9106) for the key, XChaCha20-Poly1305 around the secret. */
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { blameSender, err, type Fault, ok, type Random, type Result, utf8 } from "#base";
import { argon2id } from "#crypto/platform";
import type { Argon2Params } from "./platform/argon2-params.ts";

/** RFC 9106's second recommendation, with one lane in place of four: 64 MiB, and 0.2 s in Node or 1 s in a browser. */
export const ARGON2_DEFAULT: Argon2Params = { memoryKiB: 65_536, passes: 3 };

/** More is refused when opening, so that a forged file cannot take the machine's memory or hours of its time. */
const MAX_MEMORY_KIB = 4 * 1024 * 1024;
const MAX_PASSES = 100;
const SALT_BYTES = 16;
const NONCE_BYTES = 24;

export interface SealedSecret {
  readonly argon2id: Argon2Params;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  /** The secret encrypted, and 16 bytes of tag. */
  readonly ciphertext: Uint8Array;
}

/** @param context bound to the secret without being stored with it: opening needs the same */
export async function sealSecret(
  passphrase: string,
  secret: Uint8Array,
  params: Argon2Params,
  random: Random,
  context: Uint8Array = new Uint8Array(),
): Promise<SealedSecret> {
  if (!isReasonable(params)) throw new RangeError(`Argon2id with ${params.memoryKiB} KiB and ${params.passes} passes`);
  const salt = random.bytes(SALT_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const key = await keyOf(passphrase, salt, params);
  const ciphertext = xchacha20poly1305(key, nonce, context).encrypt(secret);
  key.fill(0);
  return { argon2id: params, salt, nonce, ciphertext };
}

/** @returns `secret-malformed`, or `passphrase-wrong` when the secret does not open, be it that it was changed */
export async function openSecret(
  passphrase: string,
  sealed: SealedSecret,
  context: Uint8Array = new Uint8Array(),
): Promise<Result<Uint8Array, Fault>> {
  const { argon2id: params, salt, nonce, ciphertext } = sealed;
  if (!isReasonable(params) || salt.length !== SALT_BYTES || nonce.length !== NONCE_BYTES || ciphertext.length < 16)
    return err(blameSender("secret-malformed"));
  const key = await keyOf(passphrase, salt, params);
  try {
    return ok(xchacha20poly1305(key, nonce, context).decrypt(ciphertext));
  } catch {
    return err(blameSender("passphrase-wrong"));
  } finally {
    key.fill(0);
  }
}

/** The same letters make the same key, however the keyboard composed them. */
function keyOf(passphrase: string, salt: Uint8Array, params: Argon2Params): Promise<Uint8Array> {
  return argon2id(utf8(passphrase.normalize("NFKC")), salt, params);
}

function isReasonable({ memoryKiB, passes }: Argon2Params): boolean {
  return isWithin(memoryKiB, 8, MAX_MEMORY_KIB) && isWithin(passes, 1, MAX_PASSES);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
