import { useNowMs } from "./clock.tsx";

const STEPS: readonly (readonly [unit: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

/** "12 s ago"; a time less than two seconds away is "now". */
export function relativeTime(timeMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - timeMs) / 1000);
  if (Math.abs(seconds) < 2) return "now";
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["s", 1];
  const count = Math.floor(Math.abs(seconds) / size);
  return seconds > 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
}

/** Local time to the second with the zone, for titles and details. */
export function exactTime(timeMs: number): string {
  return new Date(timeMs).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}

/** Relative, with the exact time on focus and hover. */
export function TimeAgo({ timeMs, plain }: { readonly timeMs: number; readonly plain?: boolean }) {
  const now = useNowMs();
  return (
    <time
      dateTime={new Date(timeMs).toISOString()}
      title={exactTime(timeMs)}
      tabIndex={plain ? undefined : 0}
      className="whitespace-nowrap text-ink-soft tabular-nums"
    >
      {relativeTime(timeMs, now)}
    </time>
  );
}
