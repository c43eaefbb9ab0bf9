/** Where the randomness of an epoch comes from: the reveals of those drawn before (rule STAKE-8). */
import { asHash, concatBytes, type Hash, utf8 } from "#base";
import { sha256 } from "#crypto";
import { encodeU64 } from "./encode-u64.ts";

const MIX_TAG = utf8("agon/mix/v1");
const SEED_TAG = utf8("agon/seed/v1");

/** What genesis begins with. */
export function firstMix(): Hash {
  return asHash(new Uint8Array(32));
}

/** After a block in the first two thirds of its epoch. */
export function nextMix(chainId: Hash, mix: Hash, reveal: Hash): Hash {
  return sha256(concatBytes(MIX_TAG, chainId, mix, reveal));
}

/** @param mix as of the last block before the epoch, however many empty epochs lie between */
export function epochSeed(chainId: Hash, mix: Hash, epoch: number): Hash {
  return sha256(concatBytes(SEED_TAG, chainId, mix, encodeU64(epoch)));
}
