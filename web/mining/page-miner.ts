/** Mining while the application is open: threads of the page search what its node gives. One for the whole application. */
import { ApiError, type Client } from "#api/contract";
import { systemClock, systemRandom } from "#base";
import {
  createTally,
  mineSolo,
  type SearchThreads,
  type SoloTemplate,
  type Tally,
  type Totals,
} from "#production/miner";
import { createPageThreads } from "./page-threads.ts";

const SAMPLE_MS = 1_000;
const SAMPLES_KEPT = 300;
const FOUND_KEPT = 20;

export interface MinerOrder {
  /** With the token. */
  readonly client: Client;
  readonly address: string;
  readonly threads: number;
  readonly stopsWhenHidden: boolean;
}

export interface FoundBlock {
  readonly height: number;
  readonly hash: string;
  readonly reward: string;
  readonly timeMs: number;
  /** False when another block was there first. */
  readonly counts: boolean;
}

export interface RateSample {
  readonly timeS: number;
  readonly perSecond: number;
}

/** `resting`: the page is hidden, and it was asked to stop then. */
export interface MinerState {
  readonly kind: "idle" | "mining" | "resting";
  readonly address: string;
  readonly hashRate: number;
  readonly totals: Totals | null;
  readonly work: SoloTemplate | null;
  /** Newest first. */
  readonly found: readonly FoundBlock[];
  /** Oldest first. */
  readonly samples: readonly RateSample[];
  /** Why there is no work, or why it ended. */
  readonly trouble: string | null;
}

export interface PageMiner {
  state(): MinerState;
  subscribe(changed: () => void): () => void;
  start(order: MinerOrder): void;
  stop(): void;
}

const IDLE: MinerState = {
  ...{ kind: "idle", address: "", hashRate: 0, totals: null, work: null, found: [], samples: [], trouble: null },
};

interface Run {
  readonly order: MinerOrder;
  readonly threads: SearchThreads;
  readonly tally: Tally;
  readonly end: AbortController;
  readonly timer: ReturnType<typeof setInterval>;
}

export function createPageMiner(): PageMiner {
  const clock = systemClock();
  const watchers = new Set<() => void>();
  let state = IDLE;
  let run: Run | null = null;
  /** What goes on when the page is seen again. */
  let resting: MinerOrder | null = null;

  const change = (part: Partial<MinerState>): void => {
    state = { ...state, ...part };
    for (const watcher of watchers) watcher();
  };
  const sample = ({ threads, tally }: Run): void => {
    const perSecond = threads.hashRate();
    const samples = [...state.samples, { timeS: clock.nowMs() / 1_000, perSecond }].slice(-SAMPLES_KEPT);
    change({ hashRate: perSecond, totals: tally.totals(), samples });
  };
  const end = (part: Partial<MinerState>): void => {
    if (run === null) return;
    const { threads, tally, end: signal, timer } = run;
    run = null;
    clearInterval(timer);
    signal.abort();
    void threads.stop();
    change({ hashRate: 0, totals: tally.totals(), ...part });
  };
  const begin = (order: MinerOrder): void => {
    const threads = createPageThreads(order.threads, clock);
    const tally = createTally(threads, clock.nowMs);
    const mine: Run = {
      ...{ order, threads, tally, end: new AbortController() },
      timer: setInterval(() => sample(mine), SAMPLE_MS),
    };
    run = mine;
    change({ kind: "mining", address: order.address, trouble: null, work: null });
    const add = (block: FoundBlock): void => change({ found: [block, ...state.found].slice(0, FOUND_KEPT) });
    const parts = {
      ...{ client: order.client, threads, clock, random: systemRandom() },
      onWork: (work: SoloTemplate) => change({ work, trouble: null }),
      onBlock(block: { result: string; height: number; hash: string }, { reward }: SoloTemplate) {
        const counts = block.result === "imported";
        if (counts) tally.block();
        else tally.share("stale", 0);
        add({ height: block.height, hash: block.hash, reward, timeMs: clock.nowMs(), counts });
      },
      onRefused: (trouble: string) => change({ trouble }),
      onTrouble: (trouble: string) => change({ trouble, work: null }),
    };
    mineSolo({ address: order.address, blocks: null }, parts, mine.end.signal).catch((error: unknown) => {
      if (run === mine) end({ kind: "idle", work: null, trouble: wordsOf(error) });
    });
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && run?.order.stopsWhenHidden) {
      resting = run.order;
      end({ kind: "resting", work: null });
    } else if (!document.hidden && resting !== null) {
      const order = resting;
      resting = null;
      begin(order);
    }
  });

  return {
    state: () => state,
    subscribe(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    start(order) {
      resting = null;
      end({});
      begin(order);
    },
    stop() {
      resting = null;
      end({ work: null });
      change({ kind: "idle", trouble: null });
    },
  };
}

function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return "This is not the token of this node or devnet.";
  return error instanceof Error ? error.message : String(error);
}
