/** One command line, from its words to its exit code. */
import { CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { createProgram } from "./program.ts";
import { isPromptExit } from "./prompts.ts";
import { commandNames, describeError, fullName, reportError, unknownCommand, usageError } from "./report-error.ts";
import { type Terminal, write } from "./terminal.ts";

/** @returns 0 done, 1 failed, 2 wrong usage, 130 ended by Ctrl-C, 143 and 129 by other signals */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  const isJson = argv.includes("--json");
  const isDebug = argv.includes("--debug");
  const pieces: Promise<void>[] = [];
  const program = await createProgram(terminal, argv);
  prepare(program, (text) => pieces.push(write(terminal.stdout, text)));
  try {
    if (argv.length > 0) await program.parseAsync(argv, { from: "user" });
    else if (terminal.isInteractive) await (await import("./menu/menu.ts")).runMenu(terminal);
    else program.outputHelp();
    await Promise.all(pieces);
    // A node that was told to end has ended as it should; Ctrl-C is told apart, as shells expect.
    return terminal.signal.reason === "SIGINT" ? 130 : 0;
  } catch (error) {
    await Promise.all(pieces);
    if (terminal.signal.aborted) return exitCodeOf(terminal.signal.reason);
    if (isPromptExit(error)) return 130;
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const described = describeError(error);
    await reportError(terminal, described, { isJson, cause: isDebug ? error : null });
    return described.isUsage ? 2 : 1;
  }
}

/** Commander may neither end the process nor write by itself; a group without its command shows its help. */
function prepare(command: CommandUnknownOpts, writeOut: (text: string) => void): void {
  command
    .exitOverride()
    .configureOutput({ writeOut, writeErr: writeOut, outputError() {} })
    .showSuggestionAfterError(true);
  if (command.commands.length > 0 && command.parent !== null)
    command.allowExcessArguments().action(() => {
      const word = command.args[0];
      if (word === undefined) throw usageError(`${fullName(command)} needs a command: ${commandNames(command)}`);
      throw unknownCommand(command, word);
    });
  for (const child of command.commands) prepare(child, writeOut);
}

function exitCodeOf(reason: unknown): number {
  if (reason === "SIGTERM") return 143;
  return reason === "SIGHUP" ? 129 : 130;
}
