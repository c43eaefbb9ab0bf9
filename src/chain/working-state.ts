/**
 * The state that blocks are executed on, ahead of what is committed by at most one group of blocks.
 * Everything done here is logged, so that a commit that fails can be taken back (docs/decisions/0003).
 */
import { type BlockId, equalBytes, err, type Fault, InvariantError, ok, type Result, toHex } from "#base";
import type { Engine, Snapshot } from "#consensus";
import { decodeChanges, encodeChanges, type Ledger, type LedgerStorage, type StateChanges } from "#ledger";
import type { Body, PreparedTransaction } from "#model";
import { encodeSeq, keys, put, remove, type Store, type Write } from "#storage";
import type { BlockStore } from "./block-store.ts";
import { type BlockEntry, encodeEntry } from "./entry.ts";
import type { EpochTables } from "./epoch-tables.ts";
import type { Route } from "./fork-choice.ts";
import { META } from "./meta.ts";
import type { TransactionIndex } from "./transaction-index.ts";

export type ChainLedger = Ledger & LedgerStorage;

/** A block that could not be executed; the branch ends before it. */
export interface ExecutionFault {
  readonly entry: BlockEntry;
  readonly fault: Fault;
}

interface Step {
  readonly kind: "applied" | "reverted";
  readonly changes: StateChanges;
}

export interface WorkingParts {
  readonly engine: Engine;
  readonly store: Store;
  readonly blocks: BlockStore;
  readonly index: TransactionIndex;
  readonly tables: EpochTables;
}

export class WorkingState {
  readonly #parts: WorkingParts;
  #ledger: ChainLedger;
  #head: BlockEntry;
  #log: Step[] = [];
  #writes: Write[] = [];
  /** By sequence number, as they are now: those of a group change once more when they are executed. */
  #entries = new Map<number, BlockEntry>();
  #touched: BlockEntry[] = [];
  #replaced: BlockEntry[] = [];
  #taken: readonly number[] = [];
  /** Changes made since the last commit, for blocks whose delta the store does not have yet. */
  #deltas = new Map<number, StateChanges>();
  /** The ledger that another took the place of since the last commit. */
  #former: ChainLedger | null = null;

  constructor(ledger: ChainLedger, head: BlockEntry, parts: WorkingParts) {
    this.#ledger = ledger;
    this.#head = head;
    this.#parts = parts;
  }

  get ledger(): ChainLedger {
    return this.#ledger;
  }

  get head(): BlockEntry {
    return this.#head;
  }

  /** Whether there is anything to commit. */
  get dirty(): boolean {
    return this.#writes.length > 0 || this.#entries.size > 0;
  }

  /** Takes in a block whose header and body hold together. */
  add(entry: BlockEntry, bodyBytes: Uint8Array, transactions: readonly PreparedTransaction[]): void {
    this.#parts.blocks.remember(entry, { bodyBytes, transactions });
    this.#parts.index.add(entry.seq, transactions);
    this.#touched.push(entry);
    this.#entries.set(entry.seq, entry);
    this.#writes.push(put(keys.block(entry.seq), bodyBytes), put(keys.seqOf(entry.id), encodeSeq(entry.seq)));
  }

  markInvalid(entry: BlockEntry): void {
    this.#update({ ...entry, status: "invalid" });
  }

