/** Prints `N passed, N failed, N skipped`, summed over the vitest reports in a folder; fails when there are none. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const folder = process.argv[2] ?? "build/test";
const reports = listReports(folder).map((path): Report => JSON.parse(readFileSync(path, "utf8")));
const sum = (count: (report: Report) => number): number => reports.reduce((total, each) => total + count(each), 0);

const passed = sum((report) => report.numPassedTests);
// A file that cannot even be loaded holds no test, and must not pass for that reason.
const failed = sum((report) => report.numFailedTests + report.testResults.filter(isUnloadable).length);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;

function listReports(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(path, name));
  } catch {
    return [];
  }
}

function isUnloadable(file: Report["testResults"][number]): boolean {
  return file.status === "failed" && file.assertionResults.length === 0;
}
