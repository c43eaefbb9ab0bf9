/**
 * What a consensus engine is: small roles, pure functions, and no clock, keys, disk, network or lifecycle.
 * Target, weights and eligibility are functions of the parent's snapshot, used by both `turn` and `checkOnParent`,
 * so that producer and verifier cannot disagree.
 */
import type { Address, BlockId, Fault, Hash, Key, Result, Signature } from "#base";
import type { BlockOrders, Checkpoint, Credit, EpochTable, Header, Outcome, Vote } from "#model";

/** `wait` is held for a while and never remembered as invalid. */
export type Verdict =
  | { readonly kind: "ok" }
  | { readonly kind: "wait"; readonly why: "too-early" | "needs-state" | "unknown-parent"; readonly untilMs?: number }
  | { readonly kind: "fault"; readonly fault: Fault };

/** A header that the engine could read. The engine defines the id. */
export interface Parsed<C = unknown, S = unknown> {
  readonly header: Header;
  readonly id: BlockId;
  readonly sealHash: Hash;
  readonly claim: C;
  readonly seal: S;
}

/** A block to be: no roots, no seal. */
export interface Draft {
  readonly height: number;
  readonly parent: BlockId;
  readonly timeMs: number;
  readonly proposer: Address;
  readonly claim: Uint8Array;
}

/** What an engine remembers about the chain up to one block: immutable, one per block, at most 6 KiB encoded. */
export interface Snapshot<D = unknown> {
  readonly id: BlockId;
  readonly height: number;
  readonly timeMs: number;
  /** Preference for this branch since genesis, in the engine's unit (pow: expected hashes). Grows with every block. */
  readonly weight: bigint;
  readonly justified: Checkpoint;
  /** Deepest block on this branch that the rules promise never to revert. */
  readonly finalized: Checkpoint;
  readonly data: D;
}

/** The producer: a public key, and the one secret that an engine may ask for, kept by the wallet. */
export interface Me {
  readonly key: Key;
  /**
   * What continues our onion, as the state of the parent has it, for a block of that epoch; null when we have no
   * onion there or cannot continue it.
   */
  reveal(epoch: number): Hash | null;
}

export type Turn<C> =
  /** The block's time lies from `minTimeMs` to `maxTimeMs`; work on it is worth nothing after `expiresMs`. */
  | {
      readonly kind: "now";
      readonly claim: C;
      readonly minTimeMs: number;
      readonly maxTimeMs: number;
      readonly expiresMs: number;
    }
  | { readonly kind: "later"; readonly atMs: number }
  | { readonly kind: "never"; readonly why: string };

/** What must be written down before a signature leaves the house. */
export type Guard =
  | { readonly domain: "block"; readonly slot: number }
  | { readonly domain: "vote"; readonly source: number; readonly target: number };

export interface SearchJob {
  readonly kind: "search";
  /** 80 bytes, double-SHA-256 of which must not exceed the target. */
  readonly preimage: Uint8Array;
  /** Where the 4-byte little-endian nonce lies in the preimage. */
  readonly nonceAt: number;
  readonly target: bigint;
  /** The seal for a nonce that was found. */
  seal(nonce: number): Uint8Array;
  /** The same job in another part of the search space, once all nonces are tried. */
  roll(round: number): SearchJob;
}
export interface SignJob {
  readonly kind: "sign";
  readonly message: Hash;
  readonly key: Key;
  readonly guard: Guard;
  /** The seal of a block, or the signature of a vote as it stands in its bytes. */
  seal(signature: Signature): Uint8Array;
}
export type SealJob = SearchJob | SignJob;

/** Cheapest first. */
export interface Validity<C, S, D> {
  parse(header: Header): Result<Parsed<C, S>, Fault>;
  /** The header alone; runs first on anything from a stranger. */
  checkSeal(block: Parsed<C, S>): Result<void, Fault>;
  checkOnParent(block: Parsed<C, S>, parent: Snapshot<D>, nowMs: number): Verdict;
  /**
   * The parent as it were if the state that its children wait for (`needs-state`) changed nothing, which is the usual
   * case; the same snapshot where they need not wait. Says what is worth fetching ahead, never what is valid.
   */
  presume(parent: Snapshot<D>): Snapshot<D>;
}

export interface Production<C, D> {
  turn(parent: Snapshot<D>, me: Me, nowMs: number): Turn<C>;
  encodeClaim(claim: C): Uint8Array;
  sealJob(draft: Draft, sealHash: Hash, claim: C): SealJob;
}

