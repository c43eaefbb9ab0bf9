/** What a benchmark is told and what it gives back. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Of the floor measured in the same run: 1 = as good as the floor. */
  readonly ratio?: number;
  /** The floor, in the same unit. */
  readonly floor?: number;
  /** What docs ask for, in the same unit. */
  readonly goal?: number;
}

export interface BenchOptions {
  /** Counts so small that figures mean little: shows that everything runs. */
  readonly quick: boolean;
  /** One line of progress. */
  readonly report: (text: string) => void;
}

export function medianOf(values: readonly number[]): number {
  return percentileOf(values, 0.5);
}

/** @param share from 0 to 1; the value below or at which so many lie */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("nothing was measured");
  return value;
}
