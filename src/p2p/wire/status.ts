/** What two nodes tell each other first (rule WIRE-3): 194 bytes. */
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

export const WIRE_VERSION = 2;
export const STATUS_BYTES = 194;

export interface Tip {
  readonly height: number;
  readonly id: BlockId;
  /** Latest epoch that its branch justifies; 0 where there are no votes. */
  readonly justifiedEpoch: number;
  readonly weight: bigint;
}

export interface Status {
  readonly wireVersion: number;
  readonly chainId: Hash;
  readonly genesisId: BlockId;
  readonly head: Tip;
  readonly finalized: { readonly height: number; readonly id: BlockId };
  /** What the sender's clock says; nobody relies on a single one (rule WIRE-3). */
  readonly timeMs: number;
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
  writeUint(bytes, 178, 8, BigInt(status.timeMs));
  writeUint(bytes, 186, 8, BigInt(status.head.justifiedEpoch));
  return bytes;
}

export function decodeStatus(bytes: Uint8Array): Result<Status, Fault> {
  if (bytes.length !== STATUS_BYTES) return err(blameSender("status-malformed", { sizeBytes: bytes.length }));
  const headHeight = Number(readUint(bytes, 66, 8));
  const finalHeight = Number(readUint(bytes, 138, 8));
  const timeMs = Number(readUint(bytes, 178, 8));
  const justifiedEpoch = Number(readUint(bytes, 186, 8));
  if (![headHeight, finalHeight, timeMs, justifiedEpoch].every(Number.isSafeInteger))
    return err(blameSender("status-malformed", { field: "height" }));
  return ok({
    wireVersion: Number(readUint(bytes, 0, 2)),
    chainId: asHash(bytes.subarray(2, 34)),
    genesisId: asHash(bytes.subarray(34, 66)),
    head: {
      height: headHeight,
      id: asHash(bytes.subarray(74, 106)),
      justifiedEpoch,
      weight: readUint(bytes, 106, 32),
    },
    finalized: { height: finalHeight, id: asHash(bytes.subarray(146, 178)) },
    timeMs,
  });
}

/** Whether a tip is better than another, as far as can be told from what its holder says. */
export function claimsMore(
  a: Pick<Tip, "justifiedEpoch" | "weight">,
  b: Pick<Tip, "justifiedEpoch" | "weight">,
): boolean {
  return a.justifiedEpoch === b.justifiedEpoch ? a.weight > b.weight : a.justifiedEpoch > b.justifiedEpoch;
}
