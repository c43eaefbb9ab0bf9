const UNITS = [
  [86_400 * 365, "years"],
  [86_400, "days"],
  [3_600, "h"],
  [60, "min"],
] as const;

/** How long something may be expected to take: 42 → ["42", "s"], 9000 → ["2.5", "h"]; of what has no end ["–", ""]. */
export function spanText(seconds: number): readonly [number: string, unit: string] {
  if (!Number.isFinite(seconds)) return ["–", ""];
  const [size, unit] = UNITS.find(([length]) => seconds >= 2 * length) ?? [1, "s"];
  const count = seconds / size;
  if (count >= 1e6) return [count.toExponential(1), unit];
  return [count < 10 ? count.toFixed(1) : String(Math.round(count)), unit];
}

/** Difficulties may be far below 1: three digits that count. */
export function difficultyText(difficulty: number): string {
  return difficulty >= 1_000
    ? Math.round(difficulty).toLocaleString("en").replaceAll(",", "\u202f")
    : String(Number(difficulty.toPrecision(3)));
}
