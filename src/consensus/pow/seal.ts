/** Claim and seal of a block of work, and their bytes (rules POW-1 and POW-2). */
import { EXTRANONCE_BYTES } from "./work-header.ts";

export const CLAIM_BYTES = 4;
export const SEAL_BYTES = 28;
/** What a miner starts from: the bits of BIP 9 without any signal. */
export const BASE_VERSION = 0x20000000;
/** Bits of the version that a miner may move, those that BIP 320 leaves free. */
export const FREE_VERSION_BITS = 0x1fffe000;
/** How far a miner may move the time of the 80 bytes ahead of the header's, s. */
export const TIME_ROLL_S = 600;

export interface PowClaim {
  /** Compact target. */
  readonly bits: number;
}

export interface PowSeal {
  readonly version: number;
  /** Seconds since 1970; without meaning but for its window. */
  readonly timeS: number;
  readonly nonce: number;
  readonly extranonce: Uint8Array;
}

export function encodeClaim({ bits }: PowClaim): Uint8Array {
  const bytes = new Uint8Array(CLAIM_BYTES);
  new DataView(bytes.buffer).setUint32(0, bits, true);
  return bytes;
}

/** @returns null unless it has exactly 4 bytes; any bits pass */
export function decodeClaim(bytes: Uint8Array): PowClaim | null {
  return bytes.length === CLAIM_BYTES ? { bits: viewOf(bytes).getUint32(0, true) } : null;
}

export function encodeSeal(seal: PowSeal): Uint8Array {
  const bytes = new Uint8Array(SEAL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, seal.version, true);
  view.setUint32(4, seal.timeS, true);
  view.setUint32(8, seal.nonce, true);
  if (seal.extranonce.length !== EXTRANONCE_BYTES)
    throw new RangeError(`extranonce of ${seal.extranonce.length} bytes`);
  bytes.set(seal.extranonce, 12);
  return bytes;
}

/** @returns null unless it has exactly 28 bytes */
export function decodeSeal(bytes: Uint8Array): PowSeal | null {
  if (bytes.length !== SEAL_BYTES) return null;
  const view = viewOf(bytes);
  return {
    version: view.getUint32(0, true),
    timeS: view.getUint32(4, true),
    nonce: view.getUint32(8, true),
    extranonce: bytes.subarray(12),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
