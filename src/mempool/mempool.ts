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
import { type Account, KIND_RECORD, type PreparedTransaction } from "#model";
import { type Candidate, checkBounds, checkFunds } from "./admission.ts";
import { type Entry, feeRateOf, nameOf } from "./entry.ts";
import type { Journal } from "./journal.ts";
import type { MempoolOptions } from "./options.ts";
import { selectByFeeRate, takeWorstTails } from "./selection.ts";
import { SenderQueue } from "./sender-queue.ts";

const MAX_REMEMBERED_DROPS = 10_000;
/** How much is evicted at once when the pool is full, so that the search for victims is rare. */
const EVICT_TO = 0.95;
const TAKEN: Result<void, Fault> = ok(undefined);
/** A floor below this, in thousandths of an atom a byte, is none. */
const LEAST_FLOOR = 100;

/** What the mempool must know of the chain. */
export interface MempoolView {
  readonly minFeePerByteAtoms: bigint;
  account(address: Address): Account | null;
  /** The most the transaction can take from its sender at present, or what is wrong with it in any state. */
  costAtoms(item: PreparedTransaction): Result<bigint, Fault>;
  /**
   * Why the present state would refuse the transaction, were it its sender's next, for another reason than nonce and
   * balance. Cheap and null for what has no such reasons.
   */
  refusal(item: PreparedTransaction): Fault | null;
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

/** What an entry keeps of its time before: it was accepted then, and is not put to the bounds for newcomers again. */
type Past = Pick<Entry, "addedMs" | "replacements" | "told">;

export class Mempool {
  readonly #options: MempoolOptions;
  readonly #parts: MempoolParts;
  readonly #queues = new Map<string, SenderQueue>();
  readonly #byName = new Map<string, Entry>();
  /** Those that other people's transactions may make invalid. */
  readonly #fragile = new Set<Entry>();
  readonly #dropped = new BoundedMap<string, Dropped>(MAX_REMEMBERED_DROPS);
  /** Names included at a height, oldest first, until the journal may forget them. */
  readonly #included: { readonly height: number; readonly names: readonly string[] }[] = [];
  /** Read back at the start and not pending: perhaps in blocks that are not deep enough yet. */
  #unclaimed: readonly string[] = [];
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
    if (this.#floorRate === 0) return 0;
    const halvings = (this.#parts.clock.nowMs() - this.#floorSetMs) / this.#options.floorHalfLifeMs;
    const floor = Math.floor(this.#floorRate / 2 ** halvings);
    return floor < LEAST_FLOOR ? 0 : floor;
  }

  get(id: TransactionId): PreparedTransaction | null {
    return this.#byName.get(nameOf(id))?.item ?? null;
  }

  has(id: TransactionId): boolean {
    return this.#byName.has(nameOf(id));
  }

  /** Pending, but a transaction before it is missing: it can go into no block, and others are not told of it. */
  isHeld(id: TransactionId): boolean {
    return this.#byName.get(nameOf(id))?.told === false;
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
    const admitted = items.map((item) => this.#admit(item, relay));
    if (this.#bytes > this.#options.maxBytes) this.#makeRoom();
    const guarded: Entry[] = [];
    const answers = admitted.map((result): Result<void, Fault> => {
      if (!result.ok) return result;
      const entry = result.value;
      // What came may have been the worst of all, and be gone already.
      if (entry.gone && this.#dropped.get(entry.name)?.reason === "evicted")
        return err(blameNobody("tx-fee-floor", { feeRate: entry.feeRate, floor: this.floorRate }));
      if (!entry.gone) guarded.push(entry);
      return TAKEN;
    });
    await this.#parts.journal.guard(guarded);
    return answers;
  }

  /** Writes down whatever could not be written before. @throws OperationError when the disk fails again */
  async secure(): Promise<void> {
    await this.#parts.journal.guard([...this.#byName.values()]);
  }

  /**
   * Reads the journal back at start.
   * @param orphaned what left the chain so late that the journal may not have it
   * @returns how many are pending again
   * @throws OperationError `data-damaged`
   */
  restore(prepare: (bytes: Uint8Array) => PreparedTransaction, orphaned: readonly PreparedTransaction[] = []): number {
    const past = { addedMs: this.#parts.clock.nowMs(), replacements: 0, told: false };
    const unclaimed: string[] = [];
    for (const item of byNonce([...this.#parts.journal.load(prepare), ...orphaned]))
      if (!this.#admit(item, false, past).ok) unclaimed.push(nameOf(item.id));
    this.#unclaimed = unclaimed;
    this.#secureLater();
    return this.count;
  }

  #admit(item: PreparedTransaction, relay: boolean, past: Past | null = null): Result<Entry, Fault> {
    const name = nameOf(item.id);
    const known = this.#byName.get(name);
    if (known !== undefined) return ok(known);
    const { view, clock } = this.#parts;
    const cost = view.costAtoms(item);
    if (!cost.ok) return cost;
    const account = view.account(item.from);
    if (account === null) return err(blameNobody("tx-sender-unknown"));
    const { nonce } = item.transaction;
    if (nonce < account.nonce) return err(blameNobody("tx-nonce-used", { nonce, expected: account.nonce }));
    const sender = nameOf(item.from);
    const queue = this.#queues.get(sender) ?? new SenderQueue(item.from, sender);
    const replaced = queue.at(nonce);
    const { minFeePerByteAtoms } = view;
    const candidate: Candidate = { minFeePerByteAtoms, item, account, queue, replaced };
    const fault =
      (past === null ? checkBounds(this.#options, this.floorRate, candidate) : null) ??
      checkFunds(candidate, cost.value) ??
      (nonce === account.nonce ? view.refusal(item) : null);
    if (fault !== null) return err(fault);
    const replacements = replaced === null ? (past?.replacements ?? 0) : replaced.replacements + 1;
    const addedMs = past?.addedMs ?? clock.nowMs();
    const entry: Entry = {
      item,
      name,
      costAtoms: cost.value,
      feeRate: feeRateOf(item),
      addedMs,
      replacements,
      told: past?.told ?? false,
      gone: false,
    };
    if (item.transaction.kind > KIND_RECORD) this.#fragile.add(entry);
    queue.insert(entry);
    this.#queues.set(sender, queue);
    this.#byName.set(name, entry);
    this.#bytes += item.bytes.length;
    if (replaced !== null) this.#forget(replaced, { reason: "replaced" });
    this.#tellReady(queue, account.nonce, nonce, relay ? null : entry);
    return ok(entry);
  }

  /**
   * Tells of those from `nonce` on that can go into a block and that nobody was told of. They were held back until now,
   * so others hear of them from us; but `quiet` reaches them some other way.
   */
  #tellReady(queue: SenderQueue, accountNonce: number, nonce: number, quiet: Entry | null): void {
    const end = queue.placeOf(accountNonce) + queue.readyCount(accountNonce);
    for (let place = queue.placeOf(nonce); place < end; place++) {
      const entry = queue.entries[place]!;
      if (entry.told) continue;
      entry.told = true;
      this.#parts.events.emit("transaction-added", { item: entry.item, relay: entry !== quiet });
    }
  }

  /** After a block nobody's balance is below what it was, but for its senders; after a revert anybody's may be. */
  #follow(reverted: readonly ChainBlock[], applied: readonly ChainBlock[]): void {
    // Whoever catches up has nothing that the blocks could concern.
    if (reverted.length === 0 && this.#byName.size === 0 && this.#parts.journal.isEmpty) return;
    const included = new Set<string>();
    const senders = new Set<string>();
    this.#unretire(reverted.at(-1)?.header.height ?? Number.POSITIVE_INFINITY);
    for (const block of applied) {
      const names = block.transactions.map((item) => nameOf(item.id));
      for (const name of names) included.add(name);
      for (const item of block.transactions) senders.add(nameOf(item.from));
      this.#included.push({ height: block.header.height, names });
    }
    if (reverted.length > 0) this.#readmit(reverted, included);
    else for (const sender of senders) this.#settle(sender, included);
    this.#dropRefused();
    this.#retire(applied.at(-1)?.header.height ?? 0);
  }

  /**
   * Orphaned transactions come back together with what was pending: both go through admission again, by nonce.
   * The orphaned ones are told to others again, who may have been on the other side of the fork.
   */
  #readmit(reverted: readonly ChainBlock[], included: ReadonlySet<string>): void {
    const nowMs = this.#parts.clock.nowMs();
    const pasts = new Map<PreparedTransaction, Past>();
    for (const block of reverted.toReversed())
      for (const item of block.transactions)
        if (!included.has(nameOf(item.id))) pasts.set(item, { addedMs: nowMs, replacements: 0, told: false });
    const orphaned = new Set(pasts.keys());
    for (const entry of this.#byName.values()) pasts.set(entry.item, entry);
    this.#queues.clear();
    this.#fragile.clear();
    this.#byName.clear();
    this.#bytes = 0;
    for (const item of byNonce([...pasts.keys()])) {
      const result = this.#admit(item, orphaned.has(item), pasts.get(item)!);
      if (result.ok) continue;
      const name = nameOf(item.id);
      this.#note(item, name, whyGone(name, included, result.error));
    }
    this.#secureLater();
  }

  #secureLater(): void {
    const { log } = this.#parts;
    this.secure().catch((error) => log.error("pending transactions are not durable", { why: String(error) }));
  }

  #settle(sender: string, included: ReadonlySet<string>): void {
    const queue = this.#queues.get(sender);
    const account = queue === undefined ? null : this.#parts.view.account(queue.address);
    if (queue === undefined || account === null) return;
    const used = blameNobody("tx-nonce-used");
    for (const entry of queue.takeBelow(account.nonce)) this.#forget(entry, whyGone(entry.name, included, used));
    if (queue.costAtoms > account.balanceAtoms) this.#dropUnpayable(queue, account.balanceAtoms);
    if (queue.entries.length === 0) this.#queues.delete(queue.name);
    else this.#tellReady(queue, account.nonce, account.nonce, null);
  }

  /** One that the state refuses would keep all that its sender sent after it out of the blocks. */
  #dropRefused(): void {
    const { view } = this.#parts;
    for (const entry of [...this.#fragile]) {
      const { item } = entry;
      const account = view.account(item.from);
      if (entry.gone || account === null || account.nonce !== item.transaction.nonce) continue;
      const fault = view.refusal(item);
      const queue = this.#queues.get(nameOf(item.from));
      if (fault === null || queue === undefined) continue;
      for (const refused of queue.takeBelow(account.nonce + 1))
        this.#forget(refused, { reason: "invalid", code: fault.code });
      if (queue.entries.length === 0) this.#queues.delete(queue.name);
    }
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
    entry.gone = true;
    this.#fragile.delete(entry);
    this.#byName.delete(entry.name);
    this.#bytes -= entry.item.bytes.length;
    this.#note(entry.item, entry.name, why);
  }

  #note(item: PreparedTransaction, name: string, why: Dropped): void {
    if (why.reason !== "included") {
      this.#dropped.set(name, why);
      this.#parts.journal.release(name);
    }
    this.#parts.events.emit("transaction-dropped", { id: item.id, ...why });
  }

  /** The blocks from this height on are off the chain: what was in them is guarded again. */
  #unretire(height: number): void {
    while (this.#included.length > 0 && this.#included.at(-1)!.height >= height) this.#included.pop();
  }

  #retire(height: number): void {
    const { journal, log } = this.#parts;
    if (this.#unclaimed.length > 0) this.#included.push({ height, names: this.#unclaimed });
    this.#unclaimed = [];
    let released = false;
    while (this.#included.length > 0 && this.#included[0]!.height <= height - this.#options.journalBlocks) {
      for (const name of this.#included.shift()!.names) if (!this.#byName.has(name)) journal.release(name);
      released = true;
    }
    if (released) journal.sweep().catch((error) => log.warn("the journal was not swept", { why: String(error) }));
  }

  /** Takes the tail of whoever pays worst, and asks newcomers for more than that. */
  #makeRoom(): void {
    const target = this.#options.maxBytes * EVICT_TO;
    for (const [queue, entry] of takeWorstTails(this.#queues.values())) {
      this.#floorRate = Math.max(this.floorRate, entry.feeRate + 1);
      this.#floorSetMs = this.#parts.clock.nowMs();
      this.#forget(entry, { reason: "evicted" });
      if (queue.entries.length === 0) this.#queues.delete(queue.name);
      if (this.#bytes <= target) return;
    }
  }
}

/** Each sender's in the order in which they can be admitted; of equals the first stays first. */
function byNonce(items: readonly PreparedTransaction[]): readonly PreparedTransaction[] {
  return items.toSorted((a, b) => a.transaction.nonce - b.transaction.nonce);
}

function whyGone(name: string, included: ReadonlySet<string>, { code }: Fault): Dropped {
  return included.has(name) ? { reason: "included" } : { reason: "invalid", code };
}
