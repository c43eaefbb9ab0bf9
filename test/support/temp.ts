/** Folders that live as long as a test. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new empty folder, removed when the running test has finished. */
export function tempDir(name = "agon"): string {
  const dir = mkdtempSync(join(tmpdir(), `${name}-`));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}

export interface TempFolder extends AsyncDisposable {
  readonly dir: string;
}

/** A folder for `await using`, for hooks and for programs outside a test. */
export async function createTempFolder(name = "agon"): Promise<TempFolder> {
  const dir = await mkdtemp(join(tmpdir(), `${name}-`));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true, maxRetries: 3 }) };
}
