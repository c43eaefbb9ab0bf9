/** Makes blocks when it is our turn: draft, seal, import; starts over when the head moves or better transactions wait. */
import { type Address, type BlockId, type Cancel, type Clock, type Logger, OperationError, toHex } from "#base";
import { type Chain, type DraftResult, type ImportResult, sealBlock, type UnsealedBlock } from "#chain";
import type { Me } from "#consensus";
import type { Bus, NodeEvents } from "#events";
import type { PreparedTransaction } from "#model";
import type { Sealer } from "./sealer.ts";

/** How old a draft may get while new transactions wait. */
const REFRESH_MS = 1_000;
const RETRY_MS = 1_000;

export interface ProducerOptions {
  readonly me: Me;
  /** Who is credited for blocks. */
  readonly address: Address;
}

export interface ProducerParts {
  readonly chain: Pick<Chain, "draft" | "import" | "head">;
  /** Candidates for the next block, best first. */
  readonly pending: () => Iterable<PreparedTransaction>;
  readonly sealer: Sealer;
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
  #round: AbortController | null = null;
  #running = false;
  #paused = 0;
  #newcomers = 0;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: ProducerOptions, parts: ProducerParts) {
    this.#options = options;
    this.#parts = parts;
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
    const { events } = this.#parts;
    this.#stops.push(
      events.on("head-changed", () => this.#round?.abort()),
      events.on("transaction-added", () => {
        this.#newcomers++;
      }),
    );
    this.#loop = this.#produceAll();
  }

  async stop(): Promise<void> {
    this.#running = false;
    for (const stop of this.#stops.splice(0)) stop();
    this.#round?.abort();
    await this.#loop;
  }

  /**
   * Makes this many blocks now, one on the other, with another sealer if one is given.
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
    this.#round?.abort();
    try {
      while (ids.length < blocks && !signal.aborted) {
        const obstacle = this.#parts.obstacle();
        if (obstacle !== null) throw new OperationError("cannot-produce", obstacle);
        const draft = this.#draft(address);
        if (draft.kind === "never") throw new OperationError("cannot-produce", draft.why);
        if (draft.kind === "later") {
          await this.#pause(draft.atMs - this.#parts.clock.nowMs());
          continue;
        }
        const result = await this.#finish(draft.block, sealer, signal);
        if (result?.kind === "imported") ids.push(result.id);
      }
    } finally {
      this.#paused--;
    }
    return ids;
  }

  #draft(address: Address): DraftResult {
    return this.#parts.chain.draft({ me: this.#options.me, address }, this.#parts.pending());
  }

  async #produceAll(): Promise<void> {
    const { log } = this.#parts;
    while (this.#running) {
      try {
        const waitMs = this.#paused > 0 || this.#parts.obstacle() !== null ? RETRY_MS : await this.#produceOne();
        if (waitMs > 0) await this.#pause(waitMs);
      } catch (error) {
        log.warn("a block was not produced", { why: String(error) });
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** @returns how long to wait before the next try */
  async #produceOne(): Promise<number> {
    const { clock, sealer } = this.#parts;
    const draft = this.#draft(this.#options.address);
    if (draft.kind === "never") return RETRY_MS;
    if (draft.kind === "later") return draft.atMs - clock.nowMs();
    const round = new AbortController();
    this.#round = round;
    this.#newcomers = 0;
    const cancel = this.#refreshLater(round, draft.block);
    try {
      await this.#finish(draft.block, sealer, round.signal);
      return 0;
    } finally {
      cancel();
      this.#round = null;
    }
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

  async #finish(block: UnsealedBlock, sealer: Sealer, signal: AbortSignal): Promise<ImportResult | null> {
    const { chain, log } = this.#parts;
    if (block.job.kind !== "search") throw new OperationError("cannot-produce", "this chain's blocks are not searched");
    const seal = await sealer.seal(block.job, signal);
    if (seal === null) return null;
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

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(Math.max(1, delayMs), resolve);
    });
  }
}
