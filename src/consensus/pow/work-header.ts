/** The 80 bytes that work is done on, and the coinbase that ties them to our header (rules POW-4 and POW-5). */
import { asHash, concatBytes, fromHex, type Hash, utf8 } from "#base";
import { sha256d } from "#crypto";

export const WORK_HEADER_BYTES = 80;
export const NONCE_AT = 76;
export const EXTRANONCE_BYTES = 16;
/** Extranonce = job salt 4 ‖ extranonce1 4 ‖ extranonce2 8; what a miner is told ends after the job salt. */
export const COINBASE_EXTRANONCE_AT = 85;
export const COINBASE_BYTES = 120;

const COINBASE_HEAD = fromHex(`0100000001${"00".repeat(32)}ffffffff3b04`)!;
const COINBASE_TAIL = fromHex(`ffffffff01${"00".repeat(8)}016a00000000`)!;
const PUSH_SEAL_HASH = concatBytes(new Uint8Array([0x24]), utf8("AGON"));
const PUSH_EXTRANONCE = new Uint8Array([EXTRANONCE_BYTES]);

export interface WorkHeader {
  readonly version: number;
  readonly parent: Hash;
  readonly coinbaseHash: Hash;
  /** Seconds since 1970. */
  readonly timeS: number;
  readonly bits: number;
  readonly nonce: number;
}

/**
 * A Bitcoin coinbase of 120 bytes, well formed because some firmware and proxies read it.
 * @param height below 2^32
 */
export function encodeCoinbase(height: number, sealHash: Hash, extranonce: Uint8Array): Uint8Array {
  if (extranonce.length !== EXTRANONCE_BYTES) throw new RangeError(`an extranonce of ${extranonce.length} bytes`);
  return concatBytes(
    COINBASE_HEAD,
    uint32(height),
    PUSH_SEAL_HASH,
    sealHash,
    PUSH_EXTRANONCE,
    extranonce,
    COINBASE_TAIL,
  );
}

export function encodeWorkHeader(header: WorkHeader): Uint8Array {
  const bytes = new Uint8Array(WORK_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.version, true);
  bytes.set(header.parent, 4);
  bytes.set(header.coinbaseHash, 36);
  view.setUint32(68, header.timeS, true);
  view.setUint32(72, header.bits, true);
  view.setUint32(NONCE_AT, header.nonce, true);
  return bytes;
}

/** The block id: SHA-256 twice over the 80 bytes. */
export function computeWorkId(header: WorkHeader): Hash {
  return asHash(sha256d(encodeWorkHeader(header)));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