  /** Executes a child of the working head. On a fault nothing has changed. */
  extend(
    entry: BlockEntry,
    body: Body,
    transactions: readonly PreparedTransaction[],
  ): Result<BlockEntry, ExecutionFault> {
    const { engine, blocks } = this.#parts;
    const { header } = entry;
    const parent = blocks.get(header.parent);
    const parsed = engine.parse(header);
    if (parent === null || !parsed.ok) throw new InvariantError(`block ${toHex(entry.id)} was stored unchecked`);
    const applied = this.#ledger.apply({
      height: header.height,
      timeMs: header.timeMs,
      proposer: header.proposer,
      transactions,
      votes: body.votes,
      orders: engine.orders(header, parent.snapshot),
      rewards: (feesAtoms) => engine.rewards(header, parent.snapshot, feesAtoms),
    });
    if (!applied.ok) {
      const { fault, index } = applied.error;
      const detail = { ...fault.detail, cause: fault.code, ...(index === null ? {} : { index }) };
      return err({ entry, fault: { code: "block-invalid", blame: "sender", detail } });
    }
    const { root, changes, outcomes } = applied.value;
    if (!equalBytes(root, header.stateRoot)) {
      this.#ledger.revert(changes);
      return err({ entry, fault: { code: "state-root", blame: "sender", detail: { height: header.height } } });
    }
    for (const outcome of outcomes) this.#writes.push(...this.#parts.tables.add(outcome));
    const snapshot: Snapshot = engine.advance(parent.snapshot, parsed.value, body, outcomes);
    const executed: BlockEntry = { ...entry, snapshot, status: "executed" };
    this.#update(executed);
    this.#writes.push(put(keys.delta(entry.seq), encodeChanges(changes)));
    this.#deltas.set(entry.seq, changes);
    this.#log.push({ kind: "applied", changes });
    this.#head = executed;
    return ok(executed);
  }

  /** Goes over to another branch; on a fault the working head is back where it was. */
  switchTo(route: Route): Result<void, ExecutionFault> {
    const before = this.#head;
    const mark = this.#log.length;
    for (const entry of route.revert) this.#revert(entry);
    for (const [i, entry] of route.apply.entries()) {
      const done = this.#forward(entry);
      if (!done.ok) {
        this.#takeBackTo(mark);
        this.#head = before;
        for (const invalid of route.apply.slice(i)) this.markInvalid(invalid);
        return done;
      }
    }
    return ok(undefined);
  }

  /** The writes of everything since the last commit, state pages among them when `withPages`. */
  takeWrites(extra: readonly Write[], withPages: boolean): readonly Write[] {
    const { engine } = this.#parts;
    const entries = [...this.#entries.values()].map((entry) => put(keys.header(entry.seq), encodeEntry(engine, entry)));
    const writes = [...this.#writes, ...entries, ...extra];
    this.#parts.index.flushInto(writes);
    if (withPages) {
      const pages = this.#ledger.takeDirtyPages();
      this.#taken = pages.map((page) => page.no);
      for (const page of pages) writes.push(put(keys.page(page.no), page.bytes));
      writes.push(put(keys.meta(META.checkpoint), encodeSeq(this.#head.seq)));
    }
    return writes;
  }

  committed(): void {
    this.#forgetGroup();
  }

  /** After a failed commit: state and blocks as they were at the last good one. */
  rollBack(to: BlockEntry): void {
    this.#takeBackTo(0);
    if (this.#former === null) this.#ledger.markDirty(this.#taken);
    else this.#ledger = this.#former;
    for (const entry of this.#touched) this.#parts.blocks.forget(entry);
    for (const entry of this.#replaced) this.#parts.blocks.forget(entry);
    this.#head = to;
    this.#forgetGroup();
  }

  /** Puts another ledger in place, built from genesis up to `head`. Its pages are all written anew. */
  replace(ledger: ChainLedger, head: BlockEntry): void {
    for (const [key] of this.#parts.store.range(keys.page.all)) this.#writes.push(remove(key));
    this.#former = this.#ledger;
    this.#ledger = ledger;
    this.#head = head;
  }

  #forgetGroup(): void {
    this.#log = [];
    this.#writes = [];
    this.#entries = new Map();
    this.#touched = [];
    this.#replaced = [];
    this.#taken = [];
    this.#deltas = new Map();
    this.#former = null;
  }

  #update(entry: BlockEntry): void {
    this.#parts.blocks.remember(entry);
    this.#replaced.push(entry);
    this.#entries.set(entry.seq, entry);
  }

  #revert(entry: BlockEntry): void {
    const changes = this.changesOf(entry);
    this.#ledger.revert(changes);
    this.#log.push({ kind: "reverted", changes });
    this.#head = this.#parent(entry);
  }

  #forward(entry: BlockEntry): Result<unknown, ExecutionFault> {
    if (entry.status === "invalid") return err({ entry, fault: { code: "block-known-invalid", blame: "sender" } });
    // Of a block that was executed long ago the changes may not be kept any more.
    if (entry.status === "header-valid" || !this.canUndo(entry)) {
      const { blocks } = this.#parts;
      return this.extend(entry, blocks.body(entry), blocks.transactions(entry));
    }
    const changes = this.changesOf(entry);
    this.#ledger.replay(changes);
    this.#log.push({ kind: "applied", changes });
    this.#head = entry;
    return ok(undefined);
  }

  #takeBackTo(mark: number): void {
    while (this.#log.length > mark) {
      const step = this.#log.pop()!;
      if (step.kind === "applied") this.#ledger.revert(step.changes);
      else this.#ledger.replay(step.changes);
    }
  }

  #parent(entry: BlockEntry): BlockEntry {
    const parent = this.#parts.blocks.get(entry.header.parent);
    if (parent === null) throw new InvariantError(`the parent of block ${toHex(entry.id)} is missing`);
    return parent;
  }

  /** @throws InvariantError when they were pruned: ask `canUndo` first */
  changesOf(entry: BlockEntry): StateChanges {
    const fresh = this.#deltas.get(entry.seq);
    if (fresh !== undefined) return fresh;
    const bytes = this.#parts.store.get(keys.delta(entry.seq));
    if (bytes === null) throw new InvariantError(`the changes of block ${toHex(entry.id)} are not kept any more`);
    return decodeChanges(bytes);
  }

  canUndo(entry: BlockEntry): boolean {
    return this.#deltas.has(entry.seq) || this.#parts.store.has(keys.delta(entry.seq));
  }

  /** For the id alone; the entry may be newer than what the caller holds. */
  isOnHead(id: BlockId): boolean {
    return equalBytes(id, this.#head.id);
  }
}
