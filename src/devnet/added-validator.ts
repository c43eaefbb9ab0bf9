/** The key that a node was added with while the devnet ran: it signs with it again when the devnet is started anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OperationError } from "#base";
import type { ValidatorOptions } from "./node-process.ts";

const FILE = "validator.json";

type AddedValidator = Pick<ValidatorOptions, "key" | "passphraseFile">;

/** @param folder the node's */
export function rememberValidator(folder: string, { key, passphraseFile }: AddedValidator): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, FILE), `${JSON.stringify({ key, passphraseFile }, null, 2)}\n`, { mode: 0o600 });
}

/** @returns null for a node that was added without one @throws OperationError `data-damaged` */
export function recallValidator(folder: string): AddedValidator | null {
  const path = join(folder, FILE);
  if (!existsSync(path)) return null;
  try {
    const { key, passphraseFile }: Record<string, unknown> = JSON.parse(readFileSync(path, "utf8"));
    const isFile = passphraseFile === null || typeof passphraseFile === "string";
    if (typeof key === "string" && isFile) return { key, passphraseFile };
  } catch {
    // Said below.
  }
  throw new OperationError("data-damaged", `${path} is damaged: delete it, and the node signs nothing`);
}
