/** Runs one benchmark: what it finds goes to the parent, what it says to standard error. */
import { BENCHMARKS, isBenchmark } from "./benchmarks.ts";

const [name = "", mode] = process.argv.slice(2);
if (!isBenchmark(name)) throw new RangeError(`no benchmark '${name}'`);
const benchmark = await BENCHMARKS[name]();
const rows = await benchmark.run({
  quick: mode === "quick",
  report: (text) => process.stderr.write(`  ${name}: ${text}\n`),
});
await new Promise<void>((resolve) => process.send?.(rows, () => resolve()));
process.disconnect();
