import type { Address, TransactionId } from "#base";
import type { PreparedTransaction } from "#model";

/** A pending transaction. */
export interface Entry {
  readonly item: PreparedTransaction;
  /** Key of the id in maps: two bytes a character, shorter and quicker than hex. */
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
  /** Turns true when it leaves. */
  gone: boolean;
}

/** Key of an id or address in maps. In one call, since every transaction comes here several times. */
export function nameOf(bytes: TransactionId | Address): string {
  const at = (i: number): number => bytes[i]! | (bytes[i + 1]! << 8);
  return bytes.length === 20
    ? String.fromCharCode(at(0), at(2), at(4), at(6), at(8), at(10), at(12), at(14), at(16), at(18))
    : String.fromCharCode(
        at(0),
        at(2),
        at(4),
        at(6),
        at(8),
        at(10),
        at(12),
        at(14),
        at(16),
        at(18),
        at(20),
        at(22),
        at(24),
        at(26),
        at(28),
        at(30),
      );
}

export function feeRateOf(item: PreparedTransaction): number {
  return Math.floor((Number(item.transaction.feeAtoms) * 1_000) / item.bytes.length);
}
