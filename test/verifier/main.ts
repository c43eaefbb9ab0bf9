/** `node test/verifier/main.ts FILE`: exit code 0 if the export holds, 1 with the first rule that does not. */
import { Refusal } from "./refusal.ts";
import { verifyExport } from "./verify-export.ts";

const [path] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write("usage: node test/verifier/main.ts FILE\n");
  process.exit(2);
}
try {
  const summary = await verifyExport(path);
  for (const [name, value] of Object.entries(summary)) process.stdout.write(`${name.padEnd(16)}${value}\n`);
} catch (error) {
  process.exitCode = 1;
  if (error instanceof Refusal) process.stderr.write(`${error.place}: ${error.message} (rule ${error.rule})\n`);
  else if (error instanceof Error && "code" in error) process.stderr.write(`${error.message}\n`);
  else throw error;
}
