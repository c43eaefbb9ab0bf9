import { existsSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { toHex } from "#base";
import { formatAddress } from "#crypto";
import { type AccountInfo, createKeystore, openKeystore } from "#wallet";
import { assertFreeName } from "../accounts.ts";
import { newKeystoreCommand } from "../command-kinds.ts";
import { keystorePath, openChosenKeystore, readNewPassphrase, readPassphrase } from "../keystores.ts";
import { examples, passphraseFileOption } from "../options.ts";
import { facts, print, table } from "../print.ts";
import { note, type Terminal } from "../terminal.ts";

export function keysCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("keys")
    .description("accounts in a keystore, encrypted under a passphrase")
    .addCommand(newCommand(terminal))
    .addCommand(listCommand(terminal))
    .addCommand(showCommand(terminal))
    .addHelpText("after", examples("agon keys new", "agon keys new savings", "agon keys list"));
}

function newCommand(terminal: Terminal) {
  return newKeystoreCommand("new")
    .description("add an account; the first makes the keystore, and prints the words that restore it")
    .argument("[name]", "name of the account", "main")
    .option("--words-file <file>", "restore a keystore from the 12 or 24 words in this file")
    .addOption(passphraseFileOption())
    .addHelpText(
      "after",
      examples(
        "agon keys new",
        "agon keys new savings",
        "agon keys new main --words-file words.txt --keystore restored.json",
      ),
    )
    .action(async (name, options) => {
      assertFreeName(name);
      const path = keystorePath(options);
      const isNew = !existsSync(path);
      const { account, words } = isNew
        ? await makeKeystore(terminal, path, name, options)
        : { account: await addAccount(terminal, path, name, options), words: null };
      const document = { ...describeAccount(account), keystore: path, ...(words === null ? {} : { words }) };
      await print(terminal, options, document, () => showAccount(account, path));
      if (words !== null && !options.json)
        await note(
          terminal,
          `\nThese words restore the account; whoever has them owns it. Write them down:\n\n  ${words}\n`,
        );
    });
}

function listCommand(terminal: Terminal) {
  return newKeystoreCommand("list")
    .description("the accounts of the keystore")
    .addHelpText("after", examples("agon keys list", "agon keys list --keystore wallet.json --json"))
    .action(async (options) => {
      const accounts = (await openChosenKeystore(terminal, options)).list();
      await print(terminal, options, { accounts: accounts.map(describeAccount) }, () =>
        table(
          ["name", "kind", "address", "on test and dev chains"],
          accounts
            .map(describeAccount)
            .map(({ name, kind, address, testAddress }) => [name, kind, address, testAddress]),
        ),
      );
    });
}

function showCommand(terminal: Terminal) {
  return newKeystoreCommand("show")
    .description("one account of the keystore")
    .argument("[name]", "name of the account", "main")
    .option("--secret", "its private key and the words of the keystore too (asks for the passphrase)")
    .addOption(passphraseFileOption())
    .addHelpText("after", examples("agon keys show savings", "agon keys show main --secret"))
    .action(async (name, options) => {
      const keystore = await openChosenKeystore(terminal, options);
      const account = keystore.show(name);
      const secrets: Record<string, string> = {};
      if (options.secret) {
        const wallet = await keystore.unlock(await readPassphrase(terminal, options));
        secrets.privateKey = toHex(wallet.seedOf(name));
        if (account.kind === "derived") secrets.words = wallet.mnemonic;
        wallet.lock();
      }
      await print(terminal, options, { ...describeAccount(account), ...secrets }, () =>
        [
          showAccount(account, keystore.path),
          ...(secrets.privateKey === undefined ? [] : ["", facts([["private key", secrets.privateKey]])]),
          ...(secrets.words === undefined ? [] : ["", "words", `  ${secrets.words}`]),
        ].join("\n"),
      );
    });
}

interface MakeOptions {
  readonly wordsFile?: string | undefined;
  readonly passphraseFile?: string | undefined;
}

async function makeKeystore(terminal: Terminal, path: string, name: string, options: MakeOptions) {
  const given = options.wordsFile === undefined ? {} : { mnemonic: (await readFile(options.wordsFile, "utf8")).trim() };
  const passphrase = await readNewPassphrase(terminal, options);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const keystore = await createKeystore({ path, passphrase, name, ...given }, terminal.random);
  const wallet = await keystore.unlock(passphrase);
  const words = options.wordsFile === undefined ? wallet.mnemonic : null;
  wallet.lock();
  return { account: keystore.show(name), words };
}

async function addAccount(terminal: Terminal, path: string, name: string, options: MakeOptions): Promise<AccountInfo> {
  const keystore = await openKeystore(path, terminal.random);
  return keystore.addAccount(await readPassphrase(terminal, options), name);
}

function describeAccount({ name, kind, address, key, index }: AccountInfo) {
  return {
    ...{ name, kind, index },
    address: formatAddress(address, "agon"),
    testAddress: formatAddress(address, "tagon"),
    publicKey: key === null ? null : toHex(key),
  };
}

function showAccount(account: AccountInfo, path: string): string {
  const { name, kind, address, testAddress, publicKey } = describeAccount(account);
  return facts([
    ["name", name],
    ["kind", kind],
    ["address", address],
    ["on test and dev chains", testAddress],
    publicKey === null ? null : ["public key", publicKey],
    ["keystore", path],
  ]);
}
