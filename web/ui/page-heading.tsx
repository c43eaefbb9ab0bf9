import type { ReactNode } from "react";
import { Breadcrumb, type Crumb } from "./breadcrumb.tsx";

export function PageHeading({
  title,
  crumbs,
  badge,
  actions,
}: {
  readonly title: ReactNode;
  readonly crumbs: readonly Crumb[];
  readonly badge?: ReactNode;
  readonly actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
      <div className="flex min-w-0 flex-col gap-1">
        <Breadcrumb crumbs={crumbs} />
        <div className="flex flex-wrap items-center gap-2.5">
          <h1 className="min-w-0 font-semibold text-xl tracking-tight">{title}</h1>
          {badge}
        </div>
      </div>
      {actions === undefined ? null : <div className="flex items-center gap-2">{actions}</div>}
    </header>
  );
}
