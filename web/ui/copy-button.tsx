import { useEffect, useState } from "react";
import { cx } from "./cx.ts";
import { Icon } from "./icon.tsx";

const SHOWN_MS = 1500;

export function CopyButton({
  text,
  what,
  className,
}: {
  readonly text: string;
  readonly what: string;
  readonly className?: string;
}) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void =>
    void navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
  return (
    <button
      type="button"
      onClick={copy}
      title={copied ? "Copied" : `Copy ${what}`}
      aria-label={copied ? "Copied" : `Copy ${what}`}
      className={cx(
        "inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-faint transition-colors hover:bg-sunken hover:text-ink",
        copied && "text-good",
        className,
      )}
    >
      <Icon name={copied ? "check" : "copy"} size={13} />
    </button>
  );
}
