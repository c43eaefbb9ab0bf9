import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { OperationError, type SettingValue, toHex } from "#base";
import { ed25519PublicKey, formatAddress } from "#crypto";
import { type Loaded, loadConfig, loadIdentity, readSpec } from "#node";
import { createKeystore } from "#wallet";
import { askSettings } from "../init-questions.ts";
import { keystorePath, readNewPassphrase } from "../keystores.ts";
import { addSettingFlags, CONFIG_FILE, flagsOf, readConfigFile } from "../node-settings.ts";
import { debugOption, examples, jsonOption, passphraseFileOption } from "../options.ts";
import { facts, print } from "../print.ts";
import { note, type Terminal } from "../terminal.ts";

export function initCommand(terminal: Terminal): CommandUnknownOpts {
  const command = new Command("init")
    .description("set up a node: its folder, settings, identity and an encrypted keystore; asks when given nothing")
    .option("--from <file>", "setup as JSON, with the sections and names that 'agon config' shows")
    .option("--full", "write every setting, defaults too")
    .option("--no-keystore", "make no keystore: rewards go to the node's own key")
    .addOption(passphraseFileOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon init",
        "agon init --data ./mine --spec test --mining-enabled",
        "agon init --from setup.json --no-keystore",
      ),
    )
    .action(async (options) => {
      const file = options.from === undefined ? undefined : readConfigFile(options.from);
      const flags = flagsOf(options);
      const isBare = file === undefined && Object.keys(flags).length === 0;
      const asked = isBare && terminal.isInteractive ? await askSettings(terminal.prompts) : {};
      const loaded = loadConfig({ file, flags: { ...asked, ...flags } });
      const made = await setUp(terminal, loaded, options);
      await print(terminal, options, made, () => describe(made));
      if (made.words !== undefined && !options.json)
        await note(
          terminal,
          `\nThese words restore the account; whoever has them owns it. Write them down:\n\n  ${made.words}\n`,
        );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts);
  return command;
}

interface SetupOptions {
  readonly full?: boolean | undefined;
  readonly keystore: boolean;
  readonly passphraseFile?: string | undefined;
}

interface MadeKeys {
  readonly keystore?: string;
  readonly address?: string;
  readonly words?: string;
}

interface Setup extends MadeKeys {
  readonly data: string;
  readonly config: string;
  readonly chain: string;
  /** Public key of the node, hex. */
  readonly nodeKey: string;
}

async function setUp(terminal: Terminal, loaded: Loaded, options: SetupOptions): Promise<Setup> {
  const { data, spec: specName } = loaded.config.node;
  const spec = readSpec(specName);
  const path = join(data, CONFIG_FILE);
  if (existsSync(path)) throw new OperationError("config-exists", `${path} exists already: the node is set up`);
  const passphrase = options.keystore
    ? await readNewPassphrase(terminal, { passphraseFile: options.passphraseFile })
    : null;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const nodeKey = toHex(ed25519PublicKey(loadIdentity(data, terminal.random)));
  const keys: MadeKeys = passphrase === null ? {} : await makeKeys(terminal, data, passphrase, spec.addressPrefix);
  const chosen = {
    ...(keys.address === undefined ? {} : { "mining.rewardAddress": keys.address }),
    ...givenSettings(loaded, options.full),
  };
  writeDurably(path, `${JSON.stringify(sectioned(chosen), null, 2)}\n`);
  return { data, config: path, chain: spec.name, nodeKey, ...keys };
}

/** A keystore that is there already is kept. */
async function makeKeys(terminal: Terminal, data: string, passphrase: string, prefix: string): Promise<MadeKeys> {
  const path = keystorePath({ data });
  if (existsSync(path)) return { keystore: path };
  const keystore = await createKeystore({ path, passphrase }, terminal.random);
  const wallet = await keystore.unlock(passphrase);
  const words = wallet.mnemonic;
  wallet.lock();
  return { keystore: path, address: formatAddress(keystore.show("main").address, prefix), words };
}

/** What was chosen, or all; never the folder, which is where the file lies. */
function givenSettings({ config, sources }: Loaded, isFull = false): Record<string, SettingValue> {
  const values = config as unknown as Readonly<Record<string, Readonly<Record<string, SettingValue>>>>;
  const given: Record<string, SettingValue> = {};
  for (const [key, source] of sources) {
    const [section, name] = key.split(".") as [string, string];
    const value = values[section]![name]!;
    // An empty address would hide the one of the new keystore.
    const isEmptyAddress = key === "mining.rewardAddress" && value === "";
    if (key !== "node.data" && !isEmptyAddress && (isFull || source !== "default" || key === "node.spec"))
      given[key] = value;
  }
  return given;
}

function sectioned(settings: Readonly<Record<string, SettingValue>>): Record<string, Record<string, SettingValue>> {
  const sections: Record<string, Record<string, SettingValue>> = {};
  for (const [key, value] of Object.entries(settings)) {
    const [section, name] = key.split(".") as [string, string];
    sections[section] = { ...sections[section], [name]: value };
  }
  return sections;
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function describe({ data, config, chain, nodeKey, keystore, address }: Setup): string {
  const here = data === "./.agon/node" ? "" : ` --data ${data}`;
  return [
    facts([
      ["folder", data],
      ["settings", config],
      ["chain", chain],
      ["node key", nodeKey],
      keystore === undefined ? null : ["keystore", keystore],
      address === undefined ? null : ["rewards go to", address],
    ]),
    "",
    `Start it with: agon node${here}`,
  ].join("\n");
}
