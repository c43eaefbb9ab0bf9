import type { ReactNode } from "react";
import { Skeleton } from "./skeleton.tsx";
import { Sparkline } from "./sparkline.tsx";

export interface StatPanelProps {
  readonly label: string;
  /** Undefined while it is not known yet. */
  readonly value: ReactNode | undefined;
  readonly unit?: string;
  /** Oldest first. */
  readonly trend?: readonly number[];
  /** What the number means, shown on hover. */
  readonly hint?: string;
}

/** A number, its unit, its trend. */
export function StatPanel({ label, value, unit, trend, hint }: StatPanelProps) {
  return (
    <div
      className="flex min-w-0 flex-col overflow-hidden rounded-card border border-line bg-card shadow-card"
      title={hint}
    >
      <dl className="px-3 pt-2">
        <dt className="truncate text-ink-faint text-xs">{label}</dt>
        <dd className="flex items-baseline gap-1 whitespace-nowrap">
          {value === undefined ? (
            <Skeleton className="my-1 h-5 w-16" />
          ) : (
            <span className="font-semibold text-xl tabular-nums tracking-tight">{value}</span>
          )}
          {unit === undefined || value === undefined ? null : <span className="text-ink-faint text-xs">{unit}</span>}
        </dd>
      </dl>
      <div className="mt-auto">
        <Sparkline values={trend ?? []} label={`${label}, recent trend`} />
      </div>
    </div>
  );
}