export interface Succession<C, S, D> {
  /** The claim of the genesis header; its seal is empty and its id is its seal hash, on every engine. */
  genesisClaim(): Uint8Array;
  genesis(id: BlockId): Snapshot<D>;
  /** What the ledger must do besides; null where an engine asks for nothing. Same moment as `rewards`. */
  orders(draft: Draft, parent: Snapshot<D>): BlockOrders | null;
  /** Known before the seal, because the state root must hold them. */
  rewards(draft: Draft, parent: Snapshot<D>, feesAtoms: bigint): readonly Credit[];
  /** `body` and `outcomes` are null while only the header is known. */
  advance(
    parent: Snapshot<D>,
    block: Parsed<C, S>,
    body: { readonly votes: readonly Vote[] } | null,
    outcomes: readonly Outcome[] | null,
  ): Snapshot<D>;
  encodeSnapshot(snapshot: Snapshot<D>): Uint8Array;
  /** Bytes that we wrote ourselves. @throws InvariantError when they are not a snapshot */
  decodeSnapshot(bytes: Uint8Array): Snapshot<D>;
}

/** Negative when `b` is better; 0 = keep the first seen. */
export interface Preference<D> {
  compare(a: Snapshot<D>, b: Snapshot<D>): number;
  /** Whether a branch of which only headers are known may turn out better than the head, once its bodies are there. */
  promising(branch: Snapshot<D>, head: Snapshot<D>): boolean;
  /** Whether a header branch of unknown parent deserves memory, seen from the head (rule POW-12). */
  plausible(block: Parsed, head: Snapshot<D>): boolean;
}

/** What a voter should do now. */
export type Duty =
  | { readonly kind: "now"; readonly vote: Omit<Vote, "signature">; readonly job: SignJob }
  | { readonly kind: "later"; readonly atMs: number }
  | { readonly kind: "never"; readonly why: string };

/**
 * Where a key stands, seen from the head: it `leaves` when it is in the table of the head's epoch, and not in the next,
 * but will vote on, and is `former` while it votes in the epoch of the head although it has left (rule STAKE-23).
 */
export type Standing = "in" | "leaves" | "former" | "out";

export interface Voting<D> {
  /** For people. */
  standing(key: Key, head: Snapshot<D>): Standing;
  duty(head: Snapshot<D>, me: Pick<Me, "key">, nowMs: number): Duty;
  /**
   * Whether a vote that somebody sent is worth keeping, seen from the head; its signature is not looked at.
   * `wait` when its checkpoints are of a time or branch that the head does not know.
   */
  admit(vote: Vote, head: Snapshot<D>, nowMs: number): Verdict;
  /** Of the votes offered, those that a block of this time on `parent` may hold: each counts there for the first time. */
  choose(votes: Iterable<Vote>, timeMs: number, parent: Snapshot<D>): readonly Vote[];
  /** A body's votes on their branch: each must count there, for the first time. Signatures are checked elsewhere. */
  check(votes: readonly Vote[], timeMs: number, parent: Snapshot<D>): Result<void, Fault>;
}

/** Slots, draws and tables, for pages, duties and whoever watches over them. */
export interface LotteryView<D> {
  readonly epochSlots: number;
  slotAt(timeMs: number): number;
  slotStartMs(slot: number): number;
  epochOf(slot: number): number;
  /** Who is drawn in a slot after `parent`, should no block come before it; null when the table is not known yet. */
  leaderOf(slot: number, parent: Snapshot<D>): Key | null;
  /** Table of the snapshot's own epoch, and of the next (null while its block was not executed). */
  tables(snapshot: Snapshot<D>): { readonly current: EpochTable; readonly next: EpochTable | null };
  /** How the votes stand for the snapshot's own epoch. */
  progress(snapshot: Snapshot<D>): {
    readonly epoch: number;
    readonly target: Checkpoint;
    readonly votedAtoms: bigint;
    readonly totalAtoms: bigint;
    readonly finalizedHeight: number;
    readonly justifiedHeight: number;
    hasVoted(key: Key): boolean;
  };
}

/** Facts for people and miners; never a rule. */
export interface Insight<D> {
  /** Work: expected hashes for the next block, and its target. Null where nothing is searched. */
  describe(snapshot: Snapshot<D>): { readonly difficulty: bigint; readonly target: bigint } | null;
}

export interface Engine<C = unknown, S = unknown, D = unknown>
  extends Validity<C, S, D>,
    Production<C, D>,
    Succession<C, S, D>,
    Preference<D>,
    Insight<D> {
  readonly name: string;
  /** Absent where an engine has no votes. */
  readonly voting: Voting<D> | null;
  /** Absent where nobody is drawn. */
  readonly lottery: LotteryView<D> | null;
}

/** Epoch tables by their hash: stored once, whoever refers to them. */
export interface TableSource {
  /** @returns null when no executed block has made such a table */
  load(hash: Hash): EpochTable | null;
}
