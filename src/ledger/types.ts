/** What the ledger takes and gives. */
import type { Address, Fault, Hash, Key, TransactionId } from "#base";
import type { Account, BlockOrders, Credit, Evidence, Outcome, PreparedTransaction, Supply, Vote } from "#model";
import type { StateChanges } from "./state/changes.ts";
import type { StatePage } from "./state/pages.ts";
import type { StateProof } from "./state/proof.ts";
import type { TableName } from "./state/tables.ts";
import type { SupplyCheck } from "./supply.ts";

export type { StateChanges };

export interface BlockInput {
  readonly height: number;
  readonly timeMs: number;
  readonly proposer: Address;
  /** Signatures are checked already. */
  readonly transactions: readonly PreparedTransaction[];
  /** On their branch checked already. */
  readonly votes: readonly Vote[];
  /** What the engine asks for besides; null on a chain without a lottery. */
  readonly orders: BlockOrders | null;
  /** What the engine credits, given the block's fees. */
  readonly rewards: (feesAtoms: bigint) => readonly Credit[];
}

/** Which transaction of a block is at fault, and why. */
export interface BlockFault {
  readonly fault: Fault;
  readonly index: number | null;
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
  readonly orders: BlockOrders | null;
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

/** A part of a bond on its way out: it can still be slashed, and is paid when its epoch begins. */
export interface Unbonding {
  /** Null until the request is final and has left the tables. */
  readonly paidAtEpoch: number | null;
  readonly amountAtoms: bigint;
}

/** A validator as the state has it (rules STAKE-1 to STAKE-3). */
export interface Validator {
  readonly owner: Address;
  readonly signingKey: Key;
  /** What is bonded and not on its way out, whether it counts already or waits to be final. */
  readonly bondedAtoms: bigint;
  /** What counts in the next table, were it made now. */
  readonly activeAtoms: bigint;
  readonly unbonding: readonly Unbonding[];
  /** First epoch in whose table it may stand again; 0 when it never was in jail. */
  readonly jailedUntilEpoch: number;
  /** It left the tables because it did not vote while nothing became final. */
  readonly leaked: boolean;
  readonly onionTip: Hash;
  readonly nextOnion: { readonly tip: Hash; readonly fromEpoch: number } | null;
  /** Latest epoch it voted for, and in how many; blocks it made, since it first bonded. */
  readonly lastVoteEpoch: number;
  readonly votes: number;
  readonly blocks: number;
  readonly slashedAtoms: bigint;
}

/** What the state knows of those who bond. */
export interface StakeView {
  /** In the order in which they first bonded. */
  validators(): readonly Validator[];
  validator(owner: Address): Validator | null;
  /** By the present signing key or one that it had. */
  validatorOf(signingKey: Key): Validator | null;
  /** What a block of that epoch signed by this key must continue; null for a key that nobody has. */
  onionTip(signingKey: Key, epoch: number): Hash | null;
  /** Whether a block of that epoch on this state may hold a vote of this key: not where its validator is in jail. */
  mayVote(signingKey: Key, epoch: number): boolean;
  /** Whether an offence has been reported: two blocks in the slot `at`, or votes whose higher target is `at`. */
  isPunished(signingKey: Key, kind: Evidence["kind"], at: number): boolean;
  /** Waiting to be divided among those who vote in the present epoch. */
  voterPoolAtoms(): bigint;
}

/** The authenticated state of one chain at one block, and the rules that move it. Synchronous; not shared between branches. */
export interface Ledger {
  readonly root: Hash;
  account(address: Address): Account | null;
  supply(): Supply;
  maturing(address: Address): readonly Maturing[];
  /** Null on a chain without bonds. */
  readonly stake: StakeView | null;
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
  /**
   * Why the present state refuses what a transaction asks of bonds, its sender's nonce and balance aside; another
   * block may change that. Null for whatever is not about bonds.
   */
  refusal(tx: PreparedTransaction): Fault | null;
}

/** One key of the state with its value. */
export interface StateEntry {
  readonly table: TableName;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface LedgerStats {
  readonly accounts: number;
  /** Keys of all tables. */
  readonly leaves: number;
  readonly nodes: number;
  /** Reserved; what was never written takes no memory. */
  readonly bytes: number;
}

/** How the state is kept on disk, proved and looked through. */
export interface LedgerStorage {
  /** Pages that changed since they were last taken; from now on they count as saved. */
  takeDirtyPages(): readonly StatePage[];
  /** After a commit of pages that failed. */
  markDirty(pages: Iterable<number>): void;
  /**
   * Replaces the whole state by one that was saved, in any order of pages.
   * @returns its root
   * @throws OperationError `state-page-damaged`; the state is then as before
   */
  loadPages(pages: Iterable<StatePage>): Hash;
  /** That a key has its value, or is not there, under the present root. */
  prove(table: TableName, key: Uint8Array): StateProof;
  /** All keys, in no particular order; copies. */
  entries(): Iterable<StateEntry>;
  stats(): LedgerStats;
  /** Adds everything up (rule STATE-9). */
  checkSupply(): SupplyCheck;
}

export interface LedgerOptions {
  /** Secret of this process, so that nobody can choose addresses that are slow to find; 32 bits. */
  readonly indexSeed?: number;
  /** Accounts to have room for from the start. */
  readonly capacity?: number;
}
