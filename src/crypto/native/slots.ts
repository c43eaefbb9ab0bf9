/** The memory that the pool shares with its workers, in slots; one slot carries one piece of work there and back. */
import { asAddress, asHash } from "#base";
import { hasTransactionShape } from "./transaction-layout.ts";
import { misshapen, type Verified } from "./transaction-verifier.ts";

/** Transactions in one piece at most: above 100 only the latency grows. */
export const MAX_PIECE = 128;

export interface Slot {
  /** The transactions one after the other. */
  readonly bytes: Uint8Array;
  /** Of each transaction; 0 for what has not the shape of one. */
  readonly lengths: Uint32Array;
  readonly valid: Uint8Array;
  readonly ids: Uint8Array;
  readonly senders: Uint8Array;
}

/** @param slotBytes room for transactions, a multiple of 4 */
export function slotMemory(count: number, slotBytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(count * strideOf(slotBytes));
}

export function slotsOf(memory: SharedArrayBuffer, slotBytes: number): Slot[] {
  const stride = strideOf(slotBytes);
  return Array.from({ length: memory.byteLength / stride }, (_, index) => {
    let at = index * stride;
    const take = (size: number): Uint8Array => {
      at += size;
      return new Uint8Array(memory, at - size, size);
    };
    const bytes = take(slotBytes);
    const lengths = new Uint32Array(memory, at, MAX_PIECE);
    at += 4 * MAX_PIECE;
    return { bytes, lengths, valid: take(MAX_PIECE), ids: take(32 * MAX_PIECE), senders: take(20 * MAX_PIECE) };
  });
}

/** Room that a transaction takes in a slot. */
export function sizeInSlot(bytes: Uint8Array): number {
  return hasTransactionShape(bytes) ? bytes.length : 0;
}

/** The transactions must fit: at most MAX_PIECE, and their sizes at most the slot's bytes. */
export function fillSlot(slot: Slot, transactions: readonly Uint8Array[]): void {
  let at = 0;
  transactions.forEach((bytes, i) => {
    const size = sizeInSlot(bytes);
    slot.lengths[i] = size;
    if (size > 0) slot.bytes.set(bytes, at);
    at += size;
  });
}

/** The worker's part: answers in the slot's own memory. */
export function answerSlot(slot: Slot, count: number, verify: (bytes: Uint8Array) => Verified): void {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { valid, id, sender } = verify(slot.bytes.subarray(at, at + slot.lengths[i]!));
    slot.valid[i] = valid ? 1 : 0;
    slot.ids.set(id, 32 * i);
    slot.senders.set(sender, 20 * i);
    at += slot.lengths[i]!;
  }
}

/** Copies the answers out, since the slot is used again: those of all together, which costs less memory than each alone. */
export function readSlot(slot: Slot, count: number): Verified[] {
  const ids = slot.ids.slice(0, 32 * count);
  const senders = slot.senders.slice(0, 20 * count);
  return Array.from({ length: count }, (_, i) => {
    if (slot.lengths[i] === 0) return misshapen();
    const id = asHash(ids.subarray(32 * i, 32 * i + 32));
    return { valid: slot.valid[i] === 1, id, sender: asAddress(senders.subarray(20 * i, 20 * i + 20)) };
  });
}

function strideOf(slotBytes: number): number {
  return slotBytes + (4 + 1 + 32 + 20) * MAX_PIECE;
}
