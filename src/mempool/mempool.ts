/** Transactions that wait for a block (docs/spec/mempool.md). Admission is immediate; durability follows. */
import {
  type Address,
  BoundedMap,
  blameNobody,
  type Clock,
  err,
  type Fault,
  type Logger,
  ok,
  type Result,
  type TransactionId,
} from "#base";
import type { Bus, ChainBlock, DropReason, NodeEvents } from "#events";
import type { Account, PreparedTransaction } from "#model";
import { type Entry, feeRateOf, nameOf } from "./entry.ts";
import type { Journal } from "./journal.ts";
import type { MempoolOptions } from "./options.ts";
import { selectByFeeRate } from "./selection.ts";
import { SenderQueue } from "./sender-queue.ts";

const MAX_REMEMBERED_DROPS = 10_000;
/** How much is evicted at once when the pool is full, so that the search for victims is rare. */
const EVICT_TO = 0.95;

/** What the mempool must know of the chain. */
export interface MempoolView {
  account(address: Address): Account | null;
  /** Kind, payload, fee, amounts: all that needs no state. */
  checkStateless(item: PreparedTransaction): Result<void, Fault>;
  /** The most the transaction can take from its sender at present. */
  costAtoms(item: PreparedTransaction): bigint;
}

export interface MempoolParts {
  readonly view: MempoolView;
  readonly journal: Journal;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Dropped {
  readonly reason: DropReason;
  readonly code?: string;
}

export class Mempool {
  readonly #options: MempoolOptions;
  readonly #parts: MempoolParts;
  readonly #queues = new Map<string, SenderQueue>();
  readonly #byName = new Map<string, Entry>();
  readonly #dropped = new BoundedMap<string, Dropped>(MAX_REMEMBERED_DROPS);
  /** Names included at a height, oldest first, until the journal may forget them. */
  readonly #included: { readonly height: number; readonly names: readonly string[] }[] = [];
  #bytes = 0;
  #floorRate = 0;
  #floorSetMs = 0;

