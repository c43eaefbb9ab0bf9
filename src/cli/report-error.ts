/** What went wrong, in one sentence and a code; stack traces only when asked for. */
import { CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { ApiError } from "#api/contract";
import { type Fault, OperationError } from "#base";
import { visible } from "./print.ts";
import { note, type Terminal } from "./terminal.ts";

export interface DescribedError {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, string | number>>;
  /** The command line itself was wrong. */
  readonly isUsage: boolean;
}

/** The command line is wrong: exit code 2. */
export function usageError(message: string): CommanderError {
  return new CommanderError(2, "usage", message);
}

/** A group of commands does not have that one. */
export function unknownCommand(group: CommandUnknownOpts, word: string): CommanderError {
  return usageError(`unknown command '${word}'; ${fullName(group)} knows ${commandNames(group)}`);
}

export function commandNames(group: CommandUnknownOpts): string {
  return group.commands.map((child) => child.name()).join(", ");
}

export function fullName(command: CommandUnknownOpts): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

/** @param what the thing that was refused, such as "the address" */
export function faultError(what: string, fault: Fault): OperationError {
  const facts = Object.entries(fault.detail ?? {}).map(([name, value]) => `${name} ${value}`);
  const words = fault.code.replaceAll("-", " ");
  return new OperationError(
    fault.code,
    `${what} is refused: ${words}${facts.length === 0 ? "" : ` (${facts.join(", ")})`}`,
  );
}

export function describeError(error: unknown): DescribedError {
  if (error instanceof CommanderError) return { code: "usage", message: plainUsage(error.message), isUsage: true };
  if (error instanceof ApiError) return describeApiError(error);
  if (error instanceof OperationError) return { code: error.code, message: error.message, isUsage: false };
  if (isSystemError(error)) return { code: "io-failed", message: describeSystemError(error), isUsage: false };
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message: `something went wrong inside: ${message} (--debug says where)`, isUsage: false };
}

/** Without the words that the library puts around what a reader of values says. */
function plainUsage(message: string): string {
  return message
    .replace(/^error: /, "")
    .replace(/^command-argument value (.*) is invalid for argument (\S+)\. /s, "argument $2 cannot be $1. ")
    .replace(/^option (.*) argument (.*) is invalid\. /s, "option $1 cannot be $2. ");
}

export async function reportError(
  terminal: Terminal,
  { code, message, details, isUsage }: DescribedError,
  how: { readonly isJson: boolean; readonly cause: unknown },
): Promise<void> {
  if (how.cause instanceof Error) await note(terminal, how.cause.stack ?? String(how.cause));
  if (how.isJson) {
    await note(
      terminal,
      JSON.stringify({ error: details === undefined ? { code, message } : { code, message, details } }),
    );
    return;
  }
  await note(terminal, `agon: ${message.split("\n").map(visible).join("\n")}`);
  if (isUsage) await note(terminal, "Add --help to see how it is used.");
}

function describeApiError({ code, message, status, details }: ApiError): DescribedError {
  const isBare = Object.keys(details).length === 0;
  const advice = adviceFor(code, status, details.option);
  return { code, message: `${message}${advice}`, isUsage: false, ...(isBare ? {} : { details }) };
}

/** @param option of a pool's address, where that is what cannot be reached */
function adviceFor(code: string, status: number, option: string | number | undefined): string {
  if (code === "unreachable" && option !== undefined)
    return `: does the pool run there? Give the address of its API with ${option}`;
  if (code === "unreachable") return ": is a node running there? Give its address with --api";
  if (status === 401) return ". Give that folder with --data, or the token in AGON_TOKEN";
  return "";
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}

function describeSystemError({ code, path, message }: NodeJS.ErrnoException): string {
  if (path === undefined) return code === "EISDIR" ? "a folder was given where a file is wanted" : message;
  switch (code) {
    case "ENOENT":
      return `${path} does not exist`;
    case "EACCES":
    case "EPERM":
      return `${path} may not be used by this user`;
    case "EISDIR":
      return `${path} is a folder`;
    case "ENOTDIR":
      return `${path}: a part of the path is no folder`;
    case "EEXIST":
      return `${path} exists already`;
    case "ENOSPC":
      return `${path} cannot be written: the disk is full`;
    default:
      return message;
  }
}
