/** The signing keys of a node that validates, and what protects them from signing twice. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { createClient } from "#api/contract";
import { fromHex, OperationError, toHex } from "#base";
import { loadConfig, type NodeConfig } from "#node";
import { chainIdOf } from "#spec";
import { addValidatorKey, hasValidatorKeys, type ValidatorKeyInfo, validatorFolder } from "#wallet";
import { newFolderCommand } from "../command-kinds.ts";
import { tellFirstDuty } from "../first-duty.ts";
import { readNewPassphrase, readPassphrase } from "../keystores.ts";
import { addSettingFlags, CONFIG_FILE, loadSettings, readSetting } from "../node-settings.ts";
import { debugOption, examples, jsonOption, passphraseFileOption } from "../options.ts";
import { facts, print } from "../print.ts";
import type { Terminal } from "../terminal.ts";
import { FOLDER_SETTINGS, readPlace } from "../validator-place.ts";
import { runNode } from "./node.ts";
import { exportProtectionCommand, importProtectionCommand } from "./validator-protection.ts";

/** As a node is told: those of its folder. */
const OWN_KEYS = "own";

export function validatorCommand(terminal: Terminal): CommandUnknownOpts {
  return new Command("validator")
    .description("a node that signs blocks and votes: its keys, and what they have signed")
    .addCommand(initCommand(terminal))
    .addCommand(runCommand(terminal))
    .addCommand(rotateCommand(terminal))
    .addCommand(exportProtectionCommand(terminal))
    .addCommand(importProtectionCommand(terminal))
    .addHelpText(
      "after",
      examples(
        "agon validator init --data ./mine --spec pos-test",
        "agon stake bond 5000 --from main --key ./mine/validator",
        "agon validator run --data ./mine --bootstrap /ip4/192.0.2.7/tcp/8731",
      ),
    );
}

/** Makes a signing key, or takes one. */
function newKeyCommand(name: string) {
  return new Command(name)
    .option("--seed-file <file>", "take a key from elsewhere: 64 hex digits; it is watched before it signs here")
    .addOption(passphraseFileOption())
    .addOption(jsonOption())
    .addOption(debugOption());
}

