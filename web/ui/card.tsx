import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export interface CardProps {
  readonly title?: string;
  /** Beside the title, at the end of the line. */
  readonly action?: ReactNode;
  /** No padding around the content: tables and pictures. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Card({ title, action, flush, className, children }: CardProps) {
  return (
    <section
      aria-label={title}
      className={cx("flex min-w-0 flex-col rounded-card border border-line bg-card shadow-card", className)}
    >
      {title === undefined ? null : (
        <header className="flex min-h-11 items-center justify-between gap-3 border-line border-b px-4 py-1.5">
          <h2 className="font-semibold text-sm">{title}</h2>
          {action}
        </header>
      )}
      <div className={cx("min-h-0 min-w-0 flex-1", flush ? "" : "p-4")}>{children}</div>
    </section>
  );
}
