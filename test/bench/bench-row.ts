/** One line of the table that `npm run bench` prints. */
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
