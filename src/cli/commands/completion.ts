import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { completionScript, SHELLS } from "../completion-script.ts";
import { debugOption, examples, jsonOption } from "../options.ts";
import { print } from "../print.ts";
import type { Terminal } from "../terminal.ts";

export function completionCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "for which shell").choices(SHELLS))
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "source <(agon completion bash)",
        "agon completion zsh > ~/.zfunc/_agon",
        "agon completion fish > ~/.config/fish/completions/agon.fish",
      ),
    )
    .action(async (shell, options, command) => {
      const script = completionScript(shell, (command.parent ?? command) as unknown as CommandUnknownOpts);
      await print(terminal, options, { shell, script }, () => script);
    });
}
