import { Link } from "@tanstack/react-router";
import { CopyButton } from "./copy-button.tsx";
import { cx } from "./cx.ts";

/** `00a1b2…9f3c`: `keep` characters at either end. */
export function shorten(text: string, keep = 6): string {
  return text.length <= 2 * keep + 1 ? text : `${text.slice(0, keep)}…${text.slice(-keep)}`;
}

export interface HashProps {
  readonly value: string;
  /** Where a click leads; without it the hash is plain text. */
  readonly to?: string;
  readonly keep?: number;
  /** Every character, breaking over lines: for details. */
  readonly full?: boolean;
  readonly copy?: boolean;
  readonly what?: string;
}

/** Shortened in the middle; full in the title and on focus. */
export function Hash({ value, to, keep = 6, full, copy, what = "hash" }: HashProps) {
  const text = full ? (
    value
  ) : (
    <>
      <span className="group-focus-visible/hash:hidden">{shorten(value, keep)}</span>
      <span className="hidden break-all group-focus-visible/hash:inline">{value}</span>
    </>
  );
  const look = cx(
    "group/hash tabular",
    full ? "break-all" : "whitespace-nowrap group-focus-visible/hash:whitespace-normal",
  );
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-0.5">
      {to === undefined ? (
        <span className={look} title={value}>
          {text}
        </span>
      ) : (
        <Link to={to} className={cx(look, "text-ink underline-offset-3 hover:underline")} title={value}>
          {text}
        </Link>
      )}
      {copy ? <CopyButton text={value} what={what} /> : null}
    </span>
  );
}
