/** All commands of the program. */
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { VERSION } from "#node";
import { chainCommand } from "./commands/chain.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { devnetCommand } from "./commands/devnet.ts";
import { fsckCommand } from "./commands/fsck.ts";
import { initCommand } from "./commands/init.ts";
import { keysCommand } from "./commands/keys.ts";
import { accountCommand, blockCommand, peersCommand, txCommand } from "./commands/look-up.ts";
import { mineCommand } from "./commands/mine.ts";
import { nodeCommand } from "./commands/node.ts";
import { recordCommand } from "./commands/record.ts";
import { sendCommand } from "./commands/send.ts";
import { statusCommand } from "./commands/status.ts";
import { examples } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export function createProgram(terminal: Terminal): CommandUnknownOpts {
  const program = new Command("agon")
    .description(
      "A blockchain node whose blocks are earned by work, by stake or by play.\nWithout a command: a menu, where somebody can be asked.",
    )
    .version(VERSION)
    .addHelpText(
      "after",
      examples("agon devnet --nodes 3", "agon status", "agon send dev-1 12.5", "agon record add --file games.jsonl"),
    );
  for (const create of [
    initCommand,
    nodeCommand,
    devnetCommand,
    statusCommand,
    chainCommand,
    blockCommand,
    txCommand,
    accountCommand,
    sendCommand,
    recordCommand,
    mineCommand,
    peersCommand,
    keysCommand,
    fsckCommand,
    configCommand,
    completionCommand,
  ])
    program.addCommand(create(terminal));
  return program as unknown as CommandUnknownOpts;
}
