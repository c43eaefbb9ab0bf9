import { randomInt } from "node:crypto";
import { defineConfig } from "vitest/config";
import type { ProjectConfig, Reporter } from "vitest/node";

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
  testTimeout: 60_000,
  hookTimeout: 60_000,
} satisfies ProjectConfig;

/** Nothing that a module keeps changes: many files share a process, which then loads each module once. */
const shared = { ...common, isolate: false } satisfies ProjectConfig;

/** `.ci/run` reads the counts from the file named here. */
const reporters: (Reporter | [string, Record<string, unknown>] | string)[] = ["default", seedReporter];
if (process.env.AGON_TEST_REPORT) reporters.push(["json", { outputFile: process.env.AGON_TEST_REPORT }]);

export default defineConfig({
  test: {
    reporters,
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
          testTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
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
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
