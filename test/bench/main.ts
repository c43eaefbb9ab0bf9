/** `npm run bench`: every benchmark in a process of its own, one after the other; a table, and the same as JSON. */
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchRow } from "./bench-row.ts";
import { BENCHMARKS, type BenchmarkName, isBenchmark } from "./benchmarks.ts";
import { describeMachine } from "./machine.ts";
import { formatTable } from "./table.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const USAGE = `node test/bench/main.ts [--only ${Object.keys(BENCHMARKS).join(",")}] [--quick] [--json] [--out FILE] [--date TEXT]
  --only   some of the benchmarks, by commas
  --quick  small counts, to see that everything runs
  --json   JSON instead of the table on standard output
  --out    where the JSON is written (build/bench.json)
  --date   when this was measured, as it shall stand in the JSON (today)
`;

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    out: { type: "string", default: join(ROOT, "build", "bench.json") },
    date: { type: "string", default: new Date().toISOString().slice(0, 10) },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await runAll(namesOf(flags.only));

async function runAll(names: readonly BenchmarkName[]): Promise<void> {
  const machine = describeMachine();
  const rows: (BenchRow & { readonly benchmark: BenchmarkName })[] = [];
  for (const name of names) {
    process.stderr.write(`${name}\n`);
    for (const row of await runOne(name)) rows.push({ benchmark: name, ...row });
  }
  const json = `${JSON.stringify({ date: flags.date, quick: flags.quick, machine, rows }, null, 2)}\n`;
  mkdirSync(dirname(flags.out), { recursive: true });
  writeFileSync(flags.out, json);
  process.stdout.write(flags.json ? json : `${formatTable(rows)}\n`);
}

/** A benchmark that fails ends the run: half a table would be taken for the whole. */
function runOne(name: BenchmarkName): Promise<readonly BenchRow[]> {
  const child = fork(join(import.meta.dirname, "bench-child.ts"), [name, flags.quick ? "quick" : "full"], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    let rows: readonly BenchRow[] | null = null;
    child.once("message", (message) => {
      rows = message as readonly BenchRow[];
    });
    child.once("exit", (code, signal) => {
      if (rows !== null && code === 0) resolve(rows);
      else reject(new Error(`the benchmark '${name}' ended with ${signal ?? code}`));
    });
  });
}

function namesOf(only: string | undefined): readonly BenchmarkName[] {
  const known = Object.keys(BENCHMARKS).filter(isBenchmark);
  if (only === undefined) return known;
  const wanted = only.split(",");
  const unknown = wanted.filter((name) => !isBenchmark(name));
  if (unknown.length === 0) return wanted.filter(isBenchmark);
  process.stderr.write(`no benchmark '${unknown.join(",")}'\n${USAGE}`);
  process.exit(2);
}
