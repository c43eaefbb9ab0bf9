/**
 * Makes blocks when it is our turn: draft, seal, import. A search starts over when the head moves or better transactions
 * wait; a signature is given once a slot, whatever comes of it.
 */
import { type Address, type BlockId, type Cancel, type Clock, type Logger, OperationError, sleep, toHex } from "#base";
import { type Chain, type DraftResult, type ImportResult, type Signer, sealBlock, type UnsealedBlock } from "#chain";
import type { SignJob } from "#consensus";
import type { Bus, NodeEvents } from "#events";
import type { PreparedTransaction, Vote } from "#model";
import type { Sealer } from "./sealer.ts";
import { createRefusalNotice, type SigningPort } from "./signing.ts";

/** How old a draft may get while new transactions wait. */
const REFRESH_MS = 1_000;
const RETRY_MS = 1_000;
/** Between two looks at whose turn it is, when nothing happens. */
const LEAST_WAIT_MS = 10;
/** Of a draft that was ready only after its slot the next one holds the first, and after one in time the second so much more. */
const LATE_SHARE = 0.5;
const GROWTH = 1.25;

export interface ProducerOptions {
  /** Those whose turn is looked for; the first one that has it makes the block. */
  readonly signers: readonly Signer[];
  /** Who is credited for blocks. */
  readonly address: Address;
}

export interface ProducerParts {
  readonly chain: Pick<Chain, "draft" | "import" | "head">;
  /** Candidates for the next block, best first. */
  readonly pending: () => Iterable<PreparedTransaction>;
  /** Of those, what the next block may hold; none on a chain without votes. */
  readonly votes?: () => Iterable<Vote>;
  /** Searches, on a chain of work. */
  readonly sealer: Sealer;
  /** Signs, on a chain whose blocks are signed. */
  readonly signing?: SigningPort;
  /** Why nothing may be produced at present; null when all is well. */
  readonly obstacle: () => string | null;
  readonly events: Bus<NodeEvents>;
  readonly clock: Clock;
  readonly log: Logger;
}

