/** What goes into the import line and what comes out of it. */
import type { BlockId, Fault } from "#base";
import type { Parsed } from "#consensus";
import type { Block, PreparedTransaction } from "#model";

export interface Candidate {
  readonly block: Block;
  /** Transactions that were checked before, by position, as a relay by short ids finds them. */
  readonly known?: readonly (PreparedTransaction | null)[];
}

/** What it takes in memory, roughly. */
export function bodyBytesOf({ block }: Candidate): number {
  let sizeBytes = 0;
  for (const bytes of block.body.transactions) sizeBytes += bytes.length;
  return sizeBytes;
}

export type ImportResult =
  /** It is on the chain of the head now. */
  | { readonly kind: "imported"; readonly id: BlockId }
  /** Valid as far as can be told without executing it; its branch does not lead. */
  | { readonly kind: "stored"; readonly id: BlockId }
  | { readonly kind: "known"; readonly id: BlockId }
  | { readonly kind: "waiting"; readonly id: BlockId; readonly why: "too-early" | "needs-state" | "unknown-parent" }
  | { readonly kind: "refused"; readonly fault: Fault };

/** A candidate past the checks that need no state. */
export interface Checked {
  readonly candidate: Candidate;
  readonly parsed: Parsed;
  readonly bodyBytes: Uint8Array;
  readonly transactions: readonly PreparedTransaction[];
}

export type CheckResult =
  | { readonly kind: "checked"; readonly checked: Checked }
  | { readonly kind: "done"; readonly result: ImportResult; readonly invalidId?: BlockId };
