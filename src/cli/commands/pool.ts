import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { examples } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { poolAuditCommand } from "./pool-audit.ts";
import { minersCommand, payoutsCommand, roundsCommand, statusCommand } from "./pool-look.ts";
import { moveCommand, payCommand, releaseCommand, withdrawCommand } from "./pool-orders.ts";
import { poolRunCommand } from "./pool-run.ts";
import { poolThresholdCommand } from "./pool-threshold.ts";

/** Without another word it runs a pool. */
export function poolCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("pool")
    .description("a mining pool: run one, look at one, be paid by one, audit one")
    .addCommand(poolRunCommand(terminal), { isDefault: true })
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
