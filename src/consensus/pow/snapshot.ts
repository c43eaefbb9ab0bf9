/** What work remembers about a chain up to one block, and its bytes on our own disk. */
import { asHash, assertInvariant, InvariantError, readUint, writeUint } from "#base";
import type { Checkpoint } from "#model";
import type { Snapshot } from "../engine.ts";

export interface PowData {
  /** Compact target of the block itself. */
  readonly bits: number;
  /** Latest ancestor, or the block itself, whose target is the limit (rule POW-7). */
  readonly anchor: { readonly height: number; readonly parentTimeS: number };
  /** Header times of the last blocks, oldest first, the block itself last. */
  readonly timesMs: readonly number[];
}

export type PowSnapshot = Snapshot<PowData>;

const FIXED_BYTES = 177;
const MAX_TIMES = 255;

/** Layout: id, height, time, weight (32), justified, finalized (40 each), bits, anchor (8 + 8 signed), count of times, times. */
export function encodeSnapshot(snapshot: PowSnapshot): Uint8Array {
  const { bits, anchor, timesMs } = snapshot.data;
  assertInvariant(timesMs.length > 0 && timesMs.length <= MAX_TIMES, `${timesMs.length} times`);
  const bytes = new Uint8Array(FIXED_BYTES + 8 * timesMs.length);
  const view = new DataView(bytes.buffer);
  bytes.set(snapshot.id, 0);
  view.setBigUint64(32, BigInt(snapshot.height), true);
  view.setBigUint64(40, BigInt(snapshot.timeMs), true);
  writeUint(bytes, 48, 32, snapshot.weight);
  writeCheckpoint(bytes, 80, snapshot.justified);
  writeCheckpoint(bytes, 120, snapshot.finalized);
  view.setUint32(160, bits, true);
  view.setUint32(164, anchor.height, true);
  view.setBigInt64(168, BigInt(anchor.parentTimeS), true);
  bytes[176] = timesMs.length;
  timesMs.forEach((timeMs, i) => {
    view.setBigUint64(FIXED_BYTES + 8 * i, BigInt(timeMs), true);
  });
  return bytes;
}

/** Bytes that we wrote ourselves; the result shares no memory with them. @throws InvariantError when they are no snapshot */
export function decodeSnapshot(bytes: Uint8Array): PowSnapshot {
  const count = bytes[176] ?? 0;
  if (count === 0 || bytes.length !== FIXED_BYTES + 8 * count)
    throw new InvariantError(`${bytes.length} bytes are no snapshot of work`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    id: asHash(bytes.slice(0, 32)),
    height: Number(view.getBigUint64(32, true)),
    timeMs: Number(view.getBigUint64(40, true)),
    weight: readUint(bytes, 48, 32),
    justified: readCheckpoint(bytes, 80),
    finalized: readCheckpoint(bytes, 120),
    data: {
      bits: view.getUint32(160, true),
      anchor: { height: view.getUint32(164, true), parentTimeS: Number(view.getBigInt64(168, true)) },
      timesMs: Array.from({ length: count }, (_, i) => Number(view.getBigUint64(FIXED_BYTES + 8 * i, true))),
    },
  };
}

function writeCheckpoint(bytes: Uint8Array, at: number, checkpoint: Checkpoint): void {
  writeUint(bytes, at, 8, BigInt(checkpoint.epoch));
  bytes.set(checkpoint.id, at + 8);
}

function readCheckpoint(bytes: Uint8Array, at: number): Checkpoint {
  return { epoch: Number(readUint(bytes, at, 8)), id: asHash(bytes.slice(at + 8, at + 40)) };
}
