import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Icon, type IconName } from "./icon.tsx";

const LOOK = {
  primary: "bg-ink text-canvas border-transparent hover:bg-ink-soft",
  plain: "bg-raised text-ink border-line-strong hover:bg-sunken",
  quiet: "bg-transparent text-ink-soft border-transparent hover:bg-sunken hover:text-ink",
  danger: "bg-raised text-bad border-line-strong hover:bg-bad-soft",
} as const;
const SIZE = { small: "h-7 px-2 text-xs", normal: "h-9 px-3.5 text-sm" } as const;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: keyof typeof LOOK;
  readonly size?: keyof typeof SIZE;
  readonly icon?: IconName;
  readonly busy?: boolean;
}

export function buttonClass(look: keyof typeof LOOK = "plain", size: keyof typeof SIZE = "normal"): string {
  return cx(
    "inline-flex items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors",
    "disabled:opacity-50 aria-busy:opacity-70",
    LOOK[look],
    SIZE[size],
  );
}

export function Button({ look = "plain", size = "normal", icon, busy, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-busy={busy || undefined}
      disabled={rest.disabled || busy}
      className={cx(buttonClass(look, size), className)}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: IconName;
  /** What it does, read aloud and shown on hover. */
  readonly label: string;
  readonly children?: ReactNode;
}

export function IconButton({ icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      {...rest}
      className={cx(
        "inline-flex size-8 items-center justify-center rounded-control text-ink-faint hover:bg-sunken hover:text-ink transition-colors",
        className,
      )}
    >
      <Icon name={icon} />
    </button>
  );
}
