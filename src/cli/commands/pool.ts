import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { examples } from "../options.ts";
import { unknownCommand, usageError } from "../report-error.ts";
import type { Terminal } from "../terminal.ts";
import { poolAuditCommand } from "./pool-audit.ts";
import { minersCommand, payoutsCommand, roundsCommand, statusCommand } from "./pool-look.ts";
import { moveCommand, payCommand, releaseCommand, withdrawCommand } from "./pool-orders.ts";
import { poolRunCommand } from "./pool-run.ts";
import { poolThresholdCommand } from "./pool-threshold.ts";

/** Without another word it runs a pool. */
export function poolCommand(terminal: Terminal): CommandUnknownOpts {
  // A word that is no command comes to the default one, which would call it an argument too many.
  const runCommand = poolRunCommand(terminal).allowExcessArguments();
  return new Command("pool")
    .description("a mining pool: run one, look at one, be paid by one, audit one")
    .addCommand(runCommand, { isDefault: true })
    .addCommand(statusCommand(terminal))
    .addCommand(minersCommand(terminal))
    .addCommand(roundsCommand(terminal))
    .addCommand(payoutsCommand(terminal))
    .addCommand(poolThresholdCommand(terminal))
    .addCommand(payCommand(terminal))
    .addCommand(withdrawCommand(terminal))
    .addCommand(releaseCommand(terminal))
    .addCommand(moveCommand(terminal))
    .addCommand(poolAuditCommand(terminal))
    .hook("preAction", (group, command) => {
      const [word] = command.args;
      if (command.name() !== runCommand.name() || word === undefined) return;
      throw group.args[0] === runCommand.name()
        ? usageError(`too many arguments: '${word}'; what 'pool run' is told are options`)
        : unknownCommand(group, word);
    })
    .addHelpText(
      "after",
      examples(
        "agon pool --from dev-0",
        "agon pool status",
        "agon pool payouts --address tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j",
        "agon pool threshold --from dev-3 --coins 20",
        "agon pool audit --address tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j --receipts receipts.jsonl",
      ),
    ) as unknown as CommandUnknownOpts;
}
