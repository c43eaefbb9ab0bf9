/** Larger test data that does not stand in the repository: the folder named by AGON_DATA. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { repositoryRoot } from "./root.ts";

interface Skippable {
  skip(reason?: string): never;
}

const folder = resolve(repositoryRoot, process.env.AGON_DATA ?? "../shared/data");

/** Path of a data file such as `pop/dota-train.jsonl`, or null where it is absent. */
export function findDataFile(name: string): string | null {
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}

/** Path of a data file; skips the running test, saying so, where it is absent. */
export function dataFile(name: string, context: Skippable): string {
  return findDataFile(name) ?? context.skip(`${name} is not in ${folder} (set AGON_DATA)`);
}
