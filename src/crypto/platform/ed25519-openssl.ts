/** Ed25519 by node:crypto: the fallback where the native library cannot be loaded; half as fast and always there. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { asKey, asSignature, concatBytes, fromHex } from "#base";
import { assertSeed, type Ed25519 } from "./ed25519.ts";

/** The DER headers of RFC 8410, before the 32 bytes of a public key and of a seed. */
const SPKI = fromHex("302a300506032b6570032100")!;
const PKCS8 = fromHex("302e020100300506032b657004220420")!;

export function opensslEd25519(): Ed25519 {
  return {
    verify(signature, message, key) {
      // Importing a key that is no point of the curve fails only when it is used.
      try {
        const der = Buffer.from(concatBytes(SPKI, key));
        return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), signature);
      } catch {
        return false;
      }
    },
    sign: (message, seed) => asSignature(new Uint8Array(sign(null, message, privateKey(seed)))),
    publicKey(seed) {
      const der = createPublicKey(privateKey(seed)).export({ format: "der", type: "spki" });
      return asKey(new Uint8Array(der.subarray(SPKI.length)));
    },
  };
}

function privateKey(seed: Uint8Array): KeyObject {
  assertSeed(seed);
  return createPrivateKey({ key: Buffer.from(concatBytes(PKCS8, seed)), format: "der", type: "pkcs8" });
}
