/** Runs what hangs on a manual clock: one due time after the other, with all promises settled in between. */
import type { ManualClock } from "#base";

const HORIZON_MS = 3_600_000;

/** Promises that wait for nothing outside have run when the event loop turns. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @throws Error when the condition is not met within `horizonMs` of the clock, or nothing is left to run */
export async function driveUntil(
  clock: ManualClock,
  condition: () => boolean,
  horizonMs: number = HORIZON_MS,
): Promise<void> {
  const endMs = clock.nowMs() + horizonMs;
  for (await turn(); !condition(); await turn()) {
    const dueMs = clock.nextDueMs();
    if (dueMs === null || dueMs > endMs) throw new Error("the condition is never met");
    clock.runTo(dueMs);
  }
}

/** Until the promise settles; its outcome is passed on. */
export async function driveSettle<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const mark = (): void => {
    settled = true;
  };
  promise.then(mark, mark);
  await driveUntil(clock, () => settled);
  return promise;
}

export async function driveFor(clock: ManualClock, periodMs: number): Promise<void> {
  let over = false;
  clock.after(periodMs, () => {
    over = true;
  });
  await driveUntil(clock, () => over, periodMs);
}
