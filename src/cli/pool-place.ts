/** What the folder of a pool says about it: whose books it holds, and where its API is while it runs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEVNET_FOLDER, readUrl } from "./options.ts";

export const POOL_FOLDER = "./.agon/pool";
/** Of a pool of its own, and of a devnet's, unless told otherwise. */
export const USUAL_FOLDERS: readonly string[] = [POOL_FOLDER, join(DEVNET_FOLDER, "pool")];

/** Null where none has run, or it was stopped; one that was killed leaves its address behind. */
export function readPlace(folder: string): string | null {
  try {
    return readUrl(readFileSync(join(folder, "api-url"), "utf8").trim());
  } catch {
    return null;
  }
}

export function holdsBooks(folder: string, address: string, chain: string): boolean {
  try {
    const kept: Record<string, unknown> = JSON.parse(readFileSync(join(folder, "pool.json"), "utf8"));
    return kept.address === address && kept.chain === chain;
  } catch {
    return false;
  }
}
