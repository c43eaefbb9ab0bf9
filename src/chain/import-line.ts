/**
 * The import line, steps 2 to 9 of ARCHITECTURE.md: gate, parent, body and signatures, execution, one atomic commit,
 * fork choice, news. Checks of several blocks run side by side; connecting them is one after the other.
 */
import {
  type BlockId,
  BoundedMap,
  blameSender,
  type Clock,
  concatBytes,
  equalBytes,
  type Fault,
  type Hash,
  type Logger,
  Mutex,
  toHex,
} from "#base";
import type { Engine, Parsed, Verdict } from "#consensus";
import type { Bus, ChainBlock, NodeEvents } from "#events";
import type { Header } from "#model";
import type { ChainSpec } from "#spec";
import { encodeSeq, keys, put, remove, type Store, type Write } from "#storage";
import {
  checkBody,
  checkBodyFits,
  checkHeaderGate,
  type PrepareTransactions,
  type TrustedBlock,
  type VoteSignatures,
} from "#validation";
import type { BlockStore } from "./block-store.ts";
import { Branches } from "./branches.ts";
import type { Candidate, Checked, CheckResult, ImportResult } from "./candidate.ts";
import { createEarlyPool, type EarlyPool } from "./early.ts";
import type { BlockEntry } from "./entry.ts";
import { Finality } from "./finality.ts";
import { beats, findRoute, type Route } from "./fork-choice.ts";
import { META } from "./meta.ts";
import type { ChainOptions } from "./options.ts";
import { createOrphanPool } from "./orphans.ts";
import type { TransactionIndex } from "./transaction-index.ts";
import type { TrustedPath } from "./trusted-path.ts";
import type { WorkingState } from "./working-state.ts";

const MAX_REMEMBERED_INVALID = 4_096;
/** Bodies in one commit: bounds what waits in memory and in the lookups. */
const MAX_COMMIT_BYTES = 8 * 1024 * 1024;

export interface ImportParts {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly engine: Engine;
  readonly store: Store;
  readonly blocks: BlockStore;
  readonly working: WorkingState;
  readonly index: TransactionIndex;
  readonly prepare: PrepareTransactions;
  /** Null where the engine has no votes. */
  readonly votes: VoteSignatures | null;
  readonly trusted: TrustedPath;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ImportStart {
  readonly head: BlockEntry;
  readonly checkpointHeight: number;
  readonly nextSeq: number;
  /** Taken off the chain by its last move before the end of the last run. */
  readonly orphaned: readonly BlockEntry[];
  /** The highest block that was ever final here. */
  readonly finalized: TrustedBlock;
}

export class ImportLine {
  readonly #options: ChainOptions;
  readonly #parts: ImportParts;
  readonly #connecting = new Mutex();
  readonly #orphans;
  readonly #early: EarlyPool;
  readonly #invalid = new BoundedMap<string, true>(MAX_REMEMBERED_INVALID);
  /** Blocks on their way, so that a child given right after its parent is no orphan. */
  readonly #underWay = new Map<string, number>();
  #head: BlockEntry;
  #checkpointHeight: number;
  #nextSeq: number;
  readonly #finality: Finality;
  readonly #branches: Branches;
  /** Whether the store names blocks that the last move took off the chain. */
  #orphanedNoted: boolean;

  constructor(options: ChainOptions, start: ImportStart, parts: ImportParts) {
    this.#options = options;
    this.#parts = parts;
    this.#head = start.head;
    this.#checkpointHeight = start.checkpointHeight;
    this.#nextSeq = start.nextSeq;
    this.#orphanedNoted = start.orphaned.length > 0;
    this.#finality = new Finality(start.finalized, { ...parts, checkpoint: parts.trusted.checkpoint });
    this.#branches = new Branches(options, { ...parts, finality: this.#finality });
    this.#orphans = createOrphanPool(options.maxOrphans, options.maxOrphanBytes);
    this.#early = createEarlyPool(options.maxOrphanBytes, parts.clock, (candidate) => this.#importLater([candidate]));
  }

  /** The head that is committed and announced. */
  get head(): BlockEntry {
    return this.#head;
  }

  /** A heavier branch that forks deeper than can be undone; it waits for the operator. */
  get deepBranch(): BlockEntry | null {
    return this.#branches.deepBranch;
  }

