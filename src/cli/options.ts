/** Options that many commands share, and the readers of their values. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { asHash, fromHex, type Hash } from "#base";
import { parseCoins } from "#wallet/core";

/** Where a node and a devnet keep what is theirs unless told otherwise. */
export const NODE_FOLDER = "./.agon/node";
export const DEVNET_FOLDER = "./.agon/devnet";
export const DEFAULT_API = "http://127.0.0.1:8730";

/** For examples in the help. */
export const EXAMPLE_ID = "9f2c4d7be0a15386".repeat(4);

export const jsonOption = () => new Option("--json", "print JSON instead of text; errors too, on stderr");
export const debugOption = () => new Option("--debug", "print the stack trace of an error");
export const apiOption = () =>
  new Option("--api <url>", `address of the node or devnet (default: AGON_API, else ${DEFAULT_API})`).argParser(
    readUrl,
  );
export const nodeOption = () => new Option("--node <name>", "behind a devnet: the node to talk to, such as node-2");
export const dataOption = () =>
  new Option("--data <folder>", `folder of the node, with its token and keystore (default: ${NODE_FOLDER})`);
export const fromOption = () =>
  new Option("--from <account>", "who signs: dev-0 … dev-9, or an account of the keystore");
export const keystoreOption = () =>
  new Option("--keystore <file>", "keystore to use (default: keystore.json in the folder of --data)");
export const passphraseFileOption = () =>
  new Option(
    "--passphrase-file <file>",
    "file whose first line is the passphrase (default: AGON_PASSPHRASE, else asked)",
  );
export const waitOption = () => new Option("--wait", "until the transaction is in a block");
export const yesOption = () => new Option("--yes", "do not ask for confirmation");
export const highFeeOption = () =>
  new Option("--high-fee", "pay a fee of more than 100 times the least that the chain takes");
export const timeoutOption = () =>
  new Option("--timeout <seconds>", "give up when nothing has moved for so long")
    .argParser(readCount(1, 86_400))
    .default(120);

export function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw new InvalidArgumentError("It must be an address such as http://127.0.0.1:8730.");
  return text.replace(/\/+$/, "");
}

/** A reader of whole numbers, bounds included. */
export function readCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

export function readCoins(text: string): bigint {
  const atoms = parseCoins(text);
  if (atoms === null)
    throw new InvalidArgumentError("It must be an amount in coins, such as 12.5, with at most eight decimals.");
  return atoms;
}

export function readId(text: string): string {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError("It must be an id: 64 hex digits.");
  return text.toLowerCase();
}

/** A number is a height, 64 hex digits are an id. */
export function readHeightOrHash(text: string): number | string {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (text === "head") return text;
  if (!/^[0-9a-fA-F]{64}$/.test(text))
    throw new InvalidArgumentError("It must be a height, an id of 64 hex digits, or head.");
  return text.toLowerCase();
}

/** @param text 64 hex digits, checked */
export function hashOf(text: string): Hash {
  return asHash(fromHex(text)!);
}

/** Under a command's options. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
}
