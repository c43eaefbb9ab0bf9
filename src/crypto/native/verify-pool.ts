/** Signature checks on worker threads, in batches: verifying one transaction also gives its id and its sender. */
import { Worker } from "node:worker_threads";
import { assertInvariant, type Hash, type Logger, OperationError, silentLogger } from "#base";
import { fillSlot, MAX_PIECE, readSlot, type Slot, sizeInSlot, slotMemory, slotsOf } from "./slots.ts";
import { MAX_TRANSACTION_BYTES } from "./transaction-layout.ts";
import { transactionVerifier, type Verified } from "./transaction-verifier.ts";
import type { WorkerSetup } from "./verify-worker.ts";
import { type Job, WorkerSeat } from "./worker-seat.ts";

/** The work lies in shared memory; what a worker allocates for itself is short-lived. */
const SMALL_HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };
/** Below this the message to a worker costs more than it brings to share the work out. */
const MIN_PIECE = 50;
/** Workers that may die over the same work before it is given up. */
const MAX_DEATHS_OF_JOB = 3;

export interface VerifyPoolOptions {
  readonly chainId: Hash;
  /** Default 2; more than the cores gain nothing. */
  readonly workers?: number;
  /** Pieces of work under way at most; further ones wait. Default 32. */
  readonly slots?: number;
  /** Bytes of transactions in a slot. Default 256 KiB, at least one largest transaction. */
  readonly slotBytes?: number;
}

export interface VerifyPoolParts {
  readonly log?: Logger;
  readonly spawn?: (setup: WorkerSetup) => Worker;
}

export interface VerifyPool {
  /** Transactions handed in and not answered yet, waiting ones included. */
  readonly depth: number;
  /** Resolves when all workers listen. @throws OperationError when they cannot be started */
  start(): Promise<void>;
  /** Fails what is unfinished with OperationError `verify-pool-stopped`. */
  stop(): Promise<void>;
  /**
   * Answers in the order of the batch; waits while no slot is free. Any number of callers may wait at once.
   * @param batch canonical bytes of any length, not to be changed before the answer; what has not the shape of a
   *   transaction is answered as not valid
   * @throws OperationError when the pool is not running or its workers die over the work
   */
  verify(batch: readonly Uint8Array[]): Promise<Verified[]>;
  /** One transaction at once, on the calling thread, whether the pool runs or not: about 50 µs. */
  verifyNow(bytes: Uint8Array): Verified;
}

export function createVerifyPool(options: VerifyPoolOptions, parts: VerifyPoolParts = {}): VerifyPool {
  return new WorkerPool(options, parts);
}

class WorkerPool implements VerifyPool {
  readonly #workers: number;
  readonly #slotBytes: number;
  readonly #slots: readonly Slot[];
  readonly #free: number[];
  readonly #waiting: PromiseWithResolvers<number>[] = [];
  readonly #log: Logger;
  readonly #spawn: () => Worker;
  #seats: WorkerSeat[] = [];
  #depth = 0;
  readonly verifyNow: (bytes: Uint8Array) => Verified;

  constructor({ chainId, workers = 2, slots = 32, slotBytes = 256 * 1024 }: VerifyPoolOptions, parts: VerifyPoolParts) {
    assertInvariant(slotBytes >= MAX_TRANSACTION_BYTES && slotBytes % 4 === 0, `slots of ${slotBytes} bytes`);
    assertInvariant(workers >= 1 && slots >= 1, "a pool needs a worker and a slot");
    const memory = slotMemory(slots, slotBytes);
    const setup: WorkerSetup = { memory, slotBytes, chainId };
    const spawn = parts.spawn ?? spawnWorker;
    this.#workers = workers;
    this.#slotBytes = slotBytes;
    this.#slots = slotsOf(memory, slotBytes);
    this.#free = this.#slots.map((_, slot) => slot);
    this.#log = parts.log ?? silentLogger;
    this.#spawn = () => spawn(setup);
    this.verifyNow = transactionVerifier(chainId);
  }

  get depth(): number {
    return this.#depth;
  }

  async start(): Promise<void> {
    assertInvariant(this.#seats.length === 0, "the verification pool runs already");
    this.#seats = Array.from({ length: this.#workers }, () => this.#newSeat());
    await Promise.all(this.#seats.map((seat) => seat.ready));
  }

  async stop(): Promise<void> {
    const seats = this.#seats;
    this.#seats = [];
    const error = notRunning();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    await Promise.all(seats.map((seat) => seat.stop()));
  }

  async verify(batch: readonly Uint8Array[]): Promise<Verified[]> {
    if (this.#seats.length === 0) throw notRunning();
    this.#depth += batch.length;
    try {
      const pieces = cutIntoPieces(batch, this.#workers, this.#slotBytes);
      const answers = await Promise.all(pieces.map((piece) => this.#verifyPiece(piece)));
      return answers.length === 1 ? answers[0]! : answers.flat();
    } finally {
      this.#depth -= batch.length;
    }
  }

  async #verifyPiece(piece: readonly Uint8Array[]): Promise<Verified[]> {
    const index = this.#free.pop() ?? (await this.#waitForSlot());
    const slot = this.#slots[index]!;
    try {
      fillSlot(slot, piece);
      await new Promise<void>((done, fail) => {
        this.#hand({ slot: index, count: piece.length, deaths: 0, done, fail });
      });
      return readSlot(slot, piece.length);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(index);
      else next.resolve(index);
    }
  }

  #waitForSlot(): Promise<number> {
    const turn = Promise.withResolvers<number>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  #hand(job: Job): void {
    let best: WorkerSeat | null = null;
    for (const seat of this.#seats) if (seat.alive && (best === null || seat.load < best.load)) best = seat;
    if (best !== null) best.post(job);
    else job.fail(this.#seats.length === 0 ? notRunning() : workersDied());
  }

  #newSeat(): WorkerSeat {
    return new WorkerSeat({
      spawn: this.#spawn,
      onDeath: (unfinished, error) => {
        this.#log.warn("verification worker died", { unfinished: unfinished.length, error: error?.message });
        for (const job of unfinished) {
          job.deaths++;
          if (job.deaths < MAX_DEATHS_OF_JOB) this.#hand(job);
          else job.fail(workersDied());
        }
      },
    });
  }
}

/** In order; as many transactions in each as give every worker its share, as far as a slot has room. */
function cutIntoPieces(batch: readonly Uint8Array[], workers: number, slotBytes: number): (readonly Uint8Array[])[] {
  const limit = Math.min(MAX_PIECE, Math.max(MIN_PIECE, Math.ceil(batch.length / workers)));
  const pieces: (readonly Uint8Array[])[] = [];
  let start = 0;
  let sizeBytes = 0;
  batch.forEach((bytes, i) => {
    const size = sizeInSlot(bytes);
    if (i - start === limit || sizeBytes + size > slotBytes) {
      pieces.push(batch.slice(start, i));
      start = i;
      sizeBytes = 0;
    }
    sizeBytes += size;
  });
  if (start < batch.length) pieces.push(batch.slice(start));
  return pieces;
}

function spawnWorker(setup: WorkerSetup): Worker {
  return new Worker(new URL("./verify-worker.ts", import.meta.url), {
    workerData: setup,
    name: "verify",
    resourceLimits: SMALL_HEAP,
  });
}

function notRunning(): OperationError {
  return new OperationError("verify-pool-stopped", "the verification pool is not running");
}

function workersDied(): OperationError {
  return new OperationError("verify-worker-died", "verification workers died over the work");
}
