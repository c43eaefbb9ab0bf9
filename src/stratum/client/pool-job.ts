/** Work of a pool as a search: extranonces and versions of our own, and what a share is made of. */
import { asHash, concatBytes, type Hash, readUint, toHex, writeUint } from "#base";
import { compactToTarget, encodeWorkHeader, type SearchJob, workOf } from "#consensus";
import { sha256d } from "#crypto";
import { hexOf, type Notice } from "./messages.ts";

/** Of difficulty 1. */
const FIRST_TARGET = 0xffffn << 208n;
/** Every hash is a share. */
const LEAST_DIFFICULTY = 2 ** -32;
/** Nobody finds a hash that is harder. */
const MAX_DIFFICULTY = 2 ** 240;
/** Difficulties are JSON numbers; steps this small do not matter, not even for the smallest. */
const DIFFICULTY_UNITS = 2 ** 80;
const NONCE_AT = 76;
/** More than a job is searched for. */
const EXTRANONCES_PER_JOB = 16;

/** What a pool has told beside its jobs. */
export interface PoolTerms {
  readonly extranonce1: Uint8Array;
  readonly extranonce2Bytes: number;
  /** Bits of the version that may be changed; 0 where that was not agreed. */
  readonly versionMask: number;
  readonly difficulty: number;
  /** How many jobs came before: each begins at an extranonce of its own, in case that two of them are the same. */
  readonly jobsBefore: number;
}

export interface Share {
  /** The parameters of mining.submit behind the worker's name. */
  readonly params: readonly string[];
  /** Of the 80 bytes. */
  readonly hash: bigint;
}

export interface PoolJob {
  readonly id: string;
  readonly search: SearchJob;
  readonly isClean: boolean;
  readonly difficulty: number;
  /** As the coinbase says it; null where it does not. */
  readonly height: number | null;
  /** Of a block, expected; null where the pool's `bits` are no target. */
  readonly blockHashes: bigint | null;
  /** @param work the round that the nonce was found in */
  share(nonce: number, work: SearchJob): Share;
  isBlock(share: Share): boolean;
}

export function createPoolJob(notice: Notice, terms: PoolTerms): PoolJob {
  const blockTarget = compactToTarget(notice.bits);
  return {
    id: notice.jobId,
    search: createRound(notice, terms, 0),
    isClean: notice.isClean,
    difficulty: terms.difficulty,
    height: heightIn(notice.coinbaseHead),
    blockHashes: blockTarget === null ? null : workOf(blockTarget),
    share(nonce, work) {
      const bytes = work.preimage.slice();
      new DataView(bytes.buffer).setUint32(NONCE_AT, nonce, true);
      const extranonce2 = work.seal(nonce);
      const version = new DataView(bytes.buffer).getUint32(0, true);
      const params = [notice.jobId, toHex(extranonce2), hexOf(notice.timeS), hexOf(nonce)];
      if (terms.versionMask !== 0) params.push(hexOf(version & terms.versionMask));
      return { params, hash: readUint(sha256d(bytes), 0, 32) };
    },
    isBlock: ({ hash }) => blockTarget !== null && hash <= blockTarget,
  };
}

/** The hardest hash that still is a share: rounded down, so that the pool counts every one. */
export function targetOfDifficulty(difficulty: number): bigint {
  const bounded = Math.min(Math.max(difficulty, LEAST_DIFFICULTY), MAX_DIFFICULTY);
  const target = (FIRST_TARGET * BigInt(DIFFICULTY_UNITS)) / BigInt(Math.ceil(bounded * DIFFICULTY_UNITS));
  return target < 1n ? 1n : target;
}

/** Each round has another version as long as there are free bits, then another extranonce2. */
function createRound(notice: Notice, terms: PoolTerms, round: number): SearchJob {
  const { versionMask, extranonce1, extranonce2Bytes } = terms;
  const versions = 2 ** Math.min(16, countBits(versionMask));
  const extranonce2 = new Uint8Array(extranonce2Bytes);
  const counted = Math.min(8, extranonce2Bytes);
  const first = terms.jobsBefore * EXTRANONCES_PER_JOB;
  writeUint(extranonce2, 0, counted, BigInt.asUintN(8 * counted, BigInt(first + Math.floor(round / versions))));
  const version = (notice.version & ~versionMask) | spread(round % versions, versionMask) | 0;
  const coinbase = concatBytes(notice.coinbaseHead, extranonce1, extranonce2, notice.coinbaseTail);
  const root = notice.branch.reduce<Hash>(
    (hash, sibling) => asHash(sha256d(concatBytes(hash, sibling))),
    asHash(sha256d(coinbase)),
  );
  const header = { version: version >>> 0, parent: asHash(notice.parent), coinbaseHash: root };
  return {
    kind: "search",
    preimage: encodeWorkHeader({ ...header, timeS: notice.timeS, bits: notice.bits, nonce: 0 }),
    nonceAt: NONCE_AT,
    target: targetOfDifficulty(terms.difficulty),
    // A pool makes the block; of us it wants the extranonce.
    seal: () => extranonce2,
    roll: (next) => createRound(notice, terms, next),
  };
}

/** Puts the lowest bits of a number into the places of a mask. */
function spread(value: number, mask: number): number {
  let bits = 0;
  let rest = value;
  for (let place = 0; place < 32 && rest > 0; place++) {
    if (((mask >>> place) & 1) === 0) continue;
    bits |= (rest & 1) << place;
    rest >>>= 1;
  }
  return bits;
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask >>> 0; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
}

/** The first push of a coinbase's script (BIP 34). */
function heightIn(coinbaseHead: Uint8Array): number | null {
  const length = coinbaseHead[42];
  if (length === undefined || length < 1 || length > 4 || coinbaseHead.length < 43 + length) return null;
  return Number(readUint(coinbaseHead, 43, length));
}
