import type { Cancel, Clock } from "./clock.ts";

/** A clock that moves only when told; the order of timers is a function of their times and of who set them first. */
export interface ManualClock extends Clock {
  /** Moves to `timeMs`, running the timers due on the way, each at its own time. */
  runTo(timeMs: number): void;
  /** The time of the earliest timer, or null when none is set. */
  nextDueMs(): number | null;
}

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly task: () => void;
}

export function createManualClock(startMs: number): ManualClock {
  let now = startMs;
  let made = 0;
  const timers = new Set<Timer>();

  const earliest = (): Timer | null => {
    let best: Timer | null = null;
    for (const timer of timers)
      if (best === null || timer.dueMs < best.dueMs || (timer.dueMs === best.dueMs && timer.order < best.order))
        best = timer;
    return best;
  };

  return {
    nowMs: () => now,
    after(delayMs, task): Cancel {
      const timer: Timer = { dueMs: now + Math.max(0, delayMs), order: made++, task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    nextDueMs: () => earliest()?.dueMs ?? null,
    runTo(timeMs) {
      for (let timer = earliest(); timer !== null && timer.dueMs <= timeMs; timer = earliest()) {
        timers.delete(timer);
        now = Math.max(now, timer.dueMs);
        timer.task();
      }
      now = Math.max(now, timeMs);
    },
  };
}
