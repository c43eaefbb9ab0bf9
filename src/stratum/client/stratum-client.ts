/** A miner's side of Stratum V1, written from the public protocol: keeps a session with a pool, and comes back when it breaks. */
import { type Clock, OperationError, type Random, sleep } from "#base";
import { formatPoolAddress, type PoolAddress } from "./pool-address.ts";
import type { PoolJob, Share } from "./pool-job.ts";
import { type Login, openPoolSession, type PoolSession, type SessionEnd, type ShareVerdict } from "./pool-session.ts";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;

export interface StratumClientOptions extends Login {
  readonly pool: PoolAddress;
}

export interface StratumClientParts {
  readonly clock: Clock;
  readonly random: Random;
  /** To be searched from now on instead of what came before. Null: there is no work, since the pool is away. */
  readonly onJob: (job: PoolJob | null) => void;
  readonly onNews: (news: PoolNews) => void;
}

export type PoolNews =
  | { readonly kind: "connecting"; readonly pool: string }
  | { readonly kind: "working"; readonly pool: string }
  | { readonly kind: "lost"; readonly why: string; readonly retryMs: number }
  | { readonly kind: "moved"; readonly pool: string; readonly waitMs: number }
  | { readonly kind: "words"; readonly words: string };

export interface StratumClient {
  /** Until the signal comes. @throws OperationError `pool-refused` when the pool does not want us */
  run(signal: AbortSignal): Promise<void>;
  /** Of the last job, or an earlier one of the same connection. */
  submit(job: PoolJob, share: Share): Promise<ShareVerdict>;
}

export function createStratumClient(options: StratumClientOptions, parts: StratumClientParts): StratumClient {
  const { clock, random } = parts;
  const owners = new WeakMap<PoolJob, PoolSession>();
  let pool = options.pool;

  /** One connection. @returns how it ended, null when we ended it; `hadWork` when it gave a job */
  const runSession = (signal: AbortSignal): Promise<{ readonly end: SessionEnd | null; readonly hadWork: boolean }> =>
    new Promise((resolve) => {
      let hadWork = false;
      const session = openPoolSession(pool, options, {
        clock,
        onWords: (words) => parts.onNews({ kind: "words", words }),
        onJob(job) {
          owners.set(job, session);
          if (!hadWork) parts.onNews({ kind: "working", pool: formatPoolAddress(pool) });
          hadWork = true;
          parts.onJob(job);
        },
        onEnd(end) {
          signal.removeEventListener("abort", leave);
          resolve({ end, hadWork });
        },
      });
      const leave = (): void => {
        session.close();
        resolve({ end: null, hadWork });
      };
      signal.addEventListener("abort", leave, { once: true });
    });

  return {
    async run(signal) {
      let retryMs = FIRST_RETRY_MS;
      while (!signal.aborted) {
        parts.onNews({ kind: "connecting", pool: formatPoolAddress(pool) });
        const { end, hadWork } = await runSession(signal);
        parts.onJob(null);
        if (end === null) return;
        if (end.kind === "refused") throw new OperationError("pool-refused", end.why);
        if (hadWork) retryMs = FIRST_RETRY_MS;
        if (end.kind === "moved") {
          pool = { ...pool, host: end.host, port: end.port };
          parts.onNews({ kind: "moved", pool: formatPoolAddress(pool), waitMs: end.waitMs });
          // A pool that sends us in circles does not keep us busy.
          await sleep(clock, Math.max(end.waitMs, hadWork ? 0 : retryMs), signal);
          continue;
        }
        // Miners that lost a pool together do not come back together.
        const waitMs = Math.round(retryMs / 2 + random.below(retryMs / 2));
        parts.onNews({ kind: "lost", why: end.why, retryMs: waitMs });
        // Where we were sent may be gone; what the operator named is where to look.
        pool = options.pool;
        await sleep(clock, waitMs, signal);
        retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
      }
    },
    submit: (job, share) => owners.get(job)?.submit(share) ?? Promise.resolve({ kind: "lost" }),
  };
}
