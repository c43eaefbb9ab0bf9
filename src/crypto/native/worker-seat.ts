/** The place of one worker: whoever sits there is replaced when it dies, and its work is handed back. */
import type { Worker } from "node:worker_threads";
import { OperationError } from "#base";
import type { WorkerMessage, WorkerTask } from "./verify-worker.ts";

/** Deaths in a row, without any work done between them, before the seat stays empty. */
const MAX_DEATHS = 5;

/** One filled slot on its way. */
export interface Job {
  readonly slot: number;
  readonly count: number;
  /** Workers that died over it. */
  deaths: number;
  done(): void;
  fail(error: OperationError): void;
}

export interface SeatParts {
  readonly spawn: () => Worker;
  /** Called with unfinished work after a death; `seat.alive` says whether a new worker has come. */
  readonly onDeath: (unfinished: readonly Job[], error: Error | null) => void;
}

export class WorkerSeat {
  readonly #parts: SeatParts;
  readonly #jobs = new Map<number, Job>();
  readonly #ready = Promise.withResolvers<void>();
  #worker: Worker | null;
  #load = 0;
  #deaths = 0;

  constructor(parts: SeatParts) {
    this.#parts = parts;
    this.#ready.promise.catch(() => {});
    this.#worker = this.#seat();
  }

  get alive(): boolean {
    return this.#worker !== null;
  }

  /** Transactions handed over and not answered. */
  get load(): number {
    return this.#load;
  }

  /** Resolves when a worker has begun to listen. @throws OperationError when none ever does */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  post(job: Job): void {
    this.#jobs.set(job.slot, job);
    this.#load += job.count;
    this.#worker?.postMessage({ slot: job.slot, n: job.count } satisfies WorkerTask);
  }

  /** Ends the worker; unfinished work fails. */
  async stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    const error = new OperationError("verify-pool-stopped", "the verification pool has been stopped");
    this.#ready.reject(error);
    for (const job of this.#takeJobs()) job.fail(error);
    await worker?.terminate();
  }

  #seat(): Worker {
    const worker = this.#parts.spawn();
    let failure: Error | null = null;
    worker.on("message", (message: WorkerMessage) => this.#onMessage(message));
    worker.on("error", (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    // By now all messages of the dead worker have been delivered, so nobody writes to its slots any more.
    worker.on("exit", () => {
      if (this.#worker === worker) this.#onDeath(failure);
    });
    return worker;
  }

  #onMessage(message: WorkerMessage): void {
    if (message === "ready") {
      this.#ready.resolve();
      return;
    }
    const job = this.#jobs.get(message);
    if (job === undefined) return;
    this.#jobs.delete(message);
    this.#load -= job.count;
    this.#deaths = 0;
    job.done();
  }

  #onDeath(failure: Error | null): void {
    this.#deaths++;
    this.#worker = this.#deaths < MAX_DEATHS ? this.#seat() : null;
    if (this.#worker === null)
      this.#ready.reject(
        new OperationError("verify-worker-died", "verification workers die at once", { cause: failure }),
      );
    this.#parts.onDeath(this.#takeJobs(), failure);
  }

  #takeJobs(): Job[] {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#load = 0;
    return jobs;
  }
}
