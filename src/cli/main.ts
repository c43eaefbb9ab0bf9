import { readFileSync } from "node:fs";

/** Runs one command. @returns the exit code: 0 done, 1 failed, 2 wrong usage */
export async function main(argv: string[]): Promise<number> {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const known = argv.length === 0 || argv[0] === "--help" || argv[0] === "--version";
  process.stdout.write(argv[0] === "--version" ? `${manifest.version}\n` : "Usage: agon [--help] [--version]\n");
  return known ? 0 : 2;
}
