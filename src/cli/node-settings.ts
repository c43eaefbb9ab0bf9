/** The settings of a node as a command line gives them: one flag for each, the file of the folder, the environment. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { OperationError, type Setting, type SettingValue } from "#base";
import { flagOf, type Loaded, loadConfig, parseSetting, SETTINGS } from "#node";
import { usageError } from "./report-error.ts";
import type { Terminal } from "./terminal.ts";

export const CONFIG_FILE = "config.json";

/** A flag for each of the settings. @param only those keys, such as "node.data" */
export function addSettingFlags(command: CommandUnknownOpts, only?: readonly string[]): void {
  for (const [key, setting] of settingEntries())
    if (only === undefined || only.includes(key)) command.addOption(toOption(key, setting));
}

/**
 * Defaults < file < environment < flags. The file is `--config`, else `config.json` in the node's folder, where there is one.
 * @param options of the command, by the names commander gives them
 */
export function loadSettings(
  terminal: Terminal,
  options: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, SettingValue>> = {},
): Loaded {
  const flags = { ...flagsOf(options), ...more };
  const base = { environment: terminal.env, flags };
  const named = typeof options.config === "string" ? options.config : null;
  const path = named ?? join(loadConfig(base).config.node.data, CONFIG_FILE);
  if (named === null && !existsSync(path)) return loadConfig(base);
  return loadConfig({ ...base, file: readConfigFile(path) });
}

export function readConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new OperationError("config-invalid", `the configuration file ${path} cannot be read`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OperationError(
      "config-invalid",
      `the configuration file ${path} is not JSON: ${(error as Error).message}`,
    );
  }
}

/** What was given by flags, by "section.name". */
export function flagsOf(options: Readonly<Record<string, unknown>>): Record<string, SettingValue> {
  const flags: Record<string, SettingValue> = {};
  for (const [key, setting] of settingEntries()) {
    // Read by the option itself; without a value, that of a switch is true.
    const value = options[toOption(key, setting).attributeName()];
    if (value !== undefined) flags[key] = value as SettingValue;
  }
  return flags;
}

export function* settingEntries(): IterableIterator<[string, Setting]> {
  for (const [section, settings] of Object.entries(SETTINGS))
    for (const [name, setting] of Object.entries(settings)) yield [`${section}.${name}`, setting];
}

function toOption(key: string, setting: Setting): Option {
  const value =
    typeof setting.default === "boolean" ? " [true|false]" : Array.isArray(setting.default) ? " <list>" : " <value>";
  const unit = setting.unit === undefined ? "" : `, ${setting.unit}`;
  const shown = String(setting.default);
  return new Option(
    `${flagOf(key)}${value}`,
    `${setting.about} (default: ${shown === "" ? "none" : shown}${unit})`,
  ).argParser((text) => readSetting(key, text));
}

/** A wrong value of a flag is wrong usage; in a file or the environment it is a failure. */
export function readSetting(key: string, text: string, flag = flagOf(key)): SettingValue {
  try {
    return parseSetting(key, text, flag);
  } catch (error) {
    throw error instanceof OperationError ? usageError(error.message) : error;
  }
}
