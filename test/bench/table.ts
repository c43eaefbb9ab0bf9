/** Rows as text for people. */
import type { BenchRow } from "./bench-row.ts";

const HEAD = ["what", "value", "unit", "of floor", "floor", "goal"] as const;

export function formatTable(rows: readonly BenchRow[]): string {
  const lines = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const texts = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 || column === 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
  return [texts[0], rule, ...texts.slice(1)].join("\n");
}

function cellsOf({ name, value, unit, ratio, floor, goal }: BenchRow): readonly string[] {
  return [name, show(value), unit, ratio === undefined ? "" : ratio.toFixed(2), show(floor), show(goal)];
}

/** Three digits that matter. */
function show(value: number | undefined): string {
  if (value === undefined) return "";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(3)).toString();
}