  /** Nothing waits for the operator any more: the branch was followed, outgrown, or found invalid. */
  clearDeepBranch(): void {
    this.#branches.clearDeepBranch();
  }

  get finalizedHeight(): number {
    return this.#finality.finalized.height;
  }

  /** The highest block that was ever final here. */
  get finalized(): TrustedBlock {
    return this.#finality.finalized;
  }

  trustFault(height: number, id: BlockId): Fault | null {
    return this.#parts.trusted.fence(height, id);
  }

  /** Set when two thirds of the voters contradict what they had made final before. */
  get violation(): string | null {
    return this.#finality.violation;
  }

  get orphanCount(): number {
    return this.#orphans.size;
  }

  isInvalid(id: Uint8Array): boolean {
    return this.#invalid.has(toHex(id)) || this.#parts.blocks.get(id as BlockId)?.status === "invalid";
  }

  /** Results in the order given. @throws OperationError when the disk fails; then nothing has changed */
  async import(candidates: readonly Candidate[]): Promise<readonly ImportResult[]> {
    const names = candidates.map(({ block }) => this.#nameOf(block.header));
    for (const name of names) this.#underWay.set(name, (this.#underWay.get(name) ?? 0) + 1);
    try {
      const checks = Promise.all(candidates.map((candidate) => this.#check(candidate)));
      checks.catch(() => {});
      return await this.#connecting.run(async () => this.#connectAll(await checks));
    } finally {
      for (const name of names) {
        const left = (this.#underWay.get(name) ?? 1) - 1;
        if (left > 0) this.#underWay.set(name, left);
        else this.#underWay.delete(name);
      }
    }
  }

  /** Runs a task between two imports. */
  exclusively<T>(task: () => Promise<T> | T): Promise<T> {
    return this.#connecting.run(task);
  }

  /** Commits what the working state holds and tells the news. Call within `exclusively`. */
  async commit(): Promise<void> {
    const { working, store, log } = this.#parts;
    this.#branches.goBackUnlessBetter();
    if (!working.dirty) return;
    const from = this.#head;
    const to = working.head;
    const route = equalBytes(from.id, to.id) ? null : findRoute(this.#parts.blocks, from, to);
    // The start goes from the checkpoint to the head: no changes between them may have been pruned.
    const { checkpointBlocks, undoBlocks } = this.#options;
    const far = Math.abs(to.header.height - this.#checkpointHeight) >= Math.min(checkpointBlocks, undoBlocks);
    const withPages = far || (route !== null && route.revert.length > 0);
    const finalized = this.#finality.at(to);
    const extra = [...this.#headWrites(from, to, route), ...this.#finality.writesFor(finalized)];
    try {
      await store.commit(working.takeWrites(extra, withPages));
    } catch (error) {
      working.rollBack(from);
      log.error("blocks were not stored", { height: to.header.height, why: String(error) });
      throw error;
    }
    working.committed();
    if (withPages) this.#checkpointHeight = to.header.height;
    if (route !== null) this.#orphanedNoted = route.revert.length > 0;
    this.#head = to;
    if (route !== null) this.#announce(route);
    this.#finality.moveTo(finalized);
    this.#branches.clearOutgrown(to);
    this.#parts.blocks.settle();
    if (withPages) this.#compactLater();
  }

  #compactLater(): void {
    this.#parts.index
      .compact()
      .catch((error) => this.#parts.log.warn("the lookups were not merged", { why: String(error) }));
  }

  stop(): void {
    this.#early.clear();
  }

  #nameOf(header: Header): string {
    const parsed = this.#parts.engine.parse(header);
    return parsed.ok ? toHex(parsed.value.id) : "";
  }

  async #check(candidate: Candidate): Promise<CheckResult> {
    const { engine, blocks, spec, chainId, prepare, votes, clock } = this.#parts;
    const { header, body } = candidate.block;
    const refused = (fault: Fault): CheckResult => ({ kind: "done", result: { kind: "refused", fault } });
    const read = engine.parse(header);
    // What is kept here is no news, also where no other block may come any more.
    if (read.ok && blocks.get(read.value.id) !== null && !this.isInvalid(read.value.id))
      return { kind: "done", result: { kind: "known", id: read.value.id } };
    const gate = checkHeaderGate(engine, header, this);
    if (!gate.ok) return refused(gate.error);
    const { id } = gate.value;
    const parent = blocks.get(header.parent);
    const verdict = parent === null ? null : engine.checkOnParent(gate.value, parent.snapshot, clock.nowMs());
    if (verdict?.kind === "fault") return refused(verdict.fault);
    const isOrphan = parent === null && !this.#underWay.has(toHex(header.parent));
    // What needs the state of its branch goes on: that is there, and is looked at when the block is connected.
    if (isOrphan || (verdict?.kind === "wait" && verdict.why !== "needs-state")) {
      // Or else a stranger could keep a false body here, and the true one out.
      const unfit = checkBodyFits({ spec, chainId }, header, body);
      if (unfit !== null) return refused(unfit);
      return verdict?.kind === "wait" ? this.#wait(candidate, id, verdict) : this.#hold(candidate, gate.value);
    }
    const checked = await checkBody({ spec, chainId, votes }, header, body, prepare, candidate.known);
    if (checked.ok)
      return {
        kind: "checked",
        checked: {
          candidate,
          parsed: gate.value,
          bodyBytes: checked.value.bytes,
          transactions: checked.value.transactions,
        },
      };
    if (checked.error.committed) this.#invalid.set(toHex(id), true);
    return refused(checked.error.fault);
  }

  #hold(candidate: Candidate, parsed: Parsed): CheckResult {
    if (!this.#parts.engine.plausible(parsed, this.#head.snapshot))
      return { kind: "done", result: { kind: "refused", fault: blameSender("orphan-implausible") } };
    this.#orphans.add(parsed.id, candidate);
    return { kind: "done", result: { kind: "waiting", id: parsed.id, why: "unknown-parent" } };
  }

  #wait(candidate: Candidate, id: BlockId, { why, untilMs }: Verdict & { readonly kind: "wait" }): CheckResult {
    if (untilMs !== undefined) this.#early.add(id, candidate, untilMs);
    return { kind: "done", result: { kind: "waiting", id, why } };
  }

  #importLater(candidates: readonly Candidate[]): void {
    this.import(candidates).catch((error) =>
      this.#parts.log.warn("a held block was not imported", { why: String(error) }),
    );
  }

  async #connectAll(checks: readonly CheckResult[]): Promise<readonly ImportResult[]> {
    const results: ImportResult[] = [];
    const stored: BlockEntry[] = [];
    let sizeBytes = 0;
    for (const check of checks) {
      const result = check.kind === "done" ? check.result : this.#connect(check.checked, stored);
      results.push(result);
      sizeBytes += check.kind === "done" ? 0 : check.checked.bodyBytes.length;
      if (sizeBytes < MAX_COMMIT_BYTES) continue;
      await this.commit();
      sizeBytes = 0;
    }
    await this.commit();
    for (const entry of stored) {
      this.#parts.events.emit("block-stored", { id: entry.id, header: entry.header });
      const children = this.#orphans.takeChildren(entry.id);
      if (children.length > 0) this.#importLater(children);
    }
    return results.map((result) => this.#settled(result));
  }

  /** A block of a group may have been left behind by a later one of the same group. */
  #settled(result: ImportResult): ImportResult {
    if (result.kind !== "stored" && result.kind !== "imported") return result;
    const entry = this.#parts.blocks.get(result.id);
    const onChain = entry !== null && this.#parts.blocks.isOnChain(entry);
    return { kind: onChain ? "imported" : "stored", id: result.id };
  }

  #connect({ candidate, parsed, bodyBytes, transactions }: Checked, stored: BlockEntry[]): ImportResult {
    const { engine, blocks, working, clock } = this.#parts;
    const { header, body } = candidate.block;
    const { id } = parsed;
    if (blocks.get(id) !== null) return { kind: "known", id };
    if (this.isInvalid(header.parent)) return this.#refuseChild(id);
    let parent = blocks.get(header.parent);
    if (parent === null) return resultOf(this.#hold(candidate, parsed));
    let verdict = engine.checkOnParent(parsed, parent.snapshot, clock.nowMs());
    if (verdict.kind === "wait" && verdict.why === "needs-state") {
      const failed = this.#branches.execute(parent);
      if (failed !== null) this.#refuse(failed);
      if (failed !== null) return this.#refuseChild(id);
      parent = blocks.get(header.parent) ?? parent;
      verdict = engine.checkOnParent(parsed, parent.snapshot, clock.nowMs());
    }
    if (verdict.kind === "fault") return { kind: "refused", fault: verdict.fault };
    if (verdict.kind === "wait") return resultOf(this.#wait(candidate, id, verdict));
    const voted = engine.voting?.check(body.votes, header.timeMs, parent.snapshot);
    if (voted?.ok === false) {
      this.#invalid.set(toHex(id), true);
      return { kind: "refused", fault: voted.error };
    }
    const entry: BlockEntry = {
      seq: this.#nextSeq,
      id,
      header,
      snapshot: engine.advance(parent.snapshot, parsed, body, null),
      status: "header-valid",
      sizeBytes: bodyBytes.length,
      transactionCount: transactions.length,
    };
    const extendsHead = working.isOnHead(header.parent);
    if (extendsHead) {
      working.add(entry, bodyBytes, transactions);
      const done = working.extend(entry, body, transactions);
      this.#nextSeq++;
      stored.push(entry);
      return done.ok ? { kind: "imported", id } : this.#refuse(done.error);
    }
    this.#nextSeq++;
    working.add(entry, bodyBytes, transactions);
    stored.push(entry);
    if (!beats(engine, entry.snapshot, working.head.snapshot)) return { kind: "stored", id };
    return this.#follow(entry);
  }

  #follow(entry: BlockEntry): ImportResult {
    const done = this.#branches.follow(entry, this.#head);
    if (done === null) return { kind: "stored", id: entry.id };
    return done.ok ? { kind: "imported", id: entry.id } : this.#refuse(done.error);
  }

  #refuse({ entry, fault }: { readonly entry: BlockEntry; readonly fault: Fault }): ImportResult {
    this.#parts.working.markInvalid(entry);
    this.#invalid.set(toHex(entry.id), true);
    return { kind: "refused", fault };
  }

  /** Of a block that is invalid itself. */
  #refuseChild(id: BlockId): ImportResult {
    this.#invalid.set(toHex(id), true);
    return { kind: "refused", fault: blameSender("parent-invalid") };
  }

