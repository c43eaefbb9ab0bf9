/** Waiting for a chain: polls, outlasts a node that restarts, and gives up when nothing moves for too long. */
import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "#api/contract";
import { OperationError } from "#base";

const POLL_MS = 250;

export interface Patience {
  /** Something has moved: the wait begins anew. */
  reset(): void;
  /** A short pause. @throws OperationError `timeout` when nothing has moved for too long */
  pause(): Promise<void>;
  /** Tries again while the node cannot be reached or is too busy to answer. */
  outlast<T>(call: () => Promise<T>): Promise<T>;
}

/** @param what stands still, for the error */
export function createPatience(
  timeoutMs: number,
  signal: AbortSignal,
  what: string,
  pollMs: number = POLL_MS,
): Patience {
  let untilMs = performance.now() + timeoutMs;
  const pause = async (): Promise<void> => {
    if (performance.now() > untilMs)
      throw new OperationError("timeout", `nothing has moved for ${timeoutMs / 1_000} s: ${what}`);
    await delay(pollMs, undefined, { signal });
  };
  return {
    reset() {
      untilMs = performance.now() + timeoutMs;
    },
    pause,
    async outlast(call) {
      for (;;) {
        try {
          return await call();
        } catch (error) {
          if (signal.aborted || !isPassing(error)) throw error;
          if (performance.now() > untilMs) throw error;
          await pause();
        }
      }
    },
  };
}

/** Whether waiting may help: no answer, too many requests, or a node that says it cannot now. */
export function isPassing(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.status === 0 || error.status === 429 || error.status >= 502 || error.status === 503)
  );
}
