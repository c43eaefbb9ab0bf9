export { ed25519PublicKey, ed25519Sign, hashPairs, sha256 } from "#crypto/platform";
export { ADDRESS_BYTES, addressOf, formatAddress, parseAddress } from "./address.ts";
export { deriveKey, type ExtendedKey } from "./derivation.ts";
export { sha256d, taggedHash } from "./hash.ts";
export { checkMerkleProof, type MerkleProof, merkleProof, merkleRoot } from "./merkle.ts";
export { mnemonicOf, mnemonicToSeed, newMnemonic, parseMnemonic } from "./mnemonic.ts";
export type { Argon2Params } from "./platform/argon2-params.ts";
export { ARGON2_DEFAULT, openSecret, type SealedSecret, sealSecret } from "./sealed-secret.ts";
export { checkEncoding, verifySignature } from "./signature.ts";
