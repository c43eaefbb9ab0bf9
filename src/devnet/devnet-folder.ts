/** The folder of a devnet: claimed for one chain, locked, and emptied only if it is known to be a devnet's. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { OperationError } from "#base";
import { LOCK_FILE, lockFolder } from "./folder-lock.ts";

const MARKER_FILE = "devnet.json";

/** The chain that a folder is claimed for. */
export interface FolderChain {
  readonly name: string;
  /** In hex. */
  readonly id: string;
}

export interface DevnetFolder {
  /** Absolute. */
  readonly path: string;
  readonly tokenFile: string;
  readonly auditFile: string;
  /** The specification that was made for this devnet, where one was. */
  readonly specFile: string;
  /** Null when it is claimed for none yet. @throws OperationError `data-damaged` */
  chain(): FolderChain | null;
  /** @throws OperationError `data-other-chain` */
  claim(chain: FolderChain): void;
  nodeFolder(name: string): string;
  release(): void;
}

/** @param fresh empties it first @throws OperationError `devnet-foreign`, `data-locked` or `data-unwritable` */
export function openDevnetFolder(given: string, { fresh }: { readonly fresh: boolean }): DevnetFolder {
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
    if (fresh) for (const name of entries) rmSync(join(path, name), { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    lock.release();
    throw error;
  }
  const chain = (): FolderChain | null => (existsSync(marker) ? readMarker(marker) : null);
  return {
    path,
    tokenFile: join(path, "api-token"),
    auditFile: join(path, "audit.jsonl"),
    specFile: join(path, "spec.json"),
    nodeFolder: (name) => join(path, name),
    chain,
    claim(wanted) {
      const found = chain();
      if (found === null)
        writeFileSync(marker, `${JSON.stringify({ version: 1, chain: wanted.name, chainId: wanted.id }, null, 2)}\n`);
      else if (found.id !== wanted.id) throw otherChain(path, found, wanted);
    },
    release: () => lock.release(),
  };
}

export function otherChain(path: string, found: FolderChain, wanted: FolderChain): OperationError {
  return new OperationError(
    "data-other-chain",
    `the devnet in ${path} is of the chain ${found.name} (${found.id}), not of ${wanted.name} (${wanted.id}): give --fresh to begin anew, or another --data`,
  );
}

function readMarker(marker: string): FolderChain {
  try {
    const { chain, chainId }: Record<string, unknown> = JSON.parse(readFileSync(marker, "utf8"));
    if (typeof chain === "string" && typeof chainId === "string") return { name: chain, id: chainId };
  } catch {
    // Said below.
  }
  throw new OperationError("data-damaged", `${marker} is damaged: give --fresh to begin anew, or another --data`);
}
