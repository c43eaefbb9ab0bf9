/** Where the randomness of an epoch comes from: the reveals of those drawn before (rule STAKE-8). */
import { asHash, type Hash } from "#base";
import { taggedHash } from "#crypto";
import { encodeU64 } from "./encode-u64.ts";

/** What genesis begins with. */
export function firstMix(): Hash {
  return asHash(new Uint8Array(32));
}

/** After a block in the first two thirds of its epoch. */
export function nextMix(chainId: Hash, mix: Hash, reveal: Hash): Hash {
  return taggedHash("agon/mix/v1", chainId, mix, reveal);
}

/** @param mix as of the last block before the epoch, however many empty epochs lie between */
export function epochSeed(chainId: Hash, mix: Hash, epoch: number): Hash {
  return taggedHash("agon/seed/v1", chainId, mix, encodeU64(epoch));
}
