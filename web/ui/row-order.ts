import { useState } from "react";

type Direction = "none" | "ascending" | "descending";
type Sortable<T> = { readonly key: string; readonly sortBy?: (row: T) => bigint | number | string };

export interface RowOrder<T> {
  of(key: string): Direction;
  /** Largest first, then smallest first, then as the rows came. */
  toggle(key: string): void;
  apply(rows: readonly T[]): readonly T[];
}

export function useRowOrder<T>(columns: readonly Sortable<T>[]): RowOrder<T> {
  const [chosen, choose] = useState<{ readonly key: string; readonly direction: Direction } | null>(null);
  const of = (key: string): Direction => (chosen?.key === key ? chosen.direction : "none");
  return {
    of,
    toggle(key) {
      const next = { none: "descending", descending: "ascending", ascending: "none" } as const;
      choose({ key, direction: next[of(key)] });
    },
    apply(rows) {
      const by = columns.find((column) => column.key === chosen?.key)?.sortBy;
      if (by === undefined || chosen === null || chosen.direction === "none") return rows;
      const sign = chosen.direction === "ascending" ? 1 : -1;
      return rows.toSorted((a, b) => sign * compare(by(a), by(b)));
    },
  };
}

function compare(a: bigint | number | string, b: bigint | number | string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
