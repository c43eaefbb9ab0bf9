/** The program's entry: the process as a terminal, its signals, and the exit code. */
import { systemRandom } from "#base";
import { createPrompts } from "./prompts.ts";
import { runProgram } from "./run-program.ts";
import type { Interruption, Terminal } from "./terminal.ts";

/** A command that has been asked to end and does not is left after this, ms. */
const LAST_WAIT_MS = 30_000;
const EXIT_CODES: Readonly<Record<Interruption, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Runs one command. @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C */
export async function main(argv: string[]): Promise<number> {
  // A reader that closes the pipe, as `head` does, has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return runProgram(argv, createTerminal(watchInterruptions()));
}

function createTerminal(signal: AbortSignal): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdin,
    stdout,
    stderr,
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    canDraw: stderr.isTTY === true,
    env,
    signal,
    fetch: (url, init) => fetch(url, init),
    random: systemRandom(),
    prompts: createPrompts(),
  };
}

/** The first asks politely, the second ends the process at once. */
function watchInterruptions(): AbortSignal {
  const controller = new AbortController();
  for (const name of Object.keys(EXIT_CODES) as Interruption[]) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
      controller.abort(name);
      setTimeout(() => process.exit(EXIT_CODES[name]), LAST_WAIT_MS).unref();
    });
  }
  return controller.signal;
}
