/** What Node offers natively. The same exports as browser.ts. */
import * as nodeCrypto from "node:crypto";
import { createRequire } from "node:module";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { asHash, type Hash } from "#base";
import type { Argon2Params } from "./argon2-params.ts";
import type { Ed25519 } from "./ed25519.ts";
import { opensslEd25519 } from "./ed25519-openssl.ts";
import { type Sodium, sodiumEd25519 } from "./ed25519-sodium.ts";

interface Hashtree {
  hashInto(input: Uint8Array, output: Uint8Array): void;
}

/** sodium-native, or node:crypto where `load` throws: not every platform has a build of it. */
export function nativeEd25519(load: (name: string) => unknown): Ed25519 {
  const sodium = loadOrNull<Sodium>(load, "sodium-native");
  return sodium === null ? opensslEd25519() : sodiumEd25519(sodium);
}

/** hashtree, 26 million pairs a second, or pair by pair where `load` throws. */
export function nativeHashPairs(load: (name: string) => unknown): (input: Uint8Array, output: Uint8Array) => void {
  const hashtree = loadOrNull<Hashtree>(load, "@chainsafe/hashtree");
  if (hashtree !== null) return (input, output) => hashtree.hashInto(input, output);
  return (input, output) => {
    for (let at = 0; at < input.length; at += 64) output.set(sha256(input.subarray(at, at + 64)), at / 2);
  };
}

const nodeRequire = createRequire(import.meta.url);
const ed25519 = nativeEd25519(nodeRequire);
const pairs = nativeHashPairs(nodeRequire);

export function sha256(bytes: Uint8Array): Hash {
  // By way of a string: twice as fast as a Buffer, whose memory lies outside the heap.
  const digest = nodeCrypto.hash("sha256", bytes, "binary");
  const out = new Uint8Array(32);
  for (let i = 0; i < 32; i++) out[i] = digest.charCodeAt(i);
  return asHash(out);
}

/**
 * SHA-256 of each 64 bytes of `input`.
 * @param input n × 64 bytes
 * @param output n × 32 bytes, may be the start of `input`
 */
export function hashPairs(input: Uint8Array, output: Uint8Array): void {
  if (input.length % 64 !== 0 || output.length * 2 !== input.length)
    throw new RangeError(`${input.length} bytes cannot be hashed into ${output.length}`);
  pairs(input, output);
}

export const ed25519Verify = ed25519.verify;
export const ed25519Sign = ed25519.sign;
export const ed25519PublicKey = ed25519.publicKey;

/** Argon2id (RFC 9106) with one lane, outside the main thread. @returns 32 bytes */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array, params: Argon2Params): Promise<Uint8Array> {
  const { memoryKiB: memory, passes } = params;
  // Node before 24.7 has none, nor one built without it; then it is slower, and on this thread.
  if (typeof nodeCrypto.argon2 !== "function")
    return argon2idAsync(passphrase, salt, { m: memory, t: passes, p: 1, dkLen: 32 });
  const options = { message: passphrase, nonce: salt, parallelism: 1, tagLength: 32, memory, passes };
  return new Promise((resolve, reject) => {
    nodeCrypto.argon2("argon2id", options, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    );
  });
}

function loadOrNull<T>(load: (name: string) => unknown, name: string): T | null {
  try {
    return load(name) as T;
  } catch {
    return null;
  }
}
