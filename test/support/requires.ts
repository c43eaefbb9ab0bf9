/**
 * Outside programs that tests need. Where one is absent the test is skipped with the reason; under CI, which installs
 * them, its absence is a failure.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

interface Skippable {
  skip(reason?: string): never;
}

/** Debian package of a program, where its name differs. */
const packages: Readonly<Record<string, string>> = {
  ip: "iproute2",
  faketime: "faketime",
  unshare: "util-linux",
  prlimit: "util-linux",
  postgres: "postgresql",
};

/**
 * @param context of the running test: `it("…", (context) => { const chromium = requireProgram("chromium", context); … })`
 * @returns the program's path
 * @throws Error under CI where the program is absent
 */
export function requireProgram(name: string, context: Skippable): string {
  const path = findProgram(name);
  if (path !== null) return path;
  return context.skip(reasonAbsent(name));
}

/** For `describe.skipIf(absentProgram("chromium"))`: the reason, or false. @throws Error under CI where it is absent */
export function absentProgram(name: string): string | false {
  return findProgram(name) === null ? reasonAbsent(name) : false;
}

/** Skips unless the process is root; under CI, which is root, that is a failure. */
export function requireRoot(context: Skippable): void {
  if (process.getuid?.() === 0) return;
  if (isCi()) throw new Error("CI runs these tests as root, and this is not root");
  context.skip("needs root");
}

export function findProgram(name: string): string | null {
  for (const dir of [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"]) {
    const path = join(dir, name);
    if (isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function reasonAbsent(name: string): string {
  const reason = `${name} is not installed (apt-get install ${packages[name] ?? name})`;
  if (isCi()) throw new Error(`${reason}, and CI must not skip what needs it`);
  return reason;
}

function isCi(): boolean {
  const value = process.env.CI;
  return value !== undefined && value !== "" && value !== "false" && value !== "0";
}
