import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { newAskingCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { examples } from "../options.ts";
import { print } from "../print.ts";
import { showStatus } from "../show.ts";
import type { Terminal } from "../terminal.ts";

export function statusCommand(terminal: Terminal): CommandUnknownOpts {
  return newAskingCommand("status")
    .description("chain, head, peers and mempool of a node")
    .addHelpText(
      "after",
      examples("agon status", "agon status --node node-2 --json", "agon status --api http://127.0.0.1:8740"),
    )
    .action(async (options) => {
      const client = connect(terminal, options);
      const status = await client.status();
      await print(terminal, options, status, () => showStatus(status, client.baseUrl));
    });
}
