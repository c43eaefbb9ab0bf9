/** Lists of chains whose blocks are drawn: validators, and epochs with what became final. */

import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { newAskingCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { createNames } from "../names.ts";
import { examples, readCount } from "../options.ts";
import { print } from "../print.ts";
import { showEpoch, showEpochs, showValidators } from "../show-stake.ts";
import type { Terminal } from "../terminal.ts";

export function validatorsCommand(terminal: Terminal): CommandUnknownOpts {
  return newAskingCommand("validators")
    .description("who bonds how much, and what each has done")
    .addHelpText("after", examples("agon validators", "agon validators --node node-2 --json"))
    .action(async (options) => {
      const { stake } = connect(terminal, options);
      const [validators, finality] = await Promise.all([stake.validators(), stake.finality()]);
      await print(terminal, options, { ...validators, finality }, () =>
        showValidators(validators, finality, createNames()),
      );
    });
}

export function epochsCommand(terminal: Terminal): CommandUnknownOpts {
  return newAskingCommand("epochs")
    .description("the newest epochs: votes, missed slots, and what is justified and final; or one of them")
    .argument("[epoch]", "one epoch with its slots", readCount(0, Number.MAX_SAFE_INTEGER))
    .option("--from <epoch>", "begin with this epoch and go down", readCount(0, Number.MAX_SAFE_INTEGER))
    .option("--limit <count>", "how many epochs", readCount(1, 100), 10)
    .addHelpText("after", examples("agon epochs", "agon epochs 12", "agon epochs --from 100 --limit 20 --json"))
    .action(async (epoch, { from, limit, ...options }) => {
      const { stake } = connect(terminal, options);
      if (epoch !== undefined) {
        const found = await stake.epoch(epoch);
        return print(terminal, options, found, () => showEpoch(found, createNames()));
      }
      const page = { limit, ...(from === undefined ? {} : { from }) };
      const [epochs, finality] = await Promise.all([stake.epochs(page), stake.finality()]);
      return print(terminal, options, { ...epochs, finality }, () => showEpochs(epochs, finality));
    });
}
