import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { debugOption, examples, jsonOption, readCount } from "../options.ts";
import type { Terminal } from "../terminal.ts";

export function devnetCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("devnet")
    .description("run a network of nodes on this machine, with its console and pages")
    .option("--nodes <count>", "how many nodes", readCount(1, 32), 3)
    .option("--data <folder>", "folder of everything it keeps", "./.agon/devnet")
    .option("--spec <chain>", "dev, test, main, or the path of a chain specification", "dev")
    .option("--fresh", "forget what an earlier devnet left in the folder")
    .option("--for <seconds>", "end after so long", readCount(1, 31_536_000))
    .option(
      "--port <port>",
      "port of console and pages (default: 8730, or the next that is free)",
      readCount(0, 65_535),
    )
    .option(
      "--hash-rate <rate>",
      "hashes a second of all miners together (default: what the chain's spacing wants)",
      readCount(1, 1_000_000),
    )
    .option("--no-pages", "do not build the pages")
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples("agon devnet --nodes 3", "agon devnet --fresh --for 60", "agon devnet --spec test --data ./testnet"),
    )
    .action(async (options) => {
      const { runDevnet } = await import("#devnet");
      throw new Error(`${runDevnet} ${options.nodes} ${terminal}`);
    });
}
