import type { ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** A command to copy into a terminal. */
export function CommandLine({ command }: { readonly command: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1 rounded-control border border-line bg-sunken py-1 pr-1 pl-3">
      <code tabIndex={0} className="overflow-x-auto whitespace-nowrap font-mono text-xs">
        {command}
      </code>
      <CopyButton text={command} what="command" />
    </span>
  );
}

/** Says that nothing is here yet and how to get something here. */
export function EmptyState({
  icon = "info",
  title,
  children,
  command,
}: {
  readonly icon?: IconName;
  readonly title: string;
  readonly children?: ReactNode;
  readonly command?: string;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-8 text-center">
      <span className="text-ink-faint">
        <Icon name={icon} size={24} />
      </span>
      <p className="font-medium">{title}</p>
      {children === undefined ? null : <p className="max-w-prose text-ink-soft text-sm">{children}</p>}
      {command === undefined ? null : <CommandLine command={command} />}
    </div>
  );
}
