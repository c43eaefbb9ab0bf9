/** A share comes in: is it from who it says, on a job of ours, good enough, and new (rules STRATUM-9 to STRATUM-13)? */
import { err, ok, type Result } from "#base";
import type { AcceptedShare, FoundBlock } from "../share.ts";
import { type CheckedShare, checkShare } from "./check-share.ts";
import type { ShareDifficulty } from "./difficulty.ts";
import { adjustDifficulty } from "./give-work.ts";
import type { Answer } from "./handshake.ts";
import type { Job } from "./job.ts";
import type { ShareResult } from "./metrics.ts";
import type { Pool } from "./pool.ts";
import { type Refusal, refusal } from "./refusal.ts";
import type { Session, Worker } from "./session.ts";

const NOT_RECORDED = refusal("other", "The share could not be recorded, and does not count");

/** @returns the answer, or a promise of it while the share is being recorded */
export function submit(pool: Pool, session: Session, params: readonly unknown[]): Answer | Promise<Answer> {
  const [name, jobId, ...fields] = params;
  if (session.ticket === null)
    return reject(pool, session, "not-subscribed", refusal("not-subscribed", "Not subscribed"));
  const worker = typeof name === "string" ? session.workers.get(name) : undefined;
  if (worker === undefined)
    return reject(pool, session, "unauthorized", refusal("unauthorized", "Unauthorized worker"));
  const nowMs = pool.clock.nowMs();
  const { desk } = pool;
  const job = typeof jobId === "string" ? desk.book.find(jobId) : undefined;
  const terms = job === undefined ? null : session.termsFor(job);
  if (job === undefined || terms === null || !desk.counts(job, nowMs) || desk.book.isFull(job))
    return reject(pool, session, "stale", refusal("job-not-found", "Job not found"));
  const { extranonce1, difficulty } = terms;
  const checked = checkShare(job, { extranonce1, versionMask: session.versionMask, limit: difficulty.limit }, fields);
  if (!checked.ok) return reject(pool, session, resultOf(checked.error), checked.error);
  const share = describe(session, worker, job, difficulty, checked.value, nowMs);
  const obstacle = pool.sink.obstacle();
  if (obstacle === null) return accept(pool, session, share, job, difficulty, checked.value);
  if (checked.value.isBlock && desk.book.claimBlock()) {
    desk.book.remember(job, checked.value.key);
    announceBlock(pool, job, checked.value, share);
  }
  return reject(pool, session, "unrecorded", refusal("other", `Shares cannot be counted now: ${obstacle}`));
}

function accept(
  pool: Pool,
  session: Session,
  share: AcceptedShare,
  job: Job,
  difficulty: ShareDifficulty,
  checked: CheckedShare,
): Answer | Promise<Answer> {
  const { book } = pool.desk;
  book.remember(job, checked.key);
  const recorded = record(pool, share);
  if (checked.isBlock && book.claimBlock()) announceBlock(pool, job, checked, share);
  else if (checked.isBlock) pool.metrics.siblingsTotal++;
  const conclude = (done: boolean): Answer =>
    done ? count(pool, session, share, difficulty, job) : unrecord(pool, session, job, checked);
  if (typeof recorded === "boolean") return conclude(recorded);
  const backlogs = [session.backlog, pool.backlog];
  for (const backlog of backlogs) backlog.enter();
  return recorded.then((done) => {
    for (const backlog of backlogs) backlog.leave();
    return conclude(done);
  });
}

/** @returns whether the share counts */
function record(pool: Pool, share: AcceptedShare): boolean | Promise<boolean> {
  const fail = (error: unknown): false => {
    pool.log.error("a share was not recorded", { why: String(error) });
    return false;
  };
  try {
    const recording = pool.sink.accepted(share);
    return recording instanceof Promise ? recording.then(() => true, fail) : true;
  } catch (error) {
    return fail(error);
  }
}

function describe(
  session: Session,
  { address, worker }: Worker,
  job: Job,
  difficulty: ShareDifficulty,
  { header, hash, extranonce }: CheckedShare,
  timeMs: number,
): AcceptedShare {
  const { height, parent, sealHash, rewardAtoms } = job.template;
  return {
    address,
    worker,
    work: difficulty.work,
    blockWork: job.blockWork,
    rewardAtoms,
    jobId: job.id,
    height,
    parent,
    header,
    extranonce,
    sealHash,
    hash,
    timeMs,
    session: session.ticket?.session ?? "",
  };
}

function count(pool: Pool, session: Session, share: AcceptedShare, difficulty: ShareDifficulty, job: Job): Answer {
  pool.metrics.sharesTotal.accepted++;
  pool.metrics.workTotal += share.work;
  pool.gate.judgeShare(session.outlet.host, true, share.timeMs);
  session.accepted++;
  session.lastShareMs = share.timeMs;
  const { sinceMs, shares, difficulty: sum } = session.window;
  session.window = { sinceMs, shares: shares + 1, difficulty: sum + difficulty.value };
  adjustDifficulty(pool, session, share.timeMs);
  if (pool.desk.book.isHalfFull(job)) pool.desk.replace(job);
  return ok(true);
}

function unrecord(pool: Pool, session: Session, job: Job, { key }: CheckedShare): Answer {
  pool.desk.book.forget(job, key);
  return reject(pool, session, "unrecorded", NOT_RECORDED);
}

/** The node is told at once, whatever becomes of the share: a block is money. */
function announceBlock(pool: Pool, job: Job, checked: CheckedShare, share: AcceptedShare): void {
  const { version, timeS, nonce, extranonce, hash } = checked;
  const { height, parent, rewardAtoms, feesAtoms } = job.template;
  const block: FoundBlock = { share, id: hash, height, parent, rewardAtoms, feesAtoms };
  pool.metrics.blocksFoundTotal++;
  const guarded = (task: () => void): void => {
    try {
      task();
    } catch (error) {
      pool.log.error("a found block was not recorded", { height, why: String(error) });
    }
  };
  guarded(() => pool.sink.blockFound(block));
  const submitted = pool.source.submit(job.template, { version, timeS, nonce, extranonce });
  submitted
    .catch((error: unknown) => ({ accepted: false, reason: String(error) }))
    .then((result) => {
      if (result.accepted) pool.metrics.blocksAcceptedTotal++;
      else pool.desk.book.releaseBlock(parent);
      pool.log.info("block found", {
        height,
        address: share.address,
        accepted: result.accepted,
        reason: result.reason,
      });
      guarded(() => pool.sink.blockResult(block, result));
    });
}

function reject(pool: Pool, session: Session, result: ShareResult, why: Refusal): Result<never, Refusal> {
  pool.metrics.sharesTotal[result]++;
  session.rejected++;
  // Late shares and our own troubles are nobody's fault.
  if (result !== "stale" && result !== "unrecorded")
    pool.gate.judgeShare(session.outlet.host, false, pool.clock.nowMs());
  return err(why);
}

function resultOf({ kind }: Refusal): ShareResult {
  return kind === "duplicate" || kind === "low-difficulty" ? kind : "malformed";
}
