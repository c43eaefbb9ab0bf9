/** What a command has around it: streams, environment, network, the person at the keyboard. Given, so that tests put in their own. */
import type { Readable, Writable } from "node:stream";
import type { Fetch } from "#api/contract";
import type { Random } from "#base";
import type { Prompts } from "./prompts.ts";

/** Why a command is asked to end. */
export type Interruption = "SIGINT" | "SIGTERM" | "SIGHUP";

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Somebody can be asked. */
  readonly isInteractive: boolean;
  /** A bar may be drawn on stderr. */
  readonly canDraw: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and the like; its reason is an `Interruption`. */
  readonly signal: AbortSignal;
  readonly fetch: Fetch;
  readonly random: Random;
  readonly prompts: Prompts;
}

/** Resolves when the text has been taken, so that nothing is lost when the process ends. */
export function write(stream: Writable, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** A line for people, beside the result. */
export function note(terminal: Terminal, line: string): Promise<void> {
  return write(terminal.stderr, `${line}\n`);
}
