import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { addressText, findAddress } from "../accounts.ts";
import { connectForOrders } from "../connect.ts";
import { mineBlocks } from "../mining.ts";
import {
  apiOption,
  dataOption,
  debugOption,
  examples,
  jsonOption,
  keystoreOption,
  nodeOption,
  readCount,
} from "../options.ts";
import { plural, print } from "../print.ts";
import type { Terminal } from "../terminal.ts";

export function mineCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("mine")
    .description("let the node mine blocks now, at full speed (needs its token)")
    .argument("[blocks]", "how many, 1 to 1000", readCount(1, 1_000), 1)
    .option("--to <account>", "who is credited: address, dev-0 … dev-9, or a name in the keystore (default: the node)")
    .addOption(apiOption())
    .addOption(nodeOption())
    .addOption(dataOption())
    .addOption(keystoreOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples("agon mine", "agon mine 10 --to dev-3", "agon mine 1 --node node-2"))
    .action(async (blocks, options) => {
      const orders = await connectForOrders(terminal, options);
      const { chain } = await orders.client.status();
      const to = options.to === undefined ? undefined : await findAddress(terminal, chain, options.to, options);
      const mined = await mineBlocks(orders, {
        blocks,
        node: options.node,
        address: to === undefined ? undefined : addressText(chain, to),
      });
      await print(terminal, options, mined, () =>
        [
          `Mined ${plural(mined.blocks.length, "block")}:`,
          ...mined.blocks.map((block) => `  height ${block.height}  ${block.hash}`),
        ].join("\n"),
      );
    });
}
