/** A vote for a checkpoint and its canonical bytes (rules BLOCK-7 and STAKE-9). */
import {
  asHash,
  asKey,
  asSignature,
  type BlockId,
  concatBytes,
  type Hash,
  type Key,
  type Signature,
  utf8,
} from "#base";
import { sha256 } from "#crypto";

export const VOTE_BYTES = 176;
const SIGNED_BYTES = 112;
const VOTE_TAG = utf8("agon/vote/v1");

/** A block that stands for an epoch (of height, where an engine has no epochs). */
export interface Checkpoint {
  readonly epoch: number;
  readonly id: BlockId;
}

/** A voter's statement that the chain leads from `source` to `target`. */
export interface Vote {
  readonly source: Checkpoint;
  readonly target: Checkpoint;
  readonly key: Key;
  readonly signature: Signature;
}

export function encodeVote(vote: Vote): Uint8Array {
  const bytes = new Uint8Array(VOTE_BYTES);
  writeUnsigned(bytes, vote);
  bytes.set(vote.signature, SIGNED_BYTES);
  return bytes;
}

/** @param bytes 176 of them, from `at` on; the result shares memory. @returns null when an epoch is 2^53 or more */
export function decodeVote(bytes: Uint8Array, at = 0): Vote | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, VOTE_BYTES);
  const source = Number(view.getBigUint64(0, true));
  const target = Number(view.getBigUint64(40, true));
  if (!Number.isSafeInteger(source) || !Number.isSafeInteger(target)) return null;
  return {
    source: { epoch: source, id: asHash(bytes.subarray(at + 8, at + 40)) },
    target: { epoch: target, id: asHash(bytes.subarray(at + 48, at + 80)) },
    key: asKey(bytes.subarray(at + 80, at + 112)),
    signature: asSignature(bytes.subarray(at + 112, at + 176)),
  };
}

/** H('agon/vote/v1', chain id, the vote without its signature): what the voter signs. */
export function voteMessage(chainId: Hash, vote: Omit<Vote, "signature">): Hash {
  const unsigned = new Uint8Array(SIGNED_BYTES);
  writeUnsigned(unsigned, vote);
  return sha256(concatBytes(VOTE_TAG, chainId, unsigned));
}

function writeUnsigned(bytes: Uint8Array, { source, target, key }: Omit<Vote, "signature">): void {
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(source.epoch), true);
  bytes.set(source.id, 8);
  view.setBigUint64(40, BigInt(target.epoch), true);
  bytes.set(target.id, 48);
  bytes.set(key, 80);
}
