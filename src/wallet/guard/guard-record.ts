/**
 * The bytes of the guard's journal. A header and every record have 128 bytes, so that none lies in two sectors of a
 * disk: after a loss of power a sector is the old one or the new one.
 *
 * Header: "agon-guard" padded to 16 ‖ version u32 ‖ records that fit u32 ‖ 8 zeros ‖ chain id 32 ‖ 32 zeros ‖ checksum 32.
 * Record: sequence u64 ‖ key 32 ‖ slot i64 ‖ source i64 ‖ target i64 ‖ 32 zeros ‖ checksum 32; −1 stands for none.
 */
import { asHash, asKey, equalBytes, type Hash, type Key, utf8 } from "#base";
import { taggedHash } from "#crypto";
import type { Protection } from "./protection.ts";

export const GUARD_RECORD_BYTES = 128;
export const GUARD_VERSION = 1;
const MAGIC = utf8("agon-guard");
const CHECKED_BYTES = 96;

export interface GuardHeader {
  readonly version: number;
  /** Records that the file has room for. */
  readonly capacity: number;
  readonly chainId: Hash;
}

export interface GuardRecord {
  /** Counts up by one from record to record, also over the file's replacements. */
  readonly sequence: number;
  readonly key: Key;
  readonly protection: Protection;
}

export function encodeGuardHeader({ version, capacity, chainId }: GuardHeader): Uint8Array {
  const bytes = new Uint8Array(GUARD_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint32(16, version, true);
  view.setUint32(20, capacity, true);
  bytes.set(chainId, 32);
  return sealed(bytes);
}

/** @returns null when these are not the bytes of a header */
export function decodeGuardHeader(bytes: Uint8Array): GuardHeader | null {
  if (bytes.length !== GUARD_RECORD_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return null;
  if (!isSealed(bytes)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    version: view.getUint32(16, true),
    capacity: view.getUint32(20, true),
    chainId: asHash(bytes.slice(32, 64)),
  };
}

export function encodeGuardRecord({ sequence, key, protection }: GuardRecord): Uint8Array {
  const bytes = new Uint8Array(GUARD_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(sequence), true);
  bytes.set(key, 8);
  const { lastBlockSlot, lastVoteSource, lastVoteTarget } = protection;
  [lastBlockSlot, lastVoteSource, lastVoteTarget].forEach((value, i) => {
    view.setBigInt64(40 + 8 * i, BigInt(value ?? -1), true);
  });
  return sealed(bytes);
}

/** `torn`: the beginning of a record and zeros after it, as a write leaves it that was never finished. */
export function decodeGuardRecord(bytes: Uint8Array): GuardRecord | "torn" | "damaged" {
  if (!isSealed(bytes)) return isCut(bytes) ? "torn" : "damaged";
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const number = (at: number): number | null => {
    const value = Number(view.getBigInt64(at, true));
    return value < 0 ? null : value;
  };
  return {
    sequence: Number(view.getBigUint64(0, true)),
    key: asKey(bytes.slice(8, 40)),
    protection: { lastBlockSlot: number(40), lastVoteSource: number(48), lastVoteTarget: number(56) },
  };
}

function checksum(bytes: Uint8Array): Uint8Array {
  return taggedHash("agon/guard-record/v1", bytes.subarray(0, CHECKED_BYTES));
}

function sealed(bytes: Uint8Array): Uint8Array {
  bytes.set(checksum(bytes), CHECKED_BYTES);
  return bytes;
}

function isSealed(bytes: Uint8Array): boolean {
  return equalBytes(bytes.subarray(CHECKED_BYTES), checksum(bytes));
}

/** The checksum, written last, is missing from some byte on. */
function isCut(bytes: Uint8Array): boolean {
  const right = checksum(bytes);
  let same = 0;
  while (bytes[CHECKED_BYTES + same] === right[same]) same++;
  return bytes.subarray(CHECKED_BYTES + same).every((byte) => byte === 0);
}
