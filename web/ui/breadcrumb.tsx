import { Link } from "@tanstack/react-router";
import { Icon } from "./icon.tsx";

export interface Crumb {
  readonly label: string;
  readonly to?: string;
}

/** The way back up; its last part is where one is. */
export function Breadcrumb({ crumbs }: { readonly crumbs: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb" className="text-ink-faint text-xs">
      <ol className="flex min-w-0 items-center gap-1">
        {crumbs.map((crumb, i) => (
          <li key={crumb.label} className="flex min-w-0 items-center gap-1">
            {i === 0 ? null : <Icon name="chevron" size={11} />}
            {crumb.to === undefined ? (
              <span aria-current="page" className="truncate">
                {crumb.label}
              </span>
            ) : (
              <Link to={crumb.to} className="underline-offset-3 hover:text-ink hover:underline">
                {crumb.label}
              </Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}
