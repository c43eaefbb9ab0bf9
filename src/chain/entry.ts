/** A stored block as the chain knows it, and how that lies on disk. */
import { type BlockId, InvariantError } from "#base";
import type { Engine, Snapshot } from "#consensus";
import { decodeHeader, encodeHeader, type Header } from "#model";

/** `header-valid`: header and body hold together, never executed. `executed`: its state root was reached by us. */
export type BlockStatus = "header-valid" | "executed" | "invalid";

const STATUSES: readonly BlockStatus[] = ["header-valid", "executed", "invalid"];

export interface BlockEntry {
  /** Order of arrival; names the block in the store. */
  readonly seq: number;
  readonly id: BlockId;
  readonly header: Header;
  readonly snapshot: Snapshot;
  readonly status: BlockStatus;
  readonly sizeBytes: number;
  readonly transactionCount: number;
}

const FIXED_BYTES = 13;

/** status u8 ‖ body size u32 ‖ transactions u32 ‖ header length u32 ‖ header ‖ snapshot, little-endian. */
export function encodeEntry(engine: Engine, entry: BlockEntry): Uint8Array {
  const header = encodeHeader(entry.header);
  const snapshot = engine.encodeSnapshot(entry.snapshot);
  const bytes = new Uint8Array(FIXED_BYTES + header.length + snapshot.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = STATUSES.indexOf(entry.status);
  view.setUint32(1, entry.sizeBytes, true);
  view.setUint32(5, entry.transactionCount, true);
  view.setUint32(9, header.length, true);
  bytes.set(header, FIXED_BYTES);
  bytes.set(snapshot, FIXED_BYTES + header.length);
  return bytes;
}

export function decodeEntry(engine: Engine, seq: number, bytes: Uint8Array): BlockEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const status = STATUSES[bytes[0] ?? -1];
  if (bytes.length < FIXED_BYTES || status === undefined) throw new InvariantError(`block record ${seq} is damaged`);
  const end = FIXED_BYTES + view.getUint32(9, true);
  const header = decodeHeader(bytes.subarray(FIXED_BYTES, end));
  if (!header.ok) throw new InvariantError(`the header of block record ${seq} is damaged: ${header.error.code}`);
  const snapshot = engine.decodeSnapshot(bytes.subarray(end));
  return {
    seq,
    id: snapshot.id,
    header: header.value,
    snapshot,
    status,
    sizeBytes: view.getUint32(1, true),
    transactionCount: view.getUint32(5, true),
  };
}
