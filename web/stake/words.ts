/** How shares, states and times of a chain by stake are said. */
import type { EpochState, Finality, ValidatorState } from "#api/contract";
import type { Word } from "../ui/index.ts";

export const MAJORITY_PPM = 2_000_000 / 3;

export const VALIDATOR_STATES: Readonly<Record<ValidatorState, Word>> = {
  active: { word: "active", tone: "good", icon: "check" },
  waiting: { word: "waiting", tone: "info", icon: "clock" },
  leaving: { word: "leaving", tone: "neutral", icon: "unlock" },
  jailed: { word: "jailed", tone: "bad", icon: "lock" },
  leaked: { word: "leaked", tone: "warn", icon: "drop" },
  gone: { word: "gone", tone: "neutral", icon: "cross" },
};

export const EPOCH_STATES: Readonly<Record<EpochState, Word>> = {
  open: { word: "open", tone: "neutral", icon: "vote" },
  justified: { word: "justified", tone: "info", icon: "check" },
  finalized: { word: "final", tone: "good", icon: "lock" },
};

export const FINALITY_STATES: Readonly<Record<Finality["state"], Word>> = {
  beginning: { word: "beginning", tone: "info", icon: "clock" },
  moving: { word: "moving on", tone: "good", icon: "lock" },
  stalled: { word: "stalled", tone: "warn", icon: "alert" },
};

/** 333333 → "33.3 %" */
export function formatPpm(ppm: number): string {
  const percent = ppm / 10_000;
  return `${percent >= 99.95 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/** "1 h 4 min", "12 s"; of what lies ahead. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}