export class Producer {
  readonly #options: ProducerOptions;
  readonly #parts: ProducerParts;
  readonly #stops: (() => void)[] = [];
  /** What is searched or waited for at present, each of no use once the head has moved. */
  readonly #rounds = new Set<AbortController>();
  #running = false;
  #stopped = false;
  #paused = 0;
  #newcomers = 0;
  /** The slot in which something was signed, or refused to be, is over then. */
  #restUntilMs = 0;
  /** Transactions that a draft gets: on a slow machine those that are pending may be more than a slot has time for. */
  #mostTransactions = Number.POSITIVE_INFINITY;
  readonly #refusal: ReturnType<typeof createRefusalNotice>;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: ProducerOptions, parts: ProducerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#refusal = createRefusalNotice("block", parts);
    this.#stops.push(
      parts.events.on("head-changed", () => this.#abortRounds()),
      parts.events.on("transaction-added", () => {
        this.#newcomers++;
      }),
    );
  }

  get running(): boolean {
    return this.#running;
  }

  hashRate(): number {
    return this.#parts.sealer.hashRate();
  }

  /** Produces until stopped. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#loop = this.#produceAll();
  }

  /** For good: also what `mine` was asked for ends. */
  async stop(): Promise<void> {
    this.#running = false;
    this.#stopped = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#abortRounds();
    await this.#loop;
  }

  /**
   * Makes this many blocks now, one on the other, with another sealer if one is given.
   * @returns those made; fewer than asked for when the signal or the end of the node came first
   * @throws OperationError `cannot-produce` when the node must not or the engine does not let it
   */
  async mine(
    blocks: number,
    address: Address,
    sealer: Sealer = this.#parts.sealer,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<readonly BlockId[]> {
    const ids: BlockId[] = [];
    this.#paused++;
    this.#abortRounds();
    try {
      while (ids.length < blocks && !signal.aborted && !this.#stopped) {
        const obstacle = this.#parts.obstacle();
        if (obstacle !== null) throw new OperationError("cannot-produce", obstacle);
        const draft = this.#draft(address);
        if (draft.kind === "never") throw new OperationError("cannot-produce", draft.why);
        if (draft.kind === "later") {
          await this.#inRound((round) => this.#pause(draft.atMs - this.#parts.clock.nowMs(), round), signal);
          continue;
        }
        const result = await this.#inRound((round) => this.#seal(draft.block, sealer, round), signal);
        if (result?.kind === "imported") ids.push(result.id);
        if (result?.kind === "refused") throw new OperationError("cannot-produce", "our own block was refused");
        if (draft.block.job.kind === "sign") await this.#inRound((round) => this.#pause(LEAST_WAIT_MS, round), signal);
      }
    } finally {
      this.#paused--;
    }
    return ids;
  }

  #draft(address: Address): DraftResult {
    const { chain, clock, pending, votes = () => [] } = this.#parts;
    if (this.#restUntilMs > clock.nowMs()) return { kind: "later", atMs: this.#restUntilMs };
    let best: DraftResult = { kind: "never", why: "there is no key to produce with" };
    for (const me of this.#options.signers) {
      const draft = chain.draft({ me, address }, Iterator.from(pending()).take(this.#mostTransactions), votes());
      if (draft.kind === "draft") return draft;
      if (best.kind === "never" || (draft.kind === "later" && best.kind === "later" && draft.atMs < best.atMs))
        best = draft;
    }
    return best;
  }

  async #produceAll(): Promise<void> {
    const { log } = this.#parts;
    while (this.#running) {
      try {
        const waitMs = this.#paused > 0 || this.#parts.obstacle() !== null ? RETRY_MS : await this.#produceOne();
        if (waitMs > 0) await this.#inRound((round) => this.#pause(waitMs, round));
      } catch (error) {
        log.warn("a block was not produced", { why: String(error) });
        await this.#inRound((round) => this.#pause(RETRY_MS, round));
      }
    }
  }

  /** @returns how long to wait before the next try */
  async #produceOne(): Promise<number> {
    const { clock, sealer } = this.#parts;
    const draft = this.#draft(this.#options.address);
    if (draft.kind === "never") return RETRY_MS;
    if (draft.kind === "later") return draft.atMs - clock.nowMs();
    this.#newcomers = 0;
    const result = await this.#inRound(async (signal, round) => {
      const isSearch = draft.block.job.kind === "search";
      const cancel = isSearch ? this.#refreshLater(round, draft.block) : () => {};
      return this.#seal(draft.block, sealer, signal).finally(cancel);
    });
    // A draft that is refused once is so again, until something changes.
    if (result?.kind === "refused") return RETRY_MS;
    return draft.block.job.kind === "sign" ? LEAST_WAIT_MS : 0;
  }

  /** Runs something that ends early when the head moves, the producer stops, or the outer signal comes. */
  async #inRound<T>(
    work: (signal: AbortSignal, round: AbortController) => Promise<T>,
    outer?: AbortSignal,
  ): Promise<T> {
    const round = new AbortController();
    const signal = outer === undefined ? round.signal : AbortSignal.any([round.signal, outer]);
    if (this.#stopped) round.abort();
    this.#rounds.add(round);
    try {
      return await work(signal, round);
    } finally {
      this.#rounds.delete(round);
    }
  }

  #abortRounds(): void {
    for (const round of this.#rounds) round.abort();
  }

  /** Ends a round whose draft is stale: it could hold more, or its time is about to run out. */
  #refreshLater(round: AbortController, block: UnsealedBlock): Cancel {
    const { clock } = this.#parts;
    let cancel: Cancel = () => {};
    const look = (): void => {
      const stale = this.#newcomers > 0 || clock.nowMs() >= block.expiresMs - REFRESH_MS;
      if (stale) round.abort();
      else cancel = clock.after(REFRESH_MS, look);
    };
    cancel = clock.after(REFRESH_MS, look);
    return () => cancel();
  }

  /** @returns null when there is no seal: the round is over, or the guard refused */
  async #seal(block: UnsealedBlock, sealer: Sealer, signal: AbortSignal): Promise<ImportResult | null> {
    const { job } = block;
    const seal = await (job.kind === "search" ? sealer.seal(job, signal) : this.#sign(block, job, signal));
    return seal === null ? null : this.#give(block, seal);
  }

  async #sign(block: UnsealedBlock, job: SignJob, signal: AbortSignal): Promise<Uint8Array | null> {
    const { clock, signing } = this.#parts;
    if (signing === undefined)
      throw new OperationError("cannot-produce", "blocks of this chain are signed, and there is nobody to sign");
    // Drafting may take until the slot is over; a head that moved meanwhile may hold a block of this very slot.
    const nowMs = clock.nowMs();
    const isLate = nowMs >= block.expiresMs;
    this.#mostTransactions = isLate
      ? Math.max(1, Math.floor(block.transactions.length * LATE_SHARE))
      : Math.ceil(this.#mostTransactions * GROWTH);
    if (signal.aborted || nowMs < block.header.timeMs || isLate) return null;
    this.#restUntilMs = block.expiresMs;
    const seal = await signing.sign(job);
    this.#refusal.tell(seal.ok ? null : seal.error);
    return seal.ok ? seal.value : null;
  }

  async #give(block: UnsealedBlock, seal: Uint8Array): Promise<ImportResult | null> {
    const { chain, log } = this.#parts;
    const [result] = await chain.import([{ block: sealBlock(block, seal), known: block.transactions }]);
    if (result?.kind === "imported")
      log.info("block produced", {
        height: block.header.height,
        id: toHex(result.id),
        count: block.transactions.length,
      });
    else if (result?.kind === "refused") log.error("our own block was refused", { code: result.fault.code });
    return result ?? null;
  }

  #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return sleep(this.#parts.clock, Math.max(LEAST_WAIT_MS, delayMs), signal);
  }
}