function initCommand(terminal: Terminal) {
  const command = newKeyCommand("init")
    .description("make a signing key and its onion, and say how to bond with them")
    .addHelpText(
      "after",
      examples(
        "agon validator init --spec pos-test",
        "agon validator init --data ./mine --spec .agon/devnet/spec.json",
      ),
    )
    .action(async (options) => {
      const { data, spec, specName } = readPlace(terminal, options);
      const folder = validatorFolder(data);
      if (hasValidatorKeys(folder))
        throw new OperationError(
          "keystore-exists",
          `${folder} holds a signing key already; 'agon validator rotate-key' makes another`,
        );
      const seed = options.seedFile === undefined ? {} : { seed: readSeed(options.seedFile) };
      const passphrase = await readNewPassphrase(terminal, options);
      mkdirSync(data, { recursive: true, mode: 0o700 });
      const info = await addValidatorKey({ folder, chainId: chainIdOf(spec), passphrase, ...seed }, terminal.random);
      keepSettings(data, specName);
      const made = { ...describeKey(info), chain: spec.name, folder, data };
      await print(terminal, options, made, () =>
        [facts(keyFacts(made)), "", "Next:", ...nextSteps(made).map((line) => `  ${line}`)].join("\n"),
      );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, FOLDER_SETTINGS);
  return command;
}

function rotateCommand(terminal: Terminal) {
  const command = newKeyCommand("rotate-key")
    .description("make a new signing key; the old one goes on signing until the chain has changed to it (node stopped)")
    .addHelpText("after", examples("agon validator rotate-key --data ./mine"))
    .action(async (options) => {
      const { data, spec } = readPlace(terminal, options);
      const folder = validatorFolder(data);
      if (!hasValidatorKeys(folder))
        throw new OperationError(
          "keystore-missing",
          `there is no signing key in ${folder}: 'agon validator init' makes the first`,
        );
      const seed = options.seedFile === undefined ? {} : { seed: readSeed(options.seedFile) };
      const passphrase = await readPassphrase(terminal, options, "Passphrase of the signing keys");
      const info = await addValidatorKey({ folder, chainId: chainIdOf(spec), passphrase, ...seed }, terminal.random);
      const made = { ...describeKey(info), chain: spec.name, folder, data };
      await print(terminal, options, made, () =>
        [
          facts(keyFacts(made)),
          "",
          "Next: start the node again, which signs with both, and tell the chain:",
          `  agon stake bond 0 --from <owner> --key ${folder}`,
        ].join("\n"),
      );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, FOLDER_SETTINGS);
  return command;
}

function runCommand(terminal: Terminal) {
  const command = newFolderCommand("run")
    .description("run a node that signs with the keys of its folder, until it is told to stop")
    .addOption(
      new Option("--bootstrap <list>", "short for --p2p-bootstrap")
        .argParser((text) => readSetting("p2p.bootstrap", text, "--bootstrap"))
        .conflicts("p2pBootstrap"),
    )
    .addHelpText(
      "after",
      examples(
        "agon validator run --data ./mine --bootstrap /ip4/192.0.2.7/tcp/8731",
        "agon validator run --data ./mine --validator-passphrase-file pass.txt --alone",
      ),
    )
    .action(async (options) => {
      const asked = loadSettings(terminal, options).config.validator.key;
      const loaded = loadSettings(terminal, options, {
        ...(asked === "" ? { "validator.key": OWN_KEYS } : {}),
        ...(options.bootstrap === undefined ? {} : { "p2p.bootstrap": options.bootstrap }),
      });
      const passphrase = await passphraseFor(terminal, loaded.config);
      await runNode(terminal, loaded, options, passphrase, ({ api, signingKeys }, over) => {
        const client = createClient({ baseUrl: api.url, fetch: terminal.fetch });
        void tellFirstDuty(terminal, client, signingKeys.map(toHex), over);
      });
    });
  addSettingFlags(command as unknown as CommandUnknownOpts);
  return command;
}

/** Nothing where none is needed, or a file has it. @throws OperationError `keystore-missing` */
async function passphraseFor(terminal: Terminal, { node, validator }: NodeConfig): Promise<{ passphrase?: string }> {
  const folder = validator.key === OWN_KEYS ? validatorFolder(node.data) : validator.key;
  if (validator.key.startsWith("dev:")) return {};
  if (!hasValidatorKeys(folder))
    throw new OperationError(
      "keystore-missing",
      `there is no signing key in ${folder}: make one with 'agon validator init', or name one with --validator-key`,
    );
  if (validator.passphraseFile !== "") return {};
  return { passphrase: await readPassphrase(terminal, {}, "Passphrase of the signing keys") };
}

/** So that 'validator run' needs no more than the folder. A configuration that is there already is left alone. */
function keepSettings(data: string, spec: string): void {
  const path = join(data, CONFIG_FILE);
  if (existsSync(path)) return;
  const config = { node: { spec }, validator: { key: OWN_KEYS } };
  loadConfig({ file: config });
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600, flag: "wx" });
}

function readSeed(file: string): Uint8Array {
  const seed = fromHex(readFileSync(file, "utf8").trim());
  if (seed?.length === 32) return seed;
  throw new OperationError("seed-malformed", `${file} must hold 64 hex digits, the 32 bytes of a signing key`);
}

function describeKey({ key, origin, mustWatch, onionDepth }: ValidatorKeyInfo) {
  return { signingKey: toHex(key), origin, mustWatch, onionDepth };
}

type MadeKey = ReturnType<typeof describeKey> & {
  readonly chain: string;
  readonly folder: string;
  readonly data: string;
};

function keyFacts({ signingKey, chain, folder, onionDepth, mustWatch }: MadeKey): readonly [string, string][] {
  return [
    ["signing key", signingKey],
    ["chain", chain],
    ["folder", folder],
    ["onion", `${onionDepth} layers, one for each block; renewed by the node`],
    ["signs", mustWatch ? "once nobody else was seen to use the key" : "as soon as it stands in a table"],
  ];
}

function nextSteps({ folder, data }: MadeKey): readonly string[] {
  return [
    `agon stake bond <coins> --from <owner> --key ${folder}`,
    `agon validator run --data ${data} --bootstrap <multiaddr of a peer>`,
  ];
}
