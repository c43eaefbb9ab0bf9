import { useMemo, useState } from "react";

export interface Held<T> {
  /** What is on the page. */
  readonly shown: readonly T[];
  /** How many have come since the pointer or the focus went in. */
  readonly waiting: number;
  readonly show: () => void;
  /** For the element that holds the rows. */
  readonly handlers: {
    readonly onMouseEnter: () => void;
    readonly onMouseLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: () => void;
  };
}

/** Keeps rows where they are while somebody points at them or reads them by keyboard; new ones wait. */
export function useHeld<T>(rows: readonly T[], keyOf: (row: T) => string): Held<T> {
  const [held, setHeld] = useState<readonly T[] | null>(null);
  const [pointed, setPointed] = useState(false);
  const waiting = useMemo(() => {
    if (held === null) return 0;
    const known = new Set(held.map(keyOf));
    return rows.filter((row) => !known.has(keyOf(row))).length;
  }, [held, rows, keyOf]);
  const hold = (): void => setHeld((before) => before ?? rows);
  return {
    shown: held ?? rows,
    waiting,
    show: () => setHeld(pointed ? rows : null),
    handlers: {
      onMouseEnter: () => {
        setPointed(true);
        hold();
      },
      onMouseLeave: () => {
        setPointed(false);
        setHeld(null);
      },
      onFocus: hold,
      onBlur: () => {
        if (!pointed) setHeld(null);
      },
    },
  };
}
