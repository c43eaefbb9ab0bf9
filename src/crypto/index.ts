export { ed25519PublicKey, ed25519Sign, hashPairs, sha256 } from "#crypto/platform";
export { ADDRESS_BYTES, addressOf, formatAddress, parseAddress } from "./address.ts";
export { sha256d, taggedHash } from "./hash.ts";
export { checkMerkleProof, type MerkleProof, merkleProof, merkleRoot } from "./merkle.ts";
export { checkEncoding, verifySignature } from "./signature.ts";
