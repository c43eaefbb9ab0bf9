/** One miner's connection as the protocol sees it. What belongs to the socket is in connection.ts. */
import { assertInvariant } from "#base";
import { Backlog } from "./backlog.ts";
import { difficultyOf, type ShareDifficulty } from "./difficulty.ts";
import type { Job } from "./job.ts";
import type { Terms, Ticket } from "./tickets.ts";
import type { ShareWindow } from "./vardiff.ts";

/** Who is credited for what comes under one name. */
export interface Worker {
  readonly address: string;
  readonly worker: string;
}

/** The way back to the miner. */
export interface Outlet {
  readonly host: string;
  readonly isTls: boolean;
  /** Whole lines. */
  send(lines: string): void;
  /** Says why, and ends the connection. */
  drop(why: string): void;
}

const MOST_UNRECORDED = 256;
/** More changes than jobs at a time are of no use. */
const MAX_TERMS = 130;

export class Session {
  readonly outlet: Outlet;
  readonly connectedMs: number;
  /** Null until subscribed. */
  ticket: Ticket | null = null;
  extranonce1: Uint8Array | null = null;
  extranonceSubscribed = false;
  versionMask = 0;
  agent = "";
  /** By the name that the miner authorized and submits under. */
  readonly workers = new Map<string, Worker>();
  /** What vardiff wants; a job may allow less. */
  wantedDifficulty: number;
  /** Below which the miner asked not to go. */
  difficultyFloor = 0;
  window: ShareWindow;
  /** The difficulty has changed, and holds only from a next job on. */
  wantsJob = false;
  terms: Terms[] = [];
  accepted = 0;
  rejected = 0;
  lastShareMs: number | null = null;
  /** Its shares that were handed over and are not yet recorded. */
  readonly backlog = new Backlog(MOST_UNRECORDED);

  constructor(outlet: Outlet, nowMs: number, difficulty: number) {
    this.outlet = outlet;
    this.connectedMs = nowMs;
    this.wantedDifficulty = difficulty;
    this.window = { sinceMs: nowMs, shares: 0, difficulty: 0 };
  }

  /** Whether it gets work. */
  get isMining(): boolean {
    return this.ticket !== null && this.workers.size > 0;
  }

  get difficulty(): ShareDifficulty | null {
    return this.terms.at(-1)?.difficulty ?? null;
  }

  /** @returns null for a job opened before this session had any */
  termsFor(job: Job): Terms | null {
    for (let i = this.terms.length - 1; i >= 0; i--) if (this.terms[i]!.fromOrder <= job.order) return this.terms[i]!;
    return null;
  }

  /**
   * What holds from this job on, given what was wanted since the last one.
   * @returns whether the difficulty is another than before
   */
  agree(job: Job): boolean {
    assertInvariant(this.extranonce1 !== null, "a job for a session that is not subscribed");
    const value = Math.min(this.wantedDifficulty, job.maxDifficulty);
    const last = this.terms.at(-1);
    this.wantsJob = false;
    const sameDifficulty = last?.difficulty.value === value;
    if (last !== undefined && sameDifficulty && last.extranonce1 === this.extranonce1) return false;
    const difficulty = sameDifficulty ? last.difficulty : difficultyOf(value);
    this.terms.push({ fromOrder: job.order, difficulty, extranonce1: this.extranonce1 });
    if (this.terms.length > MAX_TERMS) this.terms.shift();
    return !sameDifficulty;
  }
}
