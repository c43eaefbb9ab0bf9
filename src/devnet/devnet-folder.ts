/** The folder of a devnet: claimed for one chain, locked, and emptied only if it is known to be a devnet's. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { OperationError } from "#base";
import { LOCK_FILE, lockFolder } from "./folder-lock.ts";

const MARKER_FILE = "devnet.json";

export interface FolderOptions {
  readonly chainName: string;
  /** In hex. */
  readonly chainId: string;
  readonly fresh: boolean;
}

export interface DevnetFolder {
  /** Absolute. */
  readonly path: string;
  readonly tokenFile: string;
  readonly auditFile: string;
  nodeFolder(name: string): string;
  release(): void;
}

/** @throws OperationError `devnet-foreign`, `data-locked`, `data-other-chain` or `data-unwritable` */
export function openDevnetFolder(given: string, options: FolderOptions): DevnetFolder {
  const path = resolve(given);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new OperationError("data-unwritable", `${path} cannot be made: ${(cause as Error).message}`, { cause });
  }
  const marker = join(path, MARKER_FILE);
  const entries = readdirSync(path).filter((name) => !name.startsWith(LOCK_FILE));
  if (entries.length > 0 && !existsSync(marker))
    throw new OperationError(
      "devnet-foreign",
      `${path} is not empty and is no folder of a devnet: nothing in it is touched; give another with --data`,
    );
  const lock = lockFolder(path);
  try {
    if (options.fresh)
      for (const name of entries) rmSync(join(path, name), { recursive: true, force: true, maxRetries: 3 });
    claim(path, marker, options);
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    path,
    tokenFile: join(path, "api-token"),
    auditFile: join(path, "audit.jsonl"),
    nodeFolder: (name) => join(path, name),
    release: () => lock.release(),
  };
}

function claim(path: string, marker: string, { chainName, chainId }: FolderOptions): void {
  if (!existsSync(marker)) {
    writeFileSync(marker, `${JSON.stringify({ version: 1, chain: chainName, chainId }, null, 2)}\n`);
    return;
  }
  const found = readMarker(marker);
  if (found.chainId === chainId) return;
  throw new OperationError(
    "data-other-chain",
    `the devnet in ${path} is of the chain ${found.chain} (${found.chainId}), not of ${chainName} (${chainId}): give --fresh to begin anew, or another --data`,
  );
}

function readMarker(marker: string): { readonly chain: string; readonly chainId: string } {
  try {
    const { chain, chainId }: Record<string, unknown> = JSON.parse(readFileSync(marker, "utf8"));
    if (typeof chain === "string" && typeof chainId === "string") return { chain, chainId };
  } catch {
    // Said below.
  }
  throw new OperationError("data-damaged", `${marker} is damaged: give --fresh to begin anew, or another --data`);
}
