/** Sends a job with all that must be known before it: extranonce, then difficulty, then the job (rules STRATUM-5 to STRATUM-8). */
import { toHex } from "#base";
import { EXTRANONCE2_BYTES, type Job } from "./job.ts";
import type { Pool } from "./pool.ts";
import { encodeNotice } from "./refusal.ts";
import type { Session } from "./session.ts";
import { retarget } from "./vardiff.ts";

export function giveJob(session: Session, job: Job, clean: boolean): void {
  const extranonceBefore = session.terms.at(-1)?.extranonce1;
  const difficultyMoved = session.agree(job);
  const { difficulty, extranonce1 } = session.terms.at(-1)!;
  let lines = "";
  if (extranonceBefore !== undefined && extranonceBefore !== extranonce1)
    lines += encodeNotice("mining.set_extranonce", [toHex(extranonce1), EXTRANONCE2_BYTES]);
  if (difficultyMoved) lines += encodeNotice("mining.set_difficulty", [difficulty.value]);
  session.outlet.send(lines + (clean ? job.cleanNotice : job.notice));
}

/** The first work of a connection, or word that there is none. */
export function giveFirstJob(pool: Pool, session: Session): void {
  session.window = { sinceMs: pool.clock.nowMs(), shares: 0, difficulty: 0 };
  const job = pool.desk.book.current;
  if (pool.desk.down !== null) session.outlet.send(encodeNotice("client.show_message", [waitWords(pool.desk.down)]));
  // A job of a node that is away is better than none: it may be back before the share is found.
  if (job !== null) giveJob(session, job, true);
}

export function waitWords(why: string): string {
  return `No new work at present (${why}). Stay connected: it goes on by itself.`;
}

/** Looks whether the difficulty fits; a new one holds from the next job on, which comes within a second. */
export function adjustDifficulty(pool: Pool, session: Session, nowMs: number): void {
  const { wantedDifficulty, difficultyFloor, window } = session;
  const next = retarget(window, wantedDifficulty, difficultyFloor, nowMs, pool.options);
  if (next === null) return;
  session.window = { sinceMs: nowMs, shares: 0, difficulty: 0 };
  wantDifficulty(pool, session, next, nowMs);
}

export function wantDifficulty(pool: Pool, session: Session, difficulty: number, nowMs: number): void {
  session.wantedDifficulty = difficulty;
  for (const { address, worker } of session.workers.values()) pool.memory.remember(address, worker, difficulty, nowMs);
  const job = pool.desk.book.current;
  const effective = job === null ? difficulty : Math.min(difficulty, job.maxDifficulty);
  session.wantsJob = session.terms.length > 0 && effective !== session.difficulty?.value;
}
