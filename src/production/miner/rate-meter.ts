/** Of less time than this no rate is told. */
const LEAST_MS = 500;

/** A running mean of work done, over `windowMs`, or since the work began where that is shorter. */
export function createRateMeter(nowMs: () => number, windowMs = 5_000) {
  const marks: { readonly atMs: number; readonly count: number }[] = [];
  let [sum, beganMs] = [0, 0];
  const trim = (): void => {
    while (marks.length > 0 && marks[0]!.atMs < nowMs() - windowMs) sum -= marks.shift()!.count;
  };
  return {
    add(count: number): void {
      trim();
      if (marks.length === 0) beganMs = nowMs();
      marks.push({ atMs: nowMs(), count });
      sum += count;
    },
    perSecond(): number {
      trim();
      return (sum * 1_000) / Math.min(windowMs, Math.max(LEAST_MS, nowMs() - beganMs));
    },
  };
}