  /** Written with the blocks: after a crash we may own a block nobody refers to, never a head whose block is missing. */
  #headWrites(from: BlockEntry, to: BlockEntry, route: Route | null): Write[] {
    if (route === null) return [];
    const writes: Write[] = [put(keys.meta(META.head), encodeSeq(to.seq))];
    // Their transactions go back into the mempool, which is written down after this: not to be lost in between.
    const orphaned = concatBytes(...route.revert.map((entry) => encodeSeq(entry.seq)));
    if (orphaned.length > 0) writes.push(put(keys.meta(META.orphaned), orphaned));
    else if (this.#orphanedNoted) writes.push(remove(keys.meta(META.orphaned)));
    for (let height = to.header.height + 1; height <= from.header.height; height++)
      writes.push(remove(keys.canonical(height)));
    for (const entry of route.apply) {
      writes.push(put(keys.canonical(entry.header.height), encodeSeq(entry.seq)));
      const old = entry.header.height - this.#options.undoBlocks;
      const pruned = old > 0 ? this.#parts.blocks.atHeight(old) : null;
      if (pruned !== null) writes.push(remove(keys.delta(pruned.seq)));
    }
    return writes;
  }

  #announce(route: Route): void {
    const { blocks, events, log } = this.#parts;
    const toBlock = (entry: BlockEntry): ChainBlock => ({
      id: entry.id,
      header: entry.header,
      transactions: blocks.transactions(entry),
    });
    events.emit("head-changed", { reverted: route.revert.map(toBlock), applied: route.apply.map(toBlock) });
    if (route.revert.length > 0)
      log.info("chain reorganised", { reverted: route.revert.length, applied: route.apply.length });
  }
}

function resultOf(check: CheckResult): ImportResult {
  if (check.kind === "done") return check.result;
  throw new TypeError("a held block has a result");
}
