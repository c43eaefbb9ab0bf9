/** `agon mine --pool`: mines for a pool, and tells how it goes. */
import { systemClock } from "#base";
import { createWorkerThreads } from "#production";
import { createTally, HASHES_OF_DIFFICULTY_1, type Tally } from "#production/miner";
import { createStratumClient, type PoolAddress, type PoolJob, type PoolNews } from "#stratum/client";
import type { Terminal } from "../terminal.ts";
import { difficulty, hashRate, span } from "./amounts.ts";
import { createReport, type State } from "./report.ts";
import { describeTotals, showWaste } from "./totals-text.ts";
import { createWhereabouts } from "./whereabouts.ts";

export interface PoolOptions {
  readonly pool: PoolAddress;
  /** With `.worker` behind it, where there is one. */
  readonly user: string;
  readonly password: string;
  readonly agent: string;
  readonly threads: number;
  readonly json?: boolean | undefined;
}

/**
 * Of shares that the pool has not answered. More are found only where shares are so easy that they come faster than it takes
 * them: what would be sent then would be stale when it is read.
 */
const MOST_UNANSWERED = 64;
/** At the end, what was found is waited for so long. */
const LAST_ANSWERS_MS = 2_000;

export async function runPool(terminal: Terminal, options: PoolOptions, signal: AbortSignal): Promise<void> {
  const clock = systemClock();
  const threads = createWorkerThreads(options.threads, clock);
  const tally = createTally(threads, clock.nowMs);
  let current: PoolJob | null = null;
  const whereabouts = createWhereabouts(options.pool);
  let [shares, unanswered] = [0, 0];
  /** Of the last block that was ours: of several on one parent one counts. */
  let wonHeight: number | null = null;
  const leave = new AbortController();
  const end = (): void => {
    threads.pause();
    if (unanswered === 0) leave.abort();
    else clock.after(LAST_ANSWERS_MS, () => leave.abort());
  };
  const report = createReport(terminal, options.json === true, () =>
    stateOf(options.threads, whereabouts.place(), current, tally, threads.hashRate()),
  );
  const client = createStratumClient(options, {
    ...{ clock, random: terminal.random },
    onNews(news) {
      whereabouts.take(news);
      report.event({ event: "pool", ...news }, newsText(news), news.kind === "connecting");
    },
    onJob(job) {
      const isNew = job !== null && job.height !== current?.height;
      current = job;
      if (job === null || signal.aborted) {
        threads.pause();
        return;
      }
      const { id, height } = job;
      const text = `searching ${height === null ? `job ${id}` : `block ${height}`}, shares of difficulty ${difficulty(job.difficulty)}`;
      if (isNew || job.isClean)
        report.event({ event: "work", ...{ job: id, height, difficulty: job.difficulty } }, text, true);
      threads.search({
        ...{ job: job.search, once: false, continues: !job.isClean },
        onHit: (nonce, work) => void give(job, job.share(nonce, work)),
      });
      if (unanswered >= MOST_UNANSWERED) threads.hold();
    },
  });
  const give = async (job: PoolJob, share: ReturnType<PoolJob["share"]>): Promise<void> => {
    if (++unanswered === MOST_UNANSWERED) threads.hold();
    const verdict = await client.submit(job, share);
    if (--unanswered === MOST_UNANSWERED / 2) threads.goOn();
    if (unanswered === 0 && signal.aborted) leave.abort();
    tally.share(verdict.kind, job.difficulty);
    const isBlock =
      verdict.kind === "accepted" && job.isBlock(share) && (job.height === null || job.height !== wonHeight);
    if (isBlock) {
      wonHeight = job.height;
      tally.block();
    }
    const why = verdict.kind === "stale" || verdict.kind === "rejected" ? { why: verdict.why } : {};
    const facts = { share: ++shares, job: job.id, difficulty: job.difficulty, verdict: verdict.kind, ...why };
    report.event(
      { event: "share", ...facts },
      `share ${verdict.kind}${"why" in why ? `: ${why.why}` : ""}`,
      !("why" in why),
    );
    if (isBlock)
      report.event(
        { event: "block", job: job.id, height: job.height },
        `one of our shares is block ${job.height ?? ""}`,
      );
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  try {
    await client.run(leave.signal);
  } finally {
    signal.removeEventListener("abort", end);
    await threads.stop();
    const totals = tally.totals();
    // What never began has an error instead.
    if (totals.hashes > 0 || signal.aborted)
      report.event({ event: "summary", ...totals, pool: whereabouts.place() }, describeTotals(totals, "pool"));
    await report.end();
  }
  whereabouts.assertHadWork();
}

function newsText(news: PoolNews): string {
  switch (news.kind) {
    case "connecting":
      return `connecting to ${news.pool}`;
    case "working":
      return `mining at ${news.pool}`;
    case "lost":
      return `no pool: ${news.why}; again in ${span(news.retryMs / 1_000)}`;
    case "moved":
      return `the pool moves us to ${news.pool}`;
    case "words":
      return `the pool says: ${news.words}`;
  }
}

function stateOf(threads: number, place: string, job: PoolJob | null, tally: Tally, rate: number): State {
  const totals = tally.totals();
  const { accepted, rejected, stale, lost, blocks } = totals;
  const perShare = job === null ? Number.POSITIVE_INFINITY : (job.difficulty * HASHES_OF_DIFFICULTY_1) / rate;
  const blockHashes = job?.blockHashes ?? null;
  const perBlock = blockHashes === null ? Number.POSITIVE_INFINITY : Number(blockHashes) / rate;
  const finite = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds : null);
  const blockDifficulty = blockHashes === null ? null : Number(blockHashes) / HASHES_OF_DIFFICULTY_1;
  return {
    document: {
      ...{
        hashRate: Math.round(rate),
        meanHashRate: totals.hashRate,
        threads,
        accepted,
        rejected,
        stale,
        lost,
        blocks,
      },
      ...{ wasted: totals.wasted.ratio, height: job?.height ?? null, difficulty: blockDifficulty },
      shareDifficulty: job?.difficulty ?? null,
      ...{ expectedSecondsPerShare: finite(perShare), expectedSecondsPerBlock: finite(perBlock) },
    },
    lines: [
      `${hashRate(rate)} now, ${hashRate(totals.hashRate)} mean, ${threads} ${threads === 1 ? "thread" : "threads"}, ${place}`,
      job === null
        ? "waiting for work"
        : `${job.height === null ? `job ${job.id}` : `block ${job.height}`}, difficulty ${blockDifficulty === null ? "unknown" : difficulty(blockDifficulty)}: we alone would take ${span(perBlock)}`,
      `a share of difficulty ${job === null ? "–" : difficulty(job.difficulty)} every ${span(perShare)} expected`,
      `${accepted} accepted, ${rejected} rejected, ${stale} stale, ${lost} unanswered, ${blocks} blocks, ${showWaste(totals)} in ${span(totals.seconds)}`,
    ],
  };
}
