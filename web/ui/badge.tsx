import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { Icon, type IconName } from "./icon.tsx";

const TONE = {
  neutral: "bg-sunken text-ink-soft",
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  info: "bg-info-soft text-info",
  accent: "bg-accent-soft text-accent",
} as const;

export type Tone = keyof typeof TONE;

/** A word about a state, with an icon, so that colour never says it alone. */
export function Badge({
  tone = "neutral",
  icon,
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span
      title={title}
      className={cx(
        "inline-flex h-5.5 items-center gap-1 whitespace-nowrap rounded-full px-2 font-medium text-xs",
        TONE[tone],
      )}
    >
      {icon === undefined ? null : <Icon name={icon} size={13} />}
      {children}
    </span>
  );
}
