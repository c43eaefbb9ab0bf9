/** What the signing keys of a folder have signed, carried from one machine to another in the form of EIP-3076 (rule STAKE-20). */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { OperationError, toHex } from "#base";
import { chainIdOf } from "#spec";
import { decodeInterchange, encodeInterchange, type KeyProtection, openSigningGuard, validatorFolder } from "#wallet";
import { addSettingFlags } from "../node-settings.ts";
import { debugOption, examples, jsonOption } from "../options.ts";
import { plural, print, table } from "../print.ts";
import { faultError } from "../report-error.ts";
import { type Terminal, write } from "../terminal.ts";
import { FOLDER_SETTINGS, readPlace } from "../validator-place.ts";

export function exportProtectionCommand(terminal: Terminal) {
  const command = new Command("export-protection")
    .description("write what the keys have signed as EIP-3076 JSON (the node must be stopped)")
    .option("--out <file>", "write there, which must not exist yet (default: standard output)")
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon validator export-protection > protection.json",
        "agon validator export-protection --data ./mine --out p.json",
      ),
    )
    .action(async (options) => {
      const { data, spec } = readPlace(terminal, options);
      const chainId = chainIdOf(spec);
      const folder = validatorFolder(data);
      if (!existsSync(folder)) throw new OperationError("guard-missing", `there is no signing guard in ${folder}`);
      const guard = await openSigningGuard({ folder, chainId });
      const protections = guard.protections();
      await guard.close();
      const text = encodeInterchange(chainId, protections);
      if (options.out === undefined) return write(terminal.stdout, text);
      await writeFile(options.out, text, { flag: "wx", mode: 0o600 });
      await print(
        terminal,
        options,
        { file: options.out, keys: protections.map(describe) },
        () => `Written to ${options.out}: ${plural(protections.length, "key")}.\n${showKeys(protections)}`,
      );
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, FOLDER_SETTINGS);
  return command;
}

export function importProtectionCommand(terminal: Terminal) {
  const command = new Command("import-protection")
    .description("take in what the keys have signed elsewhere; nothing is ever lowered (the node must be stopped)")
    .argument("<file>", "EIP-3076 JSON, as export-protection writes it")
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText("after", examples("agon validator import-protection protection.json --data ./mine"))
    .action(async (file, options) => {
      const { data, spec } = readPlace(terminal, options);
      const chainId = chainIdOf(spec);
      const read = decodeInterchange(readFileSync(file, "utf8"), chainId);
      if (!read.ok) throw faultError(file, read.error);
      const guard = await openSigningGuard({ folder: validatorFolder(data), chainId });
      try {
        await guard.raise(read.value);
        const now = read.value.map(({ key }) => ({ key, protection: guard.protectionOf(key)! }));
        await print(
          terminal,
          options,
          { file, keys: now.map(describe) },
          () => `Taken in: ${plural(now.length, "key")}.\n${showKeys(now)}`,
        );
      } finally {
        await guard.close();
      }
    });
  addSettingFlags(command as unknown as CommandUnknownOpts, FOLDER_SETTINGS);
  return command;
}

function describe({ key, protection }: KeyProtection) {
  return { signingKey: toHex(key), ...protection };
}

function showKeys(protections: readonly KeyProtection[]): string {
  const text = (number: number | null): string => (number === null ? "none" : String(number));
  return table(
    ["signing key", " last slot", " last source", " last target"],
    protections.map(({ key, protection: { lastBlockSlot, lastVoteSource, lastVoteTarget } }) => [
      toHex(key),
      ...[lastBlockSlot, lastVoteSource, lastVoteTarget].map(text),
    ]),
  );
}
