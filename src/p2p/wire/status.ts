/** What two nodes tell each other first (rule WIRE-3): 178 bytes. */
import {
  asHash,
  type BlockId,
  blameSender,
  err,
  type Fault,
  type Hash,
  ok,
  type Result,
  readUint,
  writeUint,
} from "#base";

export const WIRE_VERSION = 1;
export const STATUS_BYTES = 178;

export interface Status {
  readonly wireVersion: number;
  readonly chainId: Hash;
  readonly genesisId: BlockId;
  readonly head: { readonly height: number; readonly id: BlockId; readonly weight: bigint };
  readonly finalized: { readonly height: number; readonly id: BlockId };
}

export function encodeStatus(status: Status): Uint8Array {
  const bytes = new Uint8Array(STATUS_BYTES);
  writeUint(bytes, 0, 2, BigInt(status.wireVersion));
  bytes.set(status.chainId, 2);
  bytes.set(status.genesisId, 34);
  writeUint(bytes, 66, 8, BigInt(status.head.height));
  bytes.set(status.head.id, 74);
  writeUint(bytes, 106, 32, status.head.weight);
  writeUint(bytes, 138, 8, BigInt(status.finalized.height));
  bytes.set(status.finalized.id, 146);
  return bytes;
}

export function decodeStatus(bytes: Uint8Array): Result<Status, Fault> {
  if (bytes.length !== STATUS_BYTES) return err(blameSender("status-malformed", { sizeBytes: bytes.length }));
  const headHeight = Number(readUint(bytes, 66, 8));
  const finalHeight = Number(readUint(bytes, 138, 8));
  if (!Number.isSafeInteger(headHeight) || !Number.isSafeInteger(finalHeight))
    return err(blameSender("status-malformed", { field: "height" }));
  return ok({
    wireVersion: Number(readUint(bytes, 0, 2)),
    chainId: asHash(bytes.subarray(2, 34)),
    genesisId: asHash(bytes.subarray(34, 66)),
    head: { height: headHeight, id: asHash(bytes.subarray(74, 106)), weight: readUint(bytes, 106, 32) },
    finalized: { height: finalHeight, id: asHash(bytes.subarray(146, 178)) },
  });
}
