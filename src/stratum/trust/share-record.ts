/** What the pool writes down of one share, and its canonical bytes (rule RECEIPT-1). */
import { type Address, asAddress, asHash, asKey, type Hash, type Key, readUint, utf8, writeUint } from "#base";

export const SHARE_HEADER_BYTES = 80;
export const MAX_WORKER_BYTES = 64;
/** Pool key, round and leaf: what all else of a record is put behind. */
export const RECORD_HEAD_BYTES = 48;
/** A record without the name of the worker, which is last. */
export const RECORD_FIXED_BYTES = 236;

export interface ShareRecord {
  readonly poolKey: Key;
  /** Counted from 1. */
  readonly round: number;
  /** Position in the round's log, counted from 0. */
  readonly leaf: number;
  readonly address: Address;
  /** Expected hashes until one meets the target that the share was judged by; below 2^128. */
  readonly work: bigint;
  readonly height: number;
  /** What the block of the share's job pays. */
  readonly rewardAtoms: bigint;
  readonly timeMs: number;
  /** The 80 bytes that were hashed. */
  readonly header: Uint8Array;
  /** 16 bytes. */
  readonly extranonce: Uint8Array;
  readonly sealHash: Hash;
  /** At most 64 characters of `A–Z a–z 0–9 . _ -`. */
  readonly worker: string;
}

const ROUND_AT = 32;
const LEAF_AT = 40;
const ADDRESS_AT = 48;
const WORK_AT = 68;
const WORK_BYTES = 16;
const HEIGHT_AT = 84;
const REWARD_AT = 92;
const TIME_AT = 100;
const HEADER_AT = 108;
const EXTRANONCE_AT = 188;
const SEAL_HASH_AT = 204;
const WORKER = /^[A-Za-z0-9._-]{0,64}$/;

/** @throws RangeError when a field does not fit its place */
export function encodeShareRecord(record: ShareRecord): Uint8Array {
  if (!WORKER.test(record.worker)) throw new RangeError("a worker's name of other characters, or too long");
  if (record.header.length !== SHARE_HEADER_BYTES) throw new RangeError(`a header of ${record.header.length} bytes`);
  if (record.extranonce.length !== SEAL_HASH_AT - EXTRANONCE_AT) throw new RangeError("an extranonce of another size");
  const bytes = new Uint8Array(RECORD_FIXED_BYTES + record.worker.length);
  bytes.set(record.poolKey);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(ROUND_AT, BigInt(record.round), true);
  view.setBigUint64(LEAF_AT, BigInt(record.leaf), true);
  bytes.set(record.address, ADDRESS_AT);
  writeUint(bytes, WORK_AT, WORK_BYTES, record.work);
  view.setBigUint64(HEIGHT_AT, BigInt(record.height), true);
  writeUint(bytes, REWARD_AT, 8, record.rewardAtoms);
  view.setBigUint64(TIME_AT, BigInt(record.timeMs), true);
  bytes.set(record.header, HEADER_AT);
  bytes.set(record.extranonce, EXTRANONCE_AT);
  bytes.set(record.sealHash, SEAL_HASH_AT);
  bytes.set(utf8(record.worker), RECORD_FIXED_BYTES);
  return bytes;
}

/** Only the canonical form. @returns null for anything else; parts of the result share memory with `bytes` */
export function decodeShareRecord(bytes: Uint8Array): ShareRecord | null {
  if (bytes.length < RECORD_FIXED_BYTES || bytes.length > RECORD_FIXED_BYTES + MAX_WORKER_BYTES) return null;
  const [round, leaf, height, timeMs] = [ROUND_AT, LEAF_AT, HEIGHT_AT, TIME_AT].map((at) => readNumber(bytes, at));
  const worker = String.fromCharCode(...bytes.subarray(RECORD_FIXED_BYTES));
  if (round == null || leaf == null || height == null || timeMs == null || !WORKER.test(worker)) return null;
  return {
    poolKey: asKey(bytes.subarray(0, ROUND_AT)),
    round,
    leaf,
    address: asAddress(bytes.subarray(ADDRESS_AT, WORK_AT)),
    work: readUint(bytes, WORK_AT, WORK_BYTES),
    height,
    rewardAtoms: readUint(bytes, REWARD_AT, 8),
    timeMs,
    header: bytes.subarray(HEADER_AT, EXTRANONCE_AT),
    extranonce: bytes.subarray(EXTRANONCE_AT, SEAL_HASH_AT),
    sealHash: asHash(bytes.subarray(SEAL_HASH_AT, RECORD_FIXED_BYTES)),
    worker,
  };
}

/** @returns null from 2^53 on */
function readNumber(bytes: Uint8Array, at: number): number | null {
  const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true);
  return value < 2n ** 53n ? Number(value) : null;
}
