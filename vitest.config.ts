import { randomInt } from "node:crypto";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type ProjectConfig, type Reporter, type TestSpecification } from "vitest/node";

const seed = process.env.AGON_SEED ?? String(randomInt(2 ** 31));

const seedReporter: Reporter = {
  onTestRunEnd(_modules, errors, reason) {
    if (reason === "failed" || errors.length > 0)
      process.stdout.write(`\nTo run with the same seed: AGON_SEED=${seed}\n`);
  },
};

const common = {
  environment: "node",
  pool: "forks",
  env: { AGON_SEED: seed },
  setupFiles: ["./test/support/setup.ts"],
  // For what hangs: a machine that is busy may take long over a test that takes a second.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
} satisfies ProjectConfig;

/** Nothing that a module keeps changes: many files share a process, which then loads each module once. */
const shared = { ...common, isolate: false } satisfies ProjectConfig;

/** Files that take longest, in this order. */
const LONGEST = [
  ...["e2e/web.test", "e2e/cli.test", "e2e/pos-devnet.test", "e2e/pool.test", "e2e/devnet.test", "bench/bench.test"],
  ...["e2e/pool-options.test", "e2e/devnet-records.test", "e2e/crash.test", "e2e/web-stake.test", "e2e/web-pool.test"],
  ...["accounting/kill.test", "guard/kill.test", "accounting/fairness.test", "contract/store.test"],
];

/** They begin first, so that at the end no core waits for one that has begun last. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`${name}.ts`));
      return project.config.sequence.groupOrder * 1_000 + (place === -1 ? LONGEST.length : place);
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** `.ci/run` reads the counts from the file named here. */
const reporters: (Reporter | [string, Record<string, unknown>] | string)[] = ["default", seedReporter];
if (process.env.AGON_TEST_REPORT) reporters.push(["json", { outputFile: process.env.AGON_TEST_REPORT }]);

export default defineConfig({
  test: {
    reporters,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["{src,web,scripts,bin}/**/*.test.{ts,tsx}", "test/**/*.test.ts"],
          exclude: ["test/{arch,e2e,sim,bench}/**"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "arch",
          include: ["test/arch/**/*.test.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: "sim",
          include: ["test/sim/**/*.test.ts"],
          testTimeout: 240_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Real processes, browsers and ports. Much of their time is waiting for blocks, so two go on side by side.
        test: {
          ...common,
          name: "e2e",
          include: ["test/{e2e,bench}/**/*.test.ts"],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
