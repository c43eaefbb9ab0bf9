/** Reading one thing of the chain: a block, a transaction, an account, the peers. */

import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { accountHistory } from "../account-history.ts";
import { addressText, findAddress } from "../accounts.ts";
import { newAccountCommand, newAskingCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { createNames } from "../names.ts";
import { EXAMPLE_ID, examples, readCount, readHeightOrHash, readId } from "../options.ts";
import { print } from "../print.ts";
import { showAccount, showBlock, showPeers, showTransaction, showTransactionList } from "../show.ts";
import type { Terminal } from "../terminal.ts";

export function blockCommand(terminal: Terminal): CommandUnknownOpts {
  return newAskingCommand("block")
    .description("one block with its transactions")
    .argument("<heightOrHash>", "height, id of 64 hex digits, or head", readHeightOrHash)
    .addHelpText("after", examples("agon block 17", "agon block head --json"))
    .action(async (heightOrHash, options) => {
      const block = await connect(terminal, options).block(heightOrHash);
      await print(terminal, options, block, () => showBlock(block, createNames()));
    });
}

export function txCommand(terminal: Terminal): CommandUnknownOpts {
  return newAskingCommand("tx")
    .description("one transaction, and where it stands")
    .argument("<id>", "id of the transaction, 64 hex digits", readId)
    .addHelpText("after", examples(`agon tx ${EXAMPLE_ID}`))
    .action(async (id, options) => {
      const transaction = await connect(terminal, options).transaction(id);
      await print(terminal, options, transaction, () => showTransaction(transaction, createNames()));
    });
}

export function accountCommand(terminal: Terminal): CommandUnknownOpts {
  return newAccountCommand("account")
    .description("balance and nonce of an account; its transactions with --history")
    .argument("<account>", "address, dev-0 … dev-9, or a name in the keystore")
    .option("--history [count]", "its newest transactions (default: 20)", readCount(1, 1_000))
    .addHelpText(
      "after",
      examples("agon account dev-0", "agon account tagon1464xthqhkx4nfas0cl3vc9tsycemullds0kg3a --history 50"),
    )
    .action(async (word, options) => {
      const client = connect(terminal, options);
      const { chain } = await client.status();
      const address = addressText(chain, await findAddress(terminal, chain, word, options));
      const account = await client.account(address);
      if (options.history === undefined) {
        await print(terminal, options, account, () => showAccount(account, createNames()));
        return;
      }
      const count = options.history === true ? 20 : options.history;
      const transactions = await accountHistory(client, address, count);
      await print(terminal, options, { ...account, transactions }, () =>
        [
          showAccount(account, createNames()),
          "",
          transactions.length === 0 ? "No transactions." : showTransactionList(transactions, createNames()),
        ].join("\n"),
      );
    });
}

export function peersCommand(terminal: Terminal): CommandUnknownOpts {
  return newAskingCommand("peers")
    .description("whom the node is connected to, and whom it has banned")
    .addHelpText("after", examples("agon peers", "agon peers --node node-3"))
    .action(async (options) => {
      const peers = await connect(terminal, options).peers();
      await print(terminal, options, peers, () => showPeers(peers));
    });
}
