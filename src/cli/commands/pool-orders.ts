/** What a pool's operator may order; each needs the pool's token. */
import { join } from "node:path";
import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import type { Client } from "#api/contract";
import { OperationError } from "#base";
import { addressText, findAddress } from "../accounts.ts";
import { debugOption, EXAMPLE_ID, examples, jsonOption, readCoins, readCount, readId, yesOption } from "../options.ts";
import { assertMayGoAhead } from "../order.ts";
import { connectPool, findPool, poolOption } from "../pool-options.ts";
import { POOL_FOLDER } from "../pool-place.ts";
import { findPoolToken } from "../pool-token.ts";
import { coins, facts, plural, print } from "../print.ts";
import { note, type Terminal } from "../terminal.ts";

export function payCommand(terminal: Terminal) {
  return orderCommand(
    "pay",
    "let a pool look after its blocks now, and pay who is owed enough (needs the pool's token)",
  )
    .addHelpText("after", examples("agon pool pay"))
    .action(async (options) => {
      const result = await (await connectForOrders(terminal, options)).pool.pay();
      await print(terminal, options, result, () => "Looked after; 'agon pool payouts' shows what was paid.");
    });
}

export function withdrawCommand(terminal: Terminal) {
  return orderCommand(
    "withdraw",
    "owe an account money of the pool's own, paid like a miner's (needs the pool's token)",
  )
    .argument("<to>", "address, dev-0 … dev-9, or a name in the keystore")
    .argument("<coins>", "how much, such as 12.5", readSum)
    .addOption(yesOption())
    .addHelpText("after", examples("agon pool withdraw dev-0 12.5", "agon pool withdraw agon1… 3 --yes --json"))
    .action(async (to, amountAtoms, options) => {
      assertMayGoAhead(terminal, options);
      const client = await connectForOrders(terminal, options);
      const { chain, account } = await client.pool.status();
      const address = addressText(chain, await findAddress(terminal, chain, to, {}));
      const facts = [
        ["to", address],
        ["amount", coins(amountAtoms)],
        ["the pool's own", coins(account)],
      ] as const;
      await confirm(terminal, options, facts, "Withdraw it?");
      await client.pool.withdraw({ to: address, amount: String(amountAtoms) });
      const left = (await client.pool.status()).account;
      await print(
        terminal,
        options,
        { to: address, amount: String(amountAtoms), account: left },
        () => `${coins(amountAtoms)} are owed to ${address}; ${coins(left)} are the pool's own.`,
      );
    });
}

export function releaseCommand(terminal: Terminal) {
  return orderCommand(
    "release",
    "give up a payout whose nonce was used elsewhere; its money is owed again (needs the pool's token)",
  )
    .argument("<transaction>", "of the payout", readId)
    .addOption(yesOption())
    .addHelpText("after", examples(`agon pool release ${EXAMPLE_ID}`))
    .action(async (transaction, options) => {
      assertMayGoAhead(terminal, options);
      const client = await connectForOrders(terminal, options);
      const facts = [
        ["transaction", transaction],
        ["what follows", "its money is owed again: be sure that it can never be executed, or it is paid twice"],
      ] as const;
      await confirm(terminal, options, facts, "Give it up?");
      await client.pool.release({ transaction });
      await print(terminal, options, { transaction, released: true }, () => "Given up: its money is owed again.");
    });
}

export function moveCommand(terminal: Terminal) {
  return orderCommand("move", "ask the miners that are connected to go to another address (needs the pool's token)")
    .argument("<host:port>", "where they shall go, such as pool.example:3333", readPlace)
    .option("--tls-port <port>", "for those who came over TLS; without it they are not asked", readCount(1, 65_535))
    .option("--wait <seconds>", "after which they go", readCount(0, 600), 0)
    .addHelpText("after", examples("agon pool move pool.example:3333", "agon pool move 192.0.2.7:3333 --wait 60"))
    .action(async (place, options) => {
      const client = await connectForOrders(terminal, options);
      const { asked } = await client.pool.move({ ...place, tlsPort: options.tlsPort ?? null, waitS: options.wait });
      await print(terminal, options, { asked }, () => `${plural(asked, "miner")} asked; not every one does it.`);
    });
}

function readSum(text: string): bigint {
  const atoms = readCoins(text);
  if (atoms === 0n) throw new InvalidArgumentError("It must be more than nothing.");
  return atoms;
}

function readPlace(text: string): { readonly host: string; readonly port: number } {
  const url = URL.parse(`stratum+tcp://${text}`);
  const port = Number(url?.port);
  if (url === null || url.host !== text || url.hostname === "" || !(port >= 1))
    throw new InvalidArgumentError("It must be a name or address and a port, such as pool.example:3333.");
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port };
}

function orderCommand(name: string, description: string) {
  return new Command(name)
    .description(description)
    .addOption(poolOption())
    .option(
      "--data <folder>",
      `folder of the pool, or of its devnet, with the token (default: ${POOL_FOLDER}, else the devnet's)`,
    )
    .addOption(jsonOption())
    .addOption(debugOption());
}

async function connectForOrders(
  terminal: Terminal,
  options: { readonly pool?: string | undefined; readonly data?: string | undefined },
): Promise<Client> {
  const folders = options.data === undefined ? undefined : [options.data, join(options.data, "pool")];
  const find = (): Promise<Client> => findPool(terminal, options.pool, folders);
  const token = await findPoolToken(terminal, options.data, find);
  const { baseUrl } = await find();
  return connectPool(terminal, baseUrl, token);
}

async function confirm(
  terminal: Terminal,
  { yes }: { readonly yes?: boolean | undefined },
  lines: readonly (readonly [string, string])[],
  question: string,
): Promise<void> {
  if (yes) return;
  await note(terminal, facts(lines));
  if (!(await terminal.prompts.confirm(question))) throw new OperationError("declined", "nothing was ordered");
}