  constructor(options: MempoolOptions, parts: MempoolParts) {
    this.#options = options;
    this.#parts = parts;
    parts.events.on("head-changed", ({ reverted, applied }) => this.#follow(reverted, applied));
  }

  get count(): number {
    return this.#byName.size;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Thousandths of an atom a byte that a newcomer must offer at present; 0 while there is room. */
  get floorRate(): number {
    const halvings = (this.#parts.clock.nowMs() - this.#floorSetMs) / this.#options.floorHalfLifeMs;
    const floor = Math.floor(this.#floorRate / 2 ** halvings);
    return floor < 100 ? 0 : floor;
  }

  get(id: TransactionId): PreparedTransaction | null {
    return this.#byName.get(nameOf(id))?.item ?? null;
  }

  has(id: TransactionId): boolean {
    return this.#byName.has(nameOf(id));
  }

  /** Why a transaction that was here is not any more, as long as it is remembered. */
  dropped(id: TransactionId): Dropped | null {
    return this.#dropped.get(nameOf(id)) ?? null;
  }

  /** The next nonce that an account can use, its pending transactions counted. */
  nextNonce(address: Address): number {
    const nonce = this.#parts.view.account(address)?.nonce ?? 0;
    return nonce + (this.#queues.get(nameOf(address))?.readyCount(nonce) ?? 0);
  }

  /** What the account's pending transactions can take at most. */
  pendingCost(address: Address): bigint {
    return this.#queues.get(nameOf(address))?.costAtoms ?? 0n;
  }

  /** Pending transactions of one account, in nonce order. */
  ofSender(address: Address): readonly PreparedTransaction[] {
    return this.#queues.get(nameOf(address))?.entries.map((entry) => entry.item) ?? [];
  }

  /** In the order they came. */
  *items(): IterableIterator<PreparedTransaction> {
    for (const entry of this.#byName.values()) yield entry.item;
  }

  /** Best fee rate first, without gaps, each sender's in nonce order. */
  select(): IterableIterator<PreparedTransaction> {
    const { view } = this.#parts;
    return selectByFeeRate(this.#queues.values(), (queue) => view.account(queue.address)?.nonce ?? 0);
  }

  /**
   * Takes in transactions whose signatures hold, each for itself.
   * Resolves when all that were accepted are durable; what was there already counts as accepted.
   * @param relay whether others should be told of them by us
   * @throws OperationError when the disk fails; the transactions then wait in memory only
   */
  async submit(items: readonly PreparedTransaction[], relay = true): Promise<readonly Result<void, Fault>[]> {
    const accepted: PreparedTransaction[] = [];
    const results = items.map((item) => {
      const result = this.#admit(item, relay);
      if (result.ok && result.value === "added") accepted.push(item);
      return result.ok ? ok(undefined) : result;
    });
    if (this.#bytes > this.#options.maxBytes) this.#makeRoom();
    await this.#parts.journal.append(accepted);
    return results;
  }

  /** Reads the journal back at start. @returns how many are pending again */
  restore(prepare: (bytes: Uint8Array) => PreparedTransaction): number {
    const items = this.#parts.journal.load().map(prepare);
    const kept = items.filter((item) => this.#admit(item, false).ok);
    this.#rewrite(kept);
    return kept.length;
  }

  #admit(item: PreparedTransaction, relay: boolean): Result<"added" | "known", Fault> {
    const name = nameOf(item.id);
    if (this.#byName.has(name)) return ok("known");
    const { view, clock, events } = this.#parts;
    const stateless = view.checkStateless(item);
    if (!stateless.ok) return stateless;
    const account = view.account(item.from);
    if (account === null) return err(blameNobody("tx-sender-unknown"));
    const { nonce } = item.transaction;
    if (nonce < account.nonce) return err(blameNobody("tx-nonce-used", { nonce, expected: account.nonce }));
    const sender = nameOf(item.from);
    const queue = this.#queues.get(sender) ?? new SenderQueue(item.from, sender);
    const replaced = queue.at(nonce);
    const fault = this.#refusal(item, queue, account, replaced);
    if (fault !== null) return err(fault);
    const entry: Entry = {
      item,
      name,
      costAtoms: view.costAtoms(item),
      feeRate: feeRateOf(item),
      addedMs: clock.nowMs(),
      replacements: replaced === null ? 0 : replaced.replacements + 1,
    };
    if (queue.costAtoms - (replaced?.costAtoms ?? 0n) + entry.costAtoms > account.balanceAtoms)
      return err(blameNobody("tx-overspend", { nonce }));
    const readyBefore = queue.readyCount(account.nonce);
    queue.insert(entry);
    this.#queues.set(sender, queue);
    this.#byName.set(name, entry);
    this.#bytes += item.bytes.length;
    if (replaced !== null) this.#forget(replaced, { reason: "replaced" });
    if (nonce > account.nonce + readyBefore) return ok("added");
    const readyNow = queue.readyCount(account.nonce);
    const first = nonce - account.nonce;
    for (const ready of queue.entries.slice(first, replaced === null ? readyNow : first + 1))
      events.emit("transaction-added", { item: ready.item, relay });
    return ok("added");
  }

  #refusal(item: PreparedTransaction, queue: SenderQueue, account: Account, replaced: Entry | null): Fault | null {
    const options = this.#options;
    const { nonce, feeAtoms } = item.transaction;
    const rate = feeRateOf(item);
    if (rate < this.floorRate) return blameNobody("tx-fee-floor", { feeRate: rate, floor: this.floorRate });
    if (replaced !== null) {
      const old = replaced.item.transaction.feeAtoms;
      const minimum = old + old / 10n + 1n;
      if (replaced.replacements >= options.maxReplacements) return blameNobody("tx-replaced-too-often", { nonce });
      if (rate <= replaced.feeRate || feeAtoms < minimum)
        return blameNobody("tx-replacement-fee", { nonce, neededAtoms: minimum.toString() });
      return null;
    }
    if (nonce > account.nonce + queue.readyCount(account.nonce) + options.maxNonceGap)
      return blameNobody("tx-nonce-gap", { nonce, expected: account.nonce });
    const full =
      queue.entries.length >= options.maxTransactionsPerSender ||
      queue.sizeBytes + item.bytes.length > options.maxBytesPerSender;
    return full ? blameNobody("tx-sender-full", { pending: queue.entries.length }) : null;
  }

  /** After a block nobody's balance is below what it was, but for its senders; after a revert anybody's may be. */
  #follow(reverted: readonly ChainBlock[], applied: readonly ChainBlock[]): void {
    const included = new Set<string>();
    const touched = new Set<string>();
    for (const block of applied) {
      const names: string[] = [];
      for (const item of block.transactions) {
        const name = nameOf(item.id);
        names.push(name);
        included.add(name);
        touched.add(nameOf(item.from));
      }
      this.#included.push({ height: block.header.height, names });
    }
    const orphaned = reverted
      .toReversed()
      .flatMap((block) => block.transactions.filter((item) => !included.has(nameOf(item.id))));
    const queues = reverted.length > 0 ? [...this.#queues.values()] : this.#queuesOf(touched);
    if (reverted.length > 0) this.#readmit(orphaned, queues, included);
    else for (const queue of queues) this.#settle(queue, included);
    this.#retire(applied.at(-1)?.header.height ?? 0);
  }

  #queuesOf(names: Iterable<string>): SenderQueue[] {
    const queues: SenderQueue[] = [];
    for (const name of names) {
      const queue = this.#queues.get(name);
      if (queue !== undefined) queues.push(queue);
    }
    return queues;
  }

  /**
   * Orphaned transactions come back together with what was pending: both go through admission again, by nonce.
   * The orphaned ones are told to others again, who may have been on the other side of the fork.
   */
  #readmit(orphaned: readonly PreparedTransaction[], queues: readonly SenderQueue[], included: Set<string>): void {
    const pending: Entry[] = [];
    for (const queue of queues) pending.push(...queue.takeFrom(0));
    this.#queues.clear();
    for (const entry of pending) {
      this.#byName.delete(entry.name);
      this.#bytes -= entry.item.bytes.length;
    }
    const again = [...orphaned, ...pending.map((entry) => entry.item)].sort(
      (a, b) => a.transaction.nonce - b.transaction.nonce,
    );
    const floor = this.#floorRate;
    this.#floorRate = 0;
    const back: PreparedTransaction[] = [];
    const unknown = new Set(orphaned);
    for (const item of again) {
      const name = nameOf(item.id);
      const result = this.#admit(item, unknown.has(item));
      if (result.ok) back.push(item);
      else if (included.has(name)) this.#note(item, { reason: "included" });
      else this.#note(item, { reason: "invalid", code: result.error.code });
    }
    this.#floorRate = floor;
    this.#rewrite(back);
  }

  #rewrite(items: readonly PreparedTransaction[]): void {
    this.#parts.journal
      .append(items)
      .catch((error) => this.#parts.log.error("pending transactions are not durable", { why: String(error) }));
  }

  #settle(queue: SenderQueue, included: ReadonlySet<string>): void {
    const account = this.#parts.view.account(queue.address);
    if (account === null) return;
    for (const entry of queue.takeBelow(account.nonce))
      this.#forget(
        entry,
        included.has(entry.name) ? { reason: "included" } : { reason: "invalid", code: "tx-nonce-used" },
      );
    if (queue.costAtoms > account.balanceAtoms) this.#dropUnpayable(queue, account.balanceAtoms);
    if (queue.entries.length === 0) this.#queues.delete(queue.name);
  }

  #dropUnpayable(queue: SenderQueue, balanceAtoms: bigint): void {
    let sum = 0n;
    const first = queue.entries.findIndex((entry) => {
      sum += entry.costAtoms;
      return sum > balanceAtoms;
    });
    for (const entry of queue.takeFrom(first)) this.#forget(entry, { reason: "invalid", code: "tx-overspend" });
  }

  #forget(entry: Entry, why: Dropped): void {
    this.#byName.delete(entry.name);
    this.#bytes -= entry.item.bytes.length;
    if (why.reason !== "included") this.#parts.journal.release(entry.name);
    this.#note(entry.item, why);
  }

  #note(item: PreparedTransaction, why: Dropped): void {
    if (why.reason !== "included") this.#dropped.set(nameOf(item.id), why);
    this.#parts.events.emit("transaction-dropped", { id: item.id, ...why });
  }

  #retire(height: number): void {
    let released = false;
    while (this.#included.length > 0 && this.#included[0]!.height <= height - this.#options.journalBlocks) {
      for (const name of this.#included.shift()!.names) if (!this.#byName.has(name)) this.#parts.journal.release(name);
      released = true;
    }
    if (released)
      this.#parts.journal
        .sweep()
        .catch((error) => this.#parts.log.warn("the journal was not swept", { why: String(error) }));
  }

  /** Takes the tail of whoever pays worst, and asks newcomers for more than that. */
  #makeRoom(): void {
    const target = this.#options.maxBytes * EVICT_TO;
    const tails = [...this.#queues.values()].sort((a, b) => a.entries.at(-1)!.feeRate - b.entries.at(-1)!.feeRate);
    for (const queue of tails) {
      while (this.#bytes > target && queue.entries.length > 0) {
        const [entry] = queue.takeFrom(queue.entries.length - 1);
        this.#floorRate = Math.max(this.floorRate, entry!.feeRate + 1);
        this.#floorSetMs = this.#parts.clock.nowMs();
        this.#forget(entry!, { reason: "evicted" });
      }
      if (queue.entries.length === 0) this.#queues.delete(queue.name);
      if (this.#bytes <= target) return;
    }
  }
}
