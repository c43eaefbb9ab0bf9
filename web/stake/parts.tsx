/** Small parts that all pages about validators share. */
import { Link } from "@tanstack/react-router";
import type { EpochSlot } from "#api/contract";
import { useNames } from "../client/index.ts";
import { cx, formatCount, Identicon, shorten } from "../ui/index.ts";
import { formatPpm, MAJORITY_PPM } from "./words.ts";

/** A validator by its owner; a link to its page. */
export function ValidatorLabel({ address }: { readonly address: string }) {
  const name = useNames().get(address);
  return (
    <Link
      to={`/validators/${address}`}
      title={address}
      className="inline-flex min-w-0 items-center gap-2 underline-offset-3 hover:underline"
    >
      <Identicon value={address} />
      {name === undefined ? (
        <span className="tabular whitespace-nowrap">{shorten(address, 8)}</span>
      ) : (
        <span className="font-medium">{name}</span>
      )}
    </Link>
  );
}

/** How much has voted, and the mark that it takes. */
export function VotesBar({ ppm, label }: { readonly ppm: number; readonly label: string }) {
  const enough = ppm >= MAJORITY_PPM;
  return (
    <span
      role="img"
      aria-label={`${label}: ${formatPpm(ppm)} of the stake, two thirds are needed`}
      title={`${formatPpm(ppm)} of the stake have voted; the mark is at two thirds`}
      className="relative block h-2 w-full min-w-16 rounded-full bg-sunken"
    >
      <span
        className={cx("block h-full rounded-full transition-[width]", enough ? "bg-accent-fill" : "bg-warn")}
        style={{ width: `${Math.min(100, ppm / 10_000)}%` }}
      />
      <span className="absolute -inset-y-0.5 left-2/3 w-0.5 rounded bg-ink" />
    </span>
  );
}

const CELL = "flex size-3.5 items-center justify-center rounded-[3px] text-[9px] leading-none";
const LOOKS: Readonly<Record<EpochSlot["state"], string>> = {
  made: "bg-accent-fill",
  missed: "bg-bad-soft text-bad ring-1 ring-bad ring-inset",
  now: "animate-breathe bg-accent-soft ring-1 ring-accent ring-inset",
  ahead: "ring-1 ring-line-strong ring-inset",
};
const SAID: Readonly<Record<EpochSlot["state"], string>> = {
  made: "made by",
  missed: "missed by",
  now: "now, drawn is",
  ahead: "drawn is",
};

/** Slots as cells: full when a block was made, crossed when it was missed, hollow while they lie ahead. */
export function SlotCells({ slots, label }: { readonly slots: readonly EpochSlot[]; readonly label: string }) {
  const names = useNames();
  return (
    <span role="img" aria-label={`${label}: ${describeSlots(slots)}`} className="flex flex-wrap gap-1">
      {slots.map(({ slot, state, leader }) => {
        const who = leader === null ? "nobody known" : (names.get(leader) ?? shorten(leader, 6));
        return (
          <span key={slot} title={`slot ${slot}, ${SAID[state]} ${who}`} className={cx(CELL, LOOKS[state])}>
            {state === "missed" ? "×" : ""}
          </span>
        );
      })}
    </span>
  );
}

function describeSlots(slots: readonly EpochSlot[]): string {
  const count = (state: EpochSlot["state"]): number => slots.filter((slot) => slot.state === state).length;
  const ahead = count("ahead") + count("now");
  const parts = [`${formatCount(count("made"))} made`, `${formatCount(count("missed"))} missed`];
  return [...parts, ...(ahead === 0 ? [] : [`${formatCount(ahead)} to come`])].join(", ");
}

/** What the cells mean, in words. */
export function SlotLegend() {
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-soft text-xs">
      {(["made", "missed", "now", "ahead"] as const).map((state) => (
        <span key={state} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={cx(CELL, LOOKS[state])}>
            {state === "missed" ? "×" : ""}
          </span>
          {{ made: "block made", missed: "missed", now: "the slot now", ahead: "to come" }[state]}
        </span>
      ))}
    </p>
  );
}
