import type { ValidatorPerformance } from "#api/contract";
import { cx, formatCount, plural } from "../ui/index.ts";

/** A validator's last slots, oldest first: full when it made its block, crossed when it missed. */
export function RecentSlots({
  performance,
  last,
}: {
  readonly performance: ValidatorPerformance;
  readonly last: number;
}) {
  const { recent, proposed, missed } = performance;
  const shown = recent.slice(-last);
  if (shown.length === 0) return <span className="text-ink-faint">not drawn yet</span>;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span
        role="img"
        aria-label={`${plural(proposed, "block")} made, ${formatCount(missed)} missed`}
        className="flex min-w-0 flex-wrap gap-0.5"
      >
        {shown.map(({ slot, block }) => (
          <span
            key={slot}
            title={block === null ? `slot ${slot} missed` : `slot ${slot}, block ${block.height}`}
            className={cx(
              "flex h-4 w-2 items-center justify-center rounded-xs text-[9px] leading-none",
              block === null ? "bg-bad-soft text-bad ring-1 ring-bad ring-inset" : "bg-accent-fill",
            )}
          >
            {block === null ? "×" : ""}
          </span>
        ))}
      </span>
      <span className="tabular text-ink-soft text-xs">
        {formatCount(proposed)}/{formatCount(proposed + missed)}
      </span>
    </span>
  );
}
