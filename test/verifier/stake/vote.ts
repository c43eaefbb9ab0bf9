/** Votes (rules BLOCK-7, STAKE-9). */
import { ascii, SAFE, sha256 } from "../bytes.ts";
import { check } from "../refusal.ts";
import { isValidSignature } from "../signature.ts";

export interface VoteEnd {
  readonly epoch: bigint;
  readonly id: Buffer;
}

export interface Vote {
  readonly source: VoteEnd;
  readonly target: VoteEnd;
  readonly key: Buffer;
  /** The bytes that are signed. */
  readonly link: Buffer;
  readonly signature: Buffer;
}

/** @param bytes 176 of them */
export function readVote(bytes: Buffer, rule: string): Vote {
  const end = (at: number): VoteEnd => ({ epoch: bytes.readBigUInt64LE(at), id: bytes.subarray(at + 8, at + 40) });
  const [source, target] = [end(0), end(40)];
  check(source.epoch < SAFE && target.epoch < SAFE, rule, "an epoch of a vote is 2^53 or more");
  return { source, target, key: bytes.subarray(80, 112), link: bytes.subarray(0, 112), signature: bytes.subarray(112) };
}

export function isSignedVote({ key, link, signature }: Vote, chainId: Buffer): boolean {
  return isValidSignature(key, sha256(ascii("agon/vote/v1"), chainId, link), signature);
}
