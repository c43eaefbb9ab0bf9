import type { PreparedTransaction } from "#model";

/** A pending transaction. */
export interface Entry {
  readonly item: PreparedTransaction;
  /** Key of the id in maps: one byte a character, shorter and quicker than hex. */
  readonly name: string;
  /** The most it can take from its sender: fee, amounts and burns. */
  readonly costAtoms: bigint;
  /** Thousandths of an atom a byte. */
  readonly feeRate: number;
  readonly addedMs: number;
  /** How often this nonce was replaced. */
  readonly replacements: number;
  /** Turns true when `transaction-added` is sent: not before it can go into a block. */
  told: boolean;
}

export function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

export function feeRateOf(item: PreparedTransaction): number {
  return Math.floor((Number(item.transaction.feeAtoms) * 1_000) / item.bytes.length);
}
