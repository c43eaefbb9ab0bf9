/** Time as a collaborator: everything that waits or asks for the time is given one of these. */

export type Cancel = () => void;

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
  /** Runs `task` once, not before `delayMs` have passed. */
  after(delayMs: number, task: () => void): Cancel;
}

/** Resolves after `delayMs`, or at once when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** Runs `task` every `periodMs` until cancelled; the next period starts when the task has returned. */
export function every(clock: Clock, periodMs: number, task: () => void): Cancel {
  let cancelled = false;
  let cancel: Cancel = () => {};
  const next = (): void => {
    cancel = clock.after(periodMs, () => {
      if (cancelled) return;
      task();
      if (!cancelled) next();
    });
  };
  next();
  return () => {
    cancelled = true;
    cancel();
  };
}

/** The machine's own clock. Its timers do not keep a process alive. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    after(delayMs, task) {
      const timer: unknown = setTimeout(task, Math.min(delayMs, 2 ** 31 - 1));
      if (typeof timer === "object" && timer !== null && "unref" in timer) (timer as { unref(): void }).unref();
      return () => clearTimeout(timer as number);
    },
  };
}
