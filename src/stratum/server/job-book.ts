/** The jobs that shares may still come for, all on one parent, and what was accepted on them (rules STRATUM-5 and STRATUM-12). */
import { type BlockId, equalBytes, type Random } from "#base";
import { createJob, type Job } from "./job.ts";
import type { StratumOptions } from "./settings.ts";
import type { WorkTemplate } from "./work-source.ts";

const MAX_JOBS = 128;

export class JobBook {
  readonly #options: Pick<StratumOptions, "maxSharesPerJob" | "maxSharesRemembered">;
  /** Oldest first. */
  readonly #jobs = new Map<string, Job>();
  /** Begins anywhere, so that a job of the process before is not taken for one of this. */
  readonly #firstSalt: number;
  #opened = 0;
  #shares = 0;
  #current: Job | null = null;
  #hasBlock = false;

  constructor(options: Pick<StratumOptions, "maxSharesPerJob" | "maxSharesRemembered">, random: Random) {
    this.#options = options;
    this.#firstSalt = random.below(2 ** 32);
  }

  /** The latest job; null before the first and after `clear`. */
  get current(): Job | null {
    return this.#current;
  }

  get count(): number {
    return this.#jobs.size;
  }

  /** Shares remembered. */
  get shares(): number {
    return this.#shares;
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  /** Makes a job of it; jobs on another parent are forgotten. */
  open(template: WorkTemplate, nowMs: number): Job {
    const parent = this.#current?.template.parent;
    if (parent !== undefined && !equalBytes(parent, template.parent)) this.clear();
    const order = this.#opened++;
    const job = createJob(order, (this.#firstSalt + order) % 2 ** 32, template, nowMs);
    this.#jobs.set(job.id, job);
    this.#current = job;
    if (this.#jobs.size > MAX_JOBS) this.#dropOldest();
    return job;
  }

  clear(): void {
    this.#jobs.clear();
    this.#shares = 0;
    this.#current = null;
    this.#hasBlock = false;
  }

  /**
   * A block on the present parent was found. Another one could only be its sibling, of which the chain takes one, so it is
   * given to the node only where that refused the one before.
   * @returns whether this one is to be given to it
   */
  claimBlock(): boolean {
    const isFirst = !this.#hasBlock;
    this.#hasBlock = true;
    return isFirst;
  }

  /** The node refused the block that was found on this parent. */
  releaseBlock(parent: BlockId): void {
    const present = this.#current?.template.parent;
    if (present !== undefined && equalBytes(present, parent)) this.#hasBlock = false;
  }

  isFull(job: Job): boolean {
    return job.shares.size >= this.#options.maxSharesPerJob;
  }

  /** Time for another one: not every miner changes over at once. */
  isHalfFull(job: Job): boolean {
    return job.shares.size * 2 >= this.#options.maxSharesPerJob;
  }

  /** From now on the same share is a duplicate. */
  remember(job: Job, key: string): void {
    job.shares.add(key);
    this.#shares++;
    while (this.#shares > this.#options.maxSharesRemembered && this.#jobs.size > 1) this.#dropOldest();
  }

  /** What could not be recorded may come again. */
  forget(job: Job, key: string): void {
    if (job.shares.delete(key) && this.#jobs.get(job.id) === job) this.#shares--;
  }

  #dropOldest(): void {
    for (const [id, job] of this.#jobs) {
      this.#jobs.delete(id);
      this.#shares -= job.shares.size;
      return;
    }
  }
}
