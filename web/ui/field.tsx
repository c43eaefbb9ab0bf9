import type { InputHTMLAttributes, ReactNode } from "react";
import { useId } from "react";
import { cx } from "./cx.ts";
import { Icon } from "./icon.tsx";

const INPUT =
  "h-9 w-full min-w-0 rounded-control border bg-card px-3 text-base outline-offset-0 transition-colors disabled:opacity-60";

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  /** In words, when what stands there cannot be used. */
  readonly problem?: string | undefined;
  /** In words, when there is no problem. */
  readonly help?: ReactNode;
  readonly suffix?: string;
  readonly mono?: boolean;
}

/** One labelled input, checked as it is typed. */
export function Field({ label, problem, help, suffix, mono, className, ...rest }: FieldProps) {
  const id = useId();
  return (
    <div className={cx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          autoComplete="off"
          spellCheck={false}
          {...rest}
          aria-invalid={problem === undefined ? undefined : true}
          aria-describedby={`${id}-note`}
          className={cx(
            INPUT,
            mono && "font-mono text-sm",
            suffix !== undefined && "pr-14",
            problem === undefined ? "border-line-strong" : "border-bad",
          )}
        />
        {suffix === undefined ? null : (
          <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-ink-faint text-xs">
            {suffix}
          </span>
        )}
      </div>
      <FieldNote id={`${id}-note`} problem={problem} help={help} />
    </div>
  );
}

function FieldNote({
  id,
  problem,
  help,
}: {
  readonly id: string;
  readonly problem: string | undefined;
  readonly help: ReactNode;
}) {
  return (
    <p
      id={id}
      aria-live="polite"
      className={cx("flex min-h-4.5 items-center gap-1 text-xs", problem ? "text-bad" : "text-ink-faint")}
    >
      {problem === undefined ? null : <Icon name="alert" size={12} />}
      {problem ?? help}
    </p>
  );
}

export interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly help?: ReactNode;
}

/** One labelled choice from a short list, by the platform's own control. */
export function SelectField({ label, value, onChange, choices, help }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-describedby={`${id}-note`}
        className={cx(INPUT, "border-line-strong")}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <FieldNote id={`${id}-note`} problem={undefined} help={help} />
    </div>
  );
}
