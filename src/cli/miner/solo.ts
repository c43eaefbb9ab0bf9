/** `agon mine --solo`: mines for a node, and tells how it goes. */
import { OperationError, systemClock } from "#base";
import { createWorkerThreads } from "#production";
import { createTally, mineSolo, type SoloTemplate, type Tally } from "#production/miner";
import { addressText, findAddress } from "../accounts.ts";
import { type ConnectOptions, connect, connectForOrders } from "../connect.ts";
import { coins } from "../print.ts";
import type { Terminal } from "../terminal.ts";
import { difficulty, hashRate, scaled, span } from "./amounts.ts";
import { createReport, type State } from "./report.ts";
import { describeTotals, showWaste } from "./totals-text.ts";

export interface SoloOptions extends ConnectOptions {
  /** An address, dev-N, or a name in the keystore. */
  readonly to: string;
  readonly keystore?: string | undefined;
  readonly threads: number;
  /** Null: without end. */
  readonly blocks: number | null;
  readonly json?: boolean | undefined;
}

export async function runSolo(terminal: Terminal, options: SoloOptions, signal: AbortSignal): Promise<void> {
  const { chain } = await connect(terminal, options).status();
  const address = addressText(chain, await findAddress(terminal, chain, options.to, options));
  const { client } = await connectForOrders(terminal, options);
  const clock = systemClock();
  const threads = createWorkerThreads(options.threads, clock);
  const tally = createTally(threads, clock.nowMs);
  let work: SoloTemplate | null = null;
  let trouble = "the node gave no work";
  const report = createReport(terminal, options.json === true, () =>
    stateOf(work, tally, threads.hashRate(), options.threads),
  );
  try {
    await mineSolo(
      { address, blocks: options.blocks },
      {
        ...{ client, threads, clock, random: terminal.random },
        onWork(template) {
          const isNew = template.height !== work?.height || template.parent !== work.parent;
          work = template;
          if (!isNew) return;
          const { height, parent, reward } = template;
          const facts = { height, parent, reward, difficulty: template.work.difficulty };
          report.event({ event: "work", ...facts }, `searching block ${height}, worth ${coins(reward)}`, true);
        },
        onBlock({ result, height, hash }, { reward }) {
          const isOurs = result === "imported";
          if (isOurs) tally.block();
          else tally.share("stale", 0);
          const what = isOurs ? `found, ${coins(reward)} for us` : "found too late: another block leads";
          report.event({ event: "block", ...{ result, height, hash, reward } }, `block ${height} ${what}  ${hash}`);
        },
        onRefused(why) {
          tally.share("stale", 0);
          report.event({ event: "refused", ...{ why } }, `a block is refused: ${why}`);
        },
        onTrouble(why, retryMs) {
          trouble = why;
          report.event({ event: "trouble", ...{ why, retryMs } }, `no work: ${why}; again in ${span(retryMs / 1_000)}`);
        },
      },
      signal,
    );
  } finally {
    await threads.stop();
    const totals = tally.totals();
    // What never began has an error instead.
    if (totals.hashes > 0 || signal.aborted)
      report.event({ event: "summary", ...totals, address }, describeTotals(totals, "solo"));
    await report.end();
  }
  if (work === null) throw new OperationError("no-work", `nothing was mined: ${trouble}`);
}

function stateOf(work: SoloTemplate | null, tally: Tally, rate: number, threads: number): State {
  const totals = tally.totals();
  const expected = work === null ? Number.POSITIVE_INFINITY : Number(work.work.expectedHashes) / rate;
  const { blocks, stale } = totals;
  return {
    document: {
      hashRate: Math.round(rate),
      meanHashRate: totals.hashRate,
      ...{ blocks, stale, threads, wasted: totals.wasted.ratio },
      height: work?.height ?? null,
      difficulty: work?.work.difficulty ?? null,
      expectedSecondsPerBlock: Number.isFinite(expected) ? expected : null,
    },
    lines: [
      `${hashRate(rate)} now, ${hashRate(totals.hashRate)} mean, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      work === null
        ? "waiting for work"
        : `block ${work.height}, difficulty ${difficulty(work.work.difficulty)} (${scaled(Number(work.work.expectedHashes)).trimEnd()} hashes): ${span(expected)} expected`,
      `${blocks} found, ${stale} too late, ${showWaste(totals)} in ${span(totals.seconds)}`,
    ],
  };
}
