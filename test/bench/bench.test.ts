import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempDir } from "../support/temp.ts";

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, "main.ts");
/** It starts nine nodes: fifteen seconds, and twenty times that on a machine that twenty others use. */
const LIMIT_MS = 600_000;

interface Report {
  readonly date: string;
  readonly quick: boolean;
  readonly machine: { readonly cores: number; readonly cpu: string; readonly node: string };
  readonly rows: readonly {
    readonly benchmark: string;
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly ratio?: number;
    readonly floor?: number;
  }[];
}

test(
  "the benchmarks run, and say the same in a table and in JSON",
  async () => {
    const out = join(tempDir(), "deep", "bench.json");
    const only = ["submit", "sync", "import", "kernel", "pool"];
    const { stdout } = await run(process.execPath, [
      ...[MAIN, "--quick", "--only", only.join(","), "--out", out, "--date", "2026-01-02"],
    ]);
    const report = JSON.parse(readFileSync(out, "utf8")) as Report;
    expect(report).toMatchObject({ date: "2026-01-02", quick: true, machine: { node: process.version } });
    expect(report.machine.cores).toBeGreaterThan(0);
    expect(new Set(report.rows.map((row) => row.benchmark))).toEqual(new Set(only));
    for (const { name, value, unit, ratio, floor } of report.rows) {
      // Processor time is counted in hundredths of a second, and of so little work it may be none; so may what is in vain.
      const mayBeNone = unit === "us" || unit === "%";
      expect(value, name)[mayBeNone ? "toBeGreaterThanOrEqual" : "toBeGreaterThan"](0);
      for (const other of [ratio ?? 1, floor ?? 1]) expect(other, name).toBeGreaterThan(0);
      expect([value, ratio ?? 1, floor ?? 1].every(Number.isFinite), name).toBe(true);
      expect(stdout).toContain(name);
    }
    const rated = report.rows.filter((row) => row.ratio !== undefined).map((row) => row.benchmark);
    expect(new Set(rated)).toEqual(new Set(["submit", "sync", "kernel", "pool"]));
  },
  LIMIT_MS,
);

test("a benchmark that does not exist is a usage error", async () => {
  await expect(run(process.execPath, [MAIN, "--only", "speed"])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("no benchmark 'speed'"),
  });
});
