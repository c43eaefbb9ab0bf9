/** Bonding coins to a signing key, and withdrawing them. */

import { InvalidArgumentError } from "@commander-js/extra-typings";
import { ApiError, type Client, type Validator } from "#api/contract";
import { OperationError, toHex } from "#base";
import { buildBond, buildUnbond, formatCoins } from "#wallet/core";
import { addressText, findSigner } from "../accounts.ts";
import { newOrderCommand } from "../command-kinds.ts";
import { connect } from "../connect.ts";
import { examples, readCoins } from "../options.ts";
import { assertMayGoAhead, placeOrder, showPlaced } from "../order.ts";
import { coins, plural, print } from "../print.ts";
import { duration } from "../show-stake.ts";
import { openSigningKey } from "../signing-key.ts";
import type { Terminal } from "../terminal.ts";

export function bondCommand(terminal: Terminal) {
  return newOrderCommand("bond")
    .description(
      "bond coins to a signing key, which may then be drawn to sign blocks; more of them, or 0 for another key",
    )
    .argument("<coins>", "how many; 0 changes the signing key, or comes back after a leak", readCoins)
    .option("--key <folder>", "folder of the signing key (default: validator in the folder of --data)")
    .option("--key-passphrase-file <file>", "file whose first line opens that folder (default: as for the account)")
    .addHelpText(
      "after",
      examples(
        "agon stake bond 5000 --from main",
        "agon stake bond 5000 --from dev-3 --key ./mine/validator --yes --wait",
        "agon stake bond 0 --from main --key ./mine/validator",
      ),
    )
    .action(async (amountAtoms, options) => {
      assertMayGoAhead(terminal, options);
      const client = connect(terminal, options);
      const status = await client.status();
      const { rules } = await client.stake.validators();
      const signer = await findSigner(terminal, status.chain, options.from, options);
      const owner = addressText(status.chain, signer.address);
      const known = await findValidator(client, owner);
      const bonded = BigInt(known?.bonded ?? 0) + amountAtoms;
      if (bonded < BigInt(rules.minBond))
        throw new OperationError(
          "bond-dust",
          `a bond is at least ${coins(rules.minBond)}; this would make it ${coins(bonded)}`,
        );
      const key = await openSigningKey(terminal, options, known);
      const placed = await placeOrder(
        terminal,
        { client, status, signer },
        {
          ...{ verb: "Bond it", amountAtoms },
          lines: [
            ["bond", coins(amountAtoms)],
            ["in all", coins(bonded)],
            ["signing key", toHex(key.key)],
          ],
          build: (signing) => buildBond({ ...signing, amountAtoms, signingSeed: key.seed, onionTip: key.tip }),
        },
        options,
      );
      const document = { ...placed, amount: `${amountAtoms}`, bonded: `${bonded}`, signingKey: toHex(key.key) };
      await print(
        terminal,
        options,
        document,
        () => `${showPlaced(placed)}\nIt counts once its block is final: 'agon stake status ${owner}' tells.`,
      );
    });
}

export function unbondCommand(terminal: Terminal) {
  return newOrderCommand("unbond")
    .description("withdraw coins from a bond; they are paid when nothing can be held against them any more")
    .argument("<coins>", "how many, or all", readCoinsOrAll)
    .addHelpText(
      "after",
      examples("agon stake unbond 500 --from main", "agon stake unbond all --from main --yes --wait"),
    )
    .action(async (wanted, options) => {
      assertMayGoAhead(terminal, options);
      const client = connect(terminal, options);
      const status = await client.status();
      const signer = await findSigner(terminal, status.chain, options.from, options);
      const { rules } = await client.stake.validators();
      const bonded = await bondedBy(client, addressText(status.chain, signer.address));
      const amountAtoms = wanted === "all" ? bonded : wanted;
      if (amountAtoms > bonded)
        throw new OperationError(
          "unbond-exceeds",
          `${formatCoins(bonded)} coins are bonded, not ${formatCoins(amountAtoms)}`,
        );
      const left = bonded - amountAtoms;
      if (left > 0n && left < BigInt(rules.minBond))
        throw new OperationError(
          "unbond-dust",
          `${coins(left)} would stay, and a bond is at least ${coins(rules.minBond)}: withdraw less, or all`,
        );
      const placed = await placeOrder(
        terminal,
        { client, status, signer },
        {
          ...{ verb: "Withdraw it", amountAtoms: 0n },
          lines: [
            ["unbond", coins(amountAtoms)],
            ["stays", coins(left)],
            [
              "paid",
              `about ${duration(rules.unbondEpochs * rules.epochMs)} after it has left the table (${plural(rules.unbondEpochs, "epoch")})`,
            ],
            ["node", "keep it running until 'agon status' names key-leaves no more: its votes are needed till then"],
          ],
          build: (signing) => buildUnbond({ ...signing, amountAtoms }),
        },
        options,
      );
      await print(terminal, options, { ...placed, amount: `${amountAtoms}`, bonded: `${left}` }, () =>
        showPlaced(placed),
      );
    });
}

function readCoinsOrAll(text: string): bigint | "all" {
  if (text === "all") return text;
  const atoms = readCoins(text);
  if (atoms === 0n) throw new InvalidArgumentError("It must be more than nothing.");
  return atoms;
}

/** @throws OperationError `unbond-none` */
async function bondedBy(client: Client, address: string): Promise<bigint> {
  const bonded = BigInt((await findValidator(client, address))?.bonded ?? 0);
  if (bonded > 0n) return bonded;
  throw new OperationError("unbond-none", `${address} has bonded nothing that could be withdrawn`);
}

async function findValidator(client: Client, address: string): Promise<Validator | null> {
  try {
    return await client.stake.validator(address);
  } catch (error) {
    if (error instanceof ApiError && error.code === "not-found") return null;
    throw error;
  }
}
