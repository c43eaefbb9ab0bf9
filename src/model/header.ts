/** A block's header and its canonical bytes (rules BLOCK-1 to BLOCK-4), an SSZ container. */
import {
  type Address,
  asAddress,
  asHash,
  type BlockId,
  blameSender,
  concatBytes,
  err,
  type Fault,
  type Hash,
  ok,
  type Result,
  utf8,
} from "#base";
import { sha256 } from "#crypto";
import { MAX_CLAIM_BYTES, MAX_SEAL_BYTES } from "./limits.ts";

export const HEADER_VERSION = 1;
const FIXED_BYTES = 142;
const FIXED_BYTES_WITHOUT_SEAL = 138;
const CLAIM_OFFSET_AT = 134;
const SEAL_TAG = utf8("agon/seal/v1");

export interface Header {
  readonly version: number;
  readonly height: number;
  readonly parent: BlockId;
  readonly timeMs: number;
  readonly bodyRoot: Hash;
  readonly stateRoot: Hash;
  readonly proposer: Address;
  /** Engine bytes inside the hash that is sealed. */
  readonly claim: Uint8Array;
  /** Engine bytes outside it. */
  readonly seal: Uint8Array;
}

export function encodeHeader(header: Header): Uint8Array {
  return encodeFields(header, header.seal);
}

/** H('agon/seal/v1', chain id, all fields but the seal): what the producer seals (rule BLOCK-3). */
export function sealHash(chainId: Hash, header: Omit<Header, "seal">): Hash {
  return sha256(concatBytes(SEAL_TAG, chainId, encodeFields(header, null)));
}

function encodeFields(header: Omit<Header, "seal">, seal: Uint8Array | null): Uint8Array {
  if (header.claim.length > MAX_CLAIM_BYTES) throw new RangeError(`a claim of ${header.claim.length} bytes`);
  if (seal !== null && seal.length > MAX_SEAL_BYTES) throw new RangeError(`a seal of ${seal.length} bytes`);
  const fixed = seal === null ? FIXED_BYTES_WITHOUT_SEAL : FIXED_BYTES;
  const bytes = new Uint8Array(fixed + header.claim.length + (seal?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, header.version, true);
  view.setBigUint64(2, BigInt(header.height), true);
  bytes.set(header.parent, 10);
  view.setBigUint64(42, BigInt(header.timeMs), true);
  bytes.set(header.bodyRoot, 50);
  bytes.set(header.stateRoot, 82);
  bytes.set(header.proposer, 114);
  view.setUint32(CLAIM_OFFSET_AT, fixed, true);
  bytes.set(header.claim, fixed);
  if (seal !== null) {
    view.setUint32(CLAIM_OFFSET_AT + 4, fixed + header.claim.length, true);
    bytes.set(seal, fixed + header.claim.length);
  }
  return bytes;
}

/** Parts of the result share memory with `bytes`. */
export function decodeHeader(bytes: Uint8Array): Result<Header, Fault> {
  if (bytes.length < FIXED_BYTES || bytes.length > FIXED_BYTES + MAX_CLAIM_BYTES + MAX_SEAL_BYTES)
    return err(blameSender("header-malformed", { sizeBytes: bytes.length }));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint16(0, true);
  if (version !== HEADER_VERSION) return err(blameSender("header-version", { version }));
  const height = Number(view.getBigUint64(2, true));
  const timeMs = Number(view.getBigUint64(42, true));
  const sealAt = view.getUint32(CLAIM_OFFSET_AT + 4, true);
  const canonical =
    view.getUint32(CLAIM_OFFSET_AT, true) === FIXED_BYTES &&
    sealAt >= FIXED_BYTES &&
    sealAt <= Math.min(bytes.length, FIXED_BYTES + MAX_CLAIM_BYTES) &&
    bytes.length - sealAt <= MAX_SEAL_BYTES &&
    Number.isSafeInteger(height) &&
    Number.isSafeInteger(timeMs);
  if (!canonical) return err(blameSender("header-malformed"));
  return ok({
    version,
    height,
    parent: asHash(bytes.subarray(10, 42)),
    timeMs,
    bodyRoot: asHash(bytes.subarray(50, 82)),
    stateRoot: asHash(bytes.subarray(82, 114)),
    proposer: asAddress(bytes.subarray(114, 134)),
    claim: bytes.subarray(FIXED_BYTES, sealAt),
    seal: bytes.subarray(sealAt),
  });
}
