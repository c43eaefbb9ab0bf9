/** What the pool signs about a round's log: how many shares, and their root (rules LOG-5 and LOG-6). */
import {
  asHash,
  asKey,
  asSignature,
  concatBytes,
  type Hash,
  type Key,
  readUint,
  type Signature,
  writeUint,
} from "#base";
import { ed25519Sign, taggedHash, verifySignature } from "#crypto";

const HEAD_BYTES = 121;
const SIGNATURE_BYTES = 64;

export interface TreeHead {
  readonly poolKey: Key;
  readonly round: number;
  readonly size: number;
  readonly root: Hash;
  /** Root of the last head of the round before; 32 zero bytes in the first. */
  readonly previousRoot: Hash;
  readonly timeMs: number;
  /** The round has ended: there is no larger head. */
  readonly final: boolean;
}

export interface SignedTreeHead extends TreeHead {
  readonly signature: Signature;
}

export function signTreeHead(chainId: Hash, head: TreeHead, seed: Uint8Array): SignedTreeHead {
  return { ...head, signature: ed25519Sign(treeHeadHash(chainId, head), seed) };
}

export function isTreeHeadSigned(chainId: Hash, head: SignedTreeHead, poolKey: Key): boolean {
  return verifySignature(head.signature, treeHeadHash(chainId, head), poolKey);
}

/** Signature ‖ head, 185 bytes. */
export function encodeSignedTreeHead(head: SignedTreeHead): Uint8Array {
  return concatBytes(head.signature, encodeTreeHead(head));
}

/** @returns null for anything but the canonical form */
export function decodeSignedTreeHead(bytes: Uint8Array): SignedTreeHead | null {
  if (bytes.length !== SIGNATURE_BYTES + HEAD_BYTES) return null;
  const body = bytes.subarray(SIGNATURE_BYTES);
  const [round, size, timeMs] = [32, 40, 112].map((at) => readUint(body, at, 8));
  const final = body[120]!;
  if ([round, size, timeMs].some((value) => value! >= 2n ** 53n) || final > 1) return null;
  return {
    signature: asSignature(bytes.subarray(0, SIGNATURE_BYTES)),
    poolKey: asKey(body.subarray(0, 32)),
    round: Number(round),
    size: Number(size),
    root: asHash(body.subarray(48, 80)),
    previousRoot: asHash(body.subarray(80, 112)),
    timeMs: Number(timeMs),
    final: final === 1,
  };
}

function encodeTreeHead(head: TreeHead): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES);
  bytes.set(head.poolKey);
  writeUint(bytes, 32, 8, BigInt(head.round));
  writeUint(bytes, 40, 8, BigInt(head.size));
  bytes.set(head.root, 48);
  bytes.set(head.previousRoot, 80);
  writeUint(bytes, 112, 8, BigInt(head.timeMs));
  bytes[120] = head.final ? 1 : 0;
  return bytes;
}

function treeHeadHash(chainId: Hash, head: TreeHead): Hash {
  return taggedHash("agon/pool/tree-head/v1", chainId, encodeTreeHead(head));
}
