import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { addressText, findAddress } from "../accounts.ts";
import { connect } from "../connect.ts";
import {
  apiOption,
  dataOption,
  debugOption,
  examples,
  jsonOption,
  keystoreOption,
  readCoins,
  timeoutOption,
} from "../options.ts";
import { createPatience } from "../patience.ts";
import { coins, print } from "../print.ts";
import type { Terminal } from "../terminal.ts";
import { waitForInclusion } from "../transfer.ts";

export function faucetCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("faucet")
    .description("coins from a devnet's faucet")
    .argument("<to>", "address, dev-0 … dev-9, or a name in the keystore")
    .argument("[coins]", "how many, such as 250.5 (default: 1000)", readCoins)
    .option("--wait", "until the transaction is in a block")
    .addOption(timeoutOption())
    .addOption(apiOption())
    .addOption(dataOption())
    .addOption(keystoreOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples("agon faucet tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j", "agon faucet main 5000 --wait"),
    )
    .action(async (to, amount, options) => {
      const client = connect(terminal, options);
      const { chain } = await client.status();
      const address = addressText(chain, await findAddress(terminal, chain, to, options));
      const given = await client.devnet.faucet({ address, ...(amount === undefined ? {} : { amount: `${amount}` }) });
      const patience = createPatience(
        options.timeout * 1_000,
        terminal.signal,
        `transaction ${given.id} is not in a block yet`,
      );
      const block = options.wait ? (await waitForInclusion(client, given.id, patience)).block : null;
      await print(terminal, options, { ...given, block }, () =>
        [
          `${coins(given.amount)} for ${given.to}; it may have ${coins(given.left)} more within this hour`,
          `transaction ${given.id}`,
          block === null ? "pending" : `in block ${block.height}, ${block.hash}`,
        ].join("\n"),
      );
    });
}
