import type { ReactNode } from "react";

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

/** Names and values of one thing, to the last byte. */
export function Facts({ facts }: { readonly facts: readonly (Fact | null)[] }) {
  return (
    <dl className="divide-y divide-line">
      {facts
        .filter((fact) => fact !== null)
        .map((fact) => (
          <div key={fact.label} className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 sm:grid-cols-[11rem_1fr]">
            <dt className="text-ink-faint text-sm">{fact.label}</dt>
            <dd className="min-w-0 text-sm">{fact.value}</dd>
          </div>
        ))}
    </dl>
  );
}
