/** The benchmarks by name, in the order in which they run; each is loaded in a process of its own. */
import type { BenchOptions, BenchRow } from "./bench-row.ts";

interface Benchmark {
  run(options: BenchOptions): Promise<readonly BenchRow[]>;
}

export const BENCHMARKS = {
  verify: () => import("./verify.ts"),
  submit: () => import("./submit.ts"),
  sync: () => import("./sync.ts"),
  import: () => import("./block-import.ts"),
  propagation: () => import("./propagation.ts"),
  start: () => import("./start.ts"),
  state: () => import("./state-root.ts"),
  lottery: () => import("./lottery.ts"),
  stake: () => import("./epoch-step.ts"),
  kernel: () => import("./kernel.ts"),
  pool: () => import("./pool.ts"),
} as const satisfies Readonly<Record<string, () => Promise<Benchmark>>>;

export type BenchmarkName = keyof typeof BENCHMARKS;

export function isBenchmark(name: string): name is BenchmarkName {
  return Object.hasOwn(BENCHMARKS, name);
}
