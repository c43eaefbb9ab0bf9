/** What the ledger takes and gives. */
import type { Address, Fault, Hash, TransactionId } from "#base";
import type { Account, Credit, Outcome, PreparedTransaction, Supply, Vote } from "#model";

export interface BlockInput {
  readonly height: number;
  readonly timeMs: number;
  readonly proposer: Address;
  /** Signatures are checked already. */
  readonly transactions: readonly PreparedTransaction[];
  readonly votes: readonly Vote[];
  /** What the engine credits, given the block's fees. */
  readonly rewards: (feesAtoms: bigint) => readonly Credit[];
}

/** Which transaction of a block is at fault, and why. */
export interface BlockFault {
  readonly fault: Fault;
  readonly index: number | null;
}

/** The difference that one block makes, exact in both directions. */
export interface StateChanges {
  /** State keys with the value before and after; null = absent. In no particular order, each key once. */
  readonly entries: readonly {
    readonly key: Uint8Array;
    readonly before: Uint8Array | null;
    readonly after: Uint8Array | null;
  }[];
}

export interface Applied {
  readonly root: Hash;
  readonly changes: StateChanges;
  readonly feesAtoms: bigint;
  readonly credits: readonly Credit[];
  readonly outcomes: readonly Outcome[];
}

export interface DraftInput {
  readonly height: number;
  readonly timeMs: number;
  readonly proposer: Address;
  readonly votes: readonly Vote[];
  readonly rewards: (feesAtoms: bigint) => readonly Credit[];
  /** In the order they should be tried; those that fail are left out. */
  readonly candidates: Iterable<PreparedTransaction>;
}

export interface DraftBlock {
  readonly transactions: readonly PreparedTransaction[];
  readonly stateRoot: Hash;
  readonly feesAtoms: bigint;
  readonly skipped: readonly { readonly id: TransactionId; readonly fault: Fault }[];
}

/** A credit that waits for its height. */
export interface Maturing {
  readonly atHeight: number;
  readonly credit: Credit;
}

/** The authenticated state of one chain at one block, and the rules that move it. Synchronous; not shared between branches. */
export interface Ledger {
  readonly root: Hash;
  account(address: Address): Account | null;
  supply(): Supply;
  maturing(address: Address): readonly Maturing[];
  /** On success the state has moved to after the block; on a fault it is as before. */
  apply(
    input: BlockInput,
  ): { readonly ok: true; readonly value: Applied } | { readonly ok: false; readonly error: BlockFault };
  /** Takes back the changes of the last block applied. */
  revert(changes: StateChanges): void;
  /** Makes changes again that were made before, without executing. */
  replay(changes: StateChanges): void;
  /** Tries the candidates on the present state and leaves it as it was. */
  draft(input: DraftInput): DraftBlock;
}
