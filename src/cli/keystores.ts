/** The keystore of a command, and the passphrase that opens it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OperationError } from "#base";
import { type Keystore, openKeystore } from "#wallet";
import { NODE_FOLDER } from "./options.ts";
import { usageError } from "./report-error.ts";
import type { Terminal } from "./terminal.ts";

export const KEYSTORE_FILE = "keystore.json";
const LEAST_PASSPHRASE_LENGTH = 8;

export interface KeystoreChoice {
  readonly data?: string | undefined;
  readonly keystore?: string | undefined;
  readonly passphraseFile?: string | undefined;
}

export function keystorePath({ keystore, data }: KeystoreChoice): string {
  return keystore ?? join(data ?? NODE_FOLDER, KEYSTORE_FILE);
}

/** @throws OperationError `keystore-missing` that says how to make one */
export async function openChosenKeystore(terminal: Terminal, choice: KeystoreChoice): Promise<Keystore> {
  const path = keystorePath(choice);
  if (!existsSync(path))
    throw new OperationError(
      "keystore-missing",
      `there is no keystore at ${path}: make one with 'agon keys new', or name another with --keystore`,
    );
  return openKeystore(path, terminal.random);
}

/** Of a keystore that is there: from a file, the environment, or asked for. */
export async function readPassphrase(
  terminal: Terminal,
  choice: KeystoreChoice,
  question = "Passphrase of the keystore",
): Promise<string> {
  return (await givenPassphrase(terminal, choice)) ?? ask(terminal, question);
}

/** Of a keystore to be made; a person types it twice. */
export async function readNewPassphrase(terminal: Terminal, choice: KeystoreChoice): Promise<string> {
  const passphrase = (await givenPassphrase(terminal, choice)) ?? (await askTwice(terminal));
  if (passphrase.length < LEAST_PASSPHRASE_LENGTH)
    throw new OperationError("passphrase-short", `a passphrase has at least ${LEAST_PASSPHRASE_LENGTH} characters`);
  return passphrase;
}

async function givenPassphrase(terminal: Terminal, { passphraseFile }: KeystoreChoice): Promise<string | null> {
  if (passphraseFile !== undefined) return (await readFile(passphraseFile, "utf8")).split(/\r?\n/, 1)[0]!;
  const given = terminal.env.AGON_PASSPHRASE;
  return given === undefined || given === "" ? null : given;
}

async function askTwice(terminal: Terminal): Promise<string> {
  const first = await ask(terminal, "New passphrase, at least 8 characters");
  if ((await ask(terminal, "The same again")) !== first)
    throw new OperationError("passphrase-differs", "the two passphrases differ; nothing was made");
  return first;
}

function ask(terminal: Terminal, message: string): Promise<string> {
  if (!terminal.isInteractive)
    throw usageError("nobody can be asked for a passphrase here: give it in AGON_PASSPHRASE or with --passphrase-file");
  return terminal.prompts.password(message);
}
