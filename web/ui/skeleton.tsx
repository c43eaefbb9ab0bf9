import { cx } from "./cx.ts";

/** Holds the place of what is loading. */
export function Skeleton({ className }: { readonly className?: string }) {
  return (
    <span
      data-loading
      aria-hidden="true"
      className={cx("block animate-breathe rounded bg-line", className ?? "h-4 w-full")}
    />
  );
}

/** Rows of a table or list that is loading. */
export function SkeletonRows({ rows = 6, label = "Loading" }: { readonly rows?: number; readonly label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((key) => (
        <Skeleton key={key} className="h-5 w-full" />
      ))}
    </div>
  );
}
