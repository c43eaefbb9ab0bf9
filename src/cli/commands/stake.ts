/** Bonds: made, withdrawn, and looked at. */

import { existsSync } from "node:fs";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { ApiError, type ChainInfo } from "#api/contract";
import { OperationError } from "#base";
import { openKeystore } from "#wallet";
import { addressText, findAddress } from "../accounts.ts";
import { newAccountCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { type KeystoreChoice, keystorePath } from "../keystores.ts";
import { createNames } from "../names.ts";
import { examples, readCount } from "../options.ts";
import { print } from "../print.ts";
import { usageError } from "../report-error.ts";
import { showDuties, showStake } from "../show-stake.ts";
import type { Terminal } from "../terminal.ts";
import { bondCommand, unbondCommand } from "./stake-bond.ts";
import { evidenceCommand } from "./stake-evidence.ts";

export function stakeCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("stake")
    .description("coins bonded, so that a key may sign blocks and votes")
    .addCommand(bondCommand(terminal))
    .addCommand(unbondCommand(terminal))
    .addCommand(statusCommand(terminal))
    .addCommand(dutiesCommand(terminal))
    .addCommand(evidenceCommand(terminal))
    .addHelpText(
      "after",
      examples("agon stake bond 5000 --from main", "agon stake status main", "agon stake unbond all --from main"),
    );
}

function statusCommand(terminal: Terminal) {
  return newAccountCommand("status")
    .description("what counts of a bond, what waits until it is final, and what leaves when")
    .argument("[owner]", "address, or a name in the keystore (default: its first account)")
    .addHelpText(
      "after",
      examples("agon stake status", "agon stake status validator-0", "agon stake status main --json"),
    )
    .action(async (owner, options) => {
      const client = connect(terminal, options);
      const { chain } = await client.status();
      const address = await findOwner(terminal, chain, owner, options);
      const { stake } = client;
      const [validators, finality] = await Promise.all([stake.validators(), stake.finality()]);
      const found = await withBond(address, () => stake.validator(address));
      await print(terminal, options, found, () => showStake(found, validators, finality, createNames()));
    });
}

function dutiesCommand(terminal: Terminal) {
  return newAccountCommand("duties")
    .description("the slots that a validator is drawn for, and its next vote")
    .argument("[owner]", "address, or a name in the keystore (default: its first account)")
    .option("--count <count>", "how many slots", readCount(1, 256), 16)
    .addHelpText("after", examples("agon stake duties", "agon stake duties validator-0 --count 4"))
    .action(async (owner, { count, ...options }) => {
      const client = connect(terminal, options);
      const { chain } = await client.status();
      const address = await findOwner(terminal, chain, owner, options);
      const { rules } = await client.stake.validators();
      const duties = await withBond(address, () => client.stake.duties(address, { count }));
      await print(terminal, options, duties, () => showDuties(duties, rules, createNames()));
    });
}

async function findOwner(
  terminal: Terminal,
  chain: ChainInfo,
  word: string | undefined,
  choice: KeystoreChoice,
): Promise<string> {
  if (word !== undefined) return addressText(chain, await findAddress(terminal, chain, word, choice));
  const path = keystorePath(choice);
  if (!existsSync(path)) throw usageError(`say whose: an address or a name; there is no keystore at ${path}`);
  return addressText(chain, (await openKeystore(path, terminal.random)).list()[0]!.address);
}

/** @throws OperationError `no-bond` where the node knows no validator */
async function withBond<T>(address: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && error.code === "not-found")
      throw new OperationError("no-bond", `${address} has bonded nothing: 'agon stake bond' does that`);
    throw error;
  }
}
