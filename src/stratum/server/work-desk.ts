/**
 * Turns what the node offers into jobs: a new parent at once and clean, better fees and mere age later and not clean, and while
 * the node is away no new ones at all (rule STRATUM-5).
 */
import { type Cancel, type Clock, equalBytes, type Logger, type Random } from "#base";
import type { Job } from "./job.ts";
import { JobBook } from "./job-book.ts";
import type { StratumMetrics } from "./metrics.ts";
import type { StratumOptions } from "./settings.ts";
import type { WorkSource, WorkState, WorkTemplate } from "./work-source.ts";

export interface DeskParts {
  readonly source: WorkSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly metrics: StratumMetrics;
  /** A job for everybody. @param clean whether all others have become worthless */
  readonly announce: (job: Job, clean: boolean) => void;
  /** There is no work any more, or there is again (null). */
  readonly tellState: (why: string | null) => void;
}

export class WorkDesk {
  readonly #options: StratumOptions;
  readonly #parts: DeskParts;
  readonly book: JobBook;
  #latest: WorkTemplate | null = null;
  #down: { readonly why: string; readonly sinceMs: number } | null;
  #announcedMs = 0;
  #cancel: Cancel = () => {};

  constructor(options: StratumOptions, parts: DeskParts) {
    this.#options = options;
    this.#parts = parts;
    this.book = new JobBook(options, parts.random);
    this.#down = { why: "no work from the node yet", sinceMs: parts.clock.nowMs() };
  }

  start(): void {
    this.#cancel = this.#parts.source.onChange((state) => this.#take(state));
    this.#take(this.#parts.source.state());
  }

  stop(): void {
    this.#cancel();
    this.book.clear();
  }

  /** Why there is no work; null while there is. */
  get down(): string | null {
    return this.#down?.why ?? null;
  }

  /** Whether shares on this job still count. */
  counts(job: Job, nowMs: number): boolean {
    if (nowMs >= job.template.expiresMs) return false;
    return this.#down === null || nowMs - this.#down.sinceMs <= this.#options.awayMs;
  }

  /** A job later than all that were sent, for those whose difficulty has changed; null while there is no work. */
  openForSome(): Job | null {
    if (this.#down !== null || this.#latest === null) return null;
    return this.#open(this.#latest);
  }

  /** Everybody gets another, if this is the latest. */
  replace(job: Job): void {
    if (job === this.book.current && this.#latest !== null && this.#down === null) this.#announce(this.#latest, false);
  }

  /** Once a second: what is due by time. */
  tick(): void {
    const nowMs = this.#parts.clock.nowMs();
    const current = this.book.current;
    if (this.#down !== null || this.#latest === null || current === null) return;
    if (nowMs >= this.#latest.expiresMs) {
      this.#goDown("the node gives no fresh work");
      return;
    }
    const ageMs = nowMs - this.#announcedMs;
    const paysMore = this.#latest.rewardAtoms > current.template.rewardAtoms;
    const aged =
      ageMs >= this.#options.jobMs || (nowMs >= current.template.expiresMs && this.#latest !== current.template);
    if (aged || (paysMore && ageMs >= this.#options.feeRefreshMs)) this.#announce(this.#latest, false);
  }

  #take(state: WorkState): void {
    if (state.kind === "down") {
      this.#goDown(state.why);
      return;
    }
    const { template } = state;
    const wasDown = this.#down !== null;
    this.#latest = template;
    this.#down = null;
    this.#parts.metrics.nodeUp = 1;
    const current = this.book.current;
    if (wasDown && current !== null) this.#parts.tellState(null);
    if (current === null || !equalBytes(current.template.parent, template.parent)) this.#announce(template, true);
    else if (wasDown) this.#announce(template, false);
    else this.tick();
  }

  #goDown(why: string): void {
    if (this.#down !== null) return;
    this.#down = { why, sinceMs: this.#parts.clock.nowMs() };
    this.#parts.metrics.nodeUp = 0;
    this.#parts.log.warn("no work from the node", { why });
    this.#parts.tellState(why);
  }

  #announce(template: WorkTemplate, clean: boolean): void {
    const job = this.#open(template);
    this.#announcedMs = job.openedMs;
    if (clean) this.#parts.metrics.cleanJobsTotal++;
    this.#parts.announce(job, clean);
  }

  #open(template: WorkTemplate): Job {
    this.#parts.metrics.jobsTotal++;
    return this.book.open(template, this.#parts.clock.nowMs());
  }
}
